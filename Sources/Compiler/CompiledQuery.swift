public import BPFModel
public import CodeGeneration
public import DataModel
public import Diagnostics
public import Plan
public import Planning

/// What decides, beside the text, what a query compiles to.
public struct CompileOptions: Sendable, Hashable {
  /// Where operators shall run.
  public var placement: PlacementPolicy
  /// The data path's limits.
  public var target: TargetProfile
  /// Rewrite rules that are switched off, by name; for tests.
  public var disabledRules: Set<String>
  /// Whether the query is to be given packets: then its source of records, if it has one, stands
  /// for the flow records that are made of them.
  public var takesPackets = false
  /// Places that sources read instead of those that the query names, by the source's name.
  public var bindings: [String: String] = [:]
  /// What the source of records reads that names no place.
  public var recordPlace: String?
  /// The columns of files that the query does not describe, by a look at them.
  public var schemas: [SchemaQuestion: SchemaAnswer] = [:]

  /// The planner's choice, for XDP.
  public init(
    placement: PlacementPolicy = .automatic, target: TargetProfile = .xdp,
    disabledRules: Set<String> = []
  ) {
    self.placement = placement
    self.target = target
    self.disabledRules = disabledRules
  }
}

/// The one value that crosses from compiling to running.
///
/// A pure function of text and options: the same input gives the same bytes.
public struct CompiledQuery: Sendable {
  /// The text.
  public let source: SourceText
  /// The options it was compiled under.
  public let options: CompileOptions
  /// The plan, optimized and placed.
  public let placed: PlacedPlan
  /// The data path's half; nil where everything runs on the host.
  public let program: EmittedProgram?
  /// The program's ELF object, where a bundle brought it along.
  public var object: [UInt8]?

  /// The same text with nothing but decoding in the data path; nil where it does not compile.
  public func withOperatorsOnHost() -> CompiledQuery? {
    var options = options
    options.placement = .host
    var log = DiagnosticLog()
    return Compiler.compile(source, options: options, reportingTo: &log)
  }

  /// The C of the data path; nil where everything runs on the host.
  public var emittedC: String? { program?.source }
  /// Where everything stands that the program shares with the host.
  public var layout: ProgramLayout? { program?.layout }
  /// The plan as text.
  public var planText: String { placed.description }
  /// The name that the C's `#line` directives give to the text.
  public var lineFileName: String { source.baseName }

  /// What the program means, before it was cut.
  public var plan: LogicalPlan { placed.plan }
}

extension SourceText {
  /// The name without directories; never empty.
  var baseName: String { String(name.split(separator: "/").last ?? "query.sal") }
}
