import BPFModel
import CodeGeneration
public import DataModel
public import Diagnostics
public import Plan
import Planning
import Semantics
import Syntax

/// The five calls from text to a compiled query. No files, no clock, no processes.
public enum Compiler {
  /// Parses, resolves, optimizes, places and emits; nil once the log has an error.
  public static func compile(
    _ source: SourceText, options: CompileOptions = CompileOptions(),
    reportingTo log: inout DiagnosticLog
  ) -> CompiledQuery? {
    guard let plan = check(source, options: options, reportingTo: &log) else { return nil }
    let better = optimize(plan, without: options.disabledRules)
    let query = cut(better, source, options)
    guard let program = query.program, !program.fits(options.target) else { return query }
    // More than the machine's limits: the data path only decodes.
    var onHost = options
    onHost.placement = .host
    return cut(better, source, onHost)
  }

  private static func cut(
    _ plan: LogicalPlan, _ source: SourceText, _ options: CompileOptions
  ) -> CompiledQuery {
    let placed = place(plan, policy: options.placement, target: options.target)
    let program = emit(placed, target: options.target, options: EmitOptions(source))
    return CompiledQuery(source: source, options: options, placed: placed, program: program)
  }

  /// Parses and resolves; nil once the log has an error.
  public static func check(
    _ source: SourceText, options: CompileOptions = CompileOptions(),
    reportingTo log: inout DiagnosticLog
  ) -> LogicalPlan? {
    let tree = parse(source, reportingTo: &log)
    return resolve(
      tree, takesPackets: options.takesPackets, bindings: options.bindings,
      recordPlace: options.recordPlace, schemas: options.schemas, reportingTo: &log)
  }

  /// The files whose columns the query leaves to be found out: whoever compiles it looks at them,
  /// and gives what they tell as ``CompileOptions/schemas``.
  public static func schemaQuestions(
    of source: SourceText, options: CompileOptions = CompileOptions()
  ) -> [SchemaQuestion] {
    var log = DiagnosticLog()
    let tree = parse(source, reportingTo: &log)
    return Semantics.schemaQuestions(
      of: tree, bindings: options.bindings, recordPlace: options.recordPlace)
  }
}

extension EmitOptions {
  /// `#line` directives into a text, under its name.
  init(_ source: SourceText) {
    self.init(sourceName: source.baseName, text: String(decoding: source.utf8, as: UTF8.self))
  }
}

extension EmittedProgram {
  /// Whether the program keeps to the target's limits as far as they show before clang has seen it;
  /// its object is held against them before it is loaded.
  func fits(_ target: TargetProfile) -> Bool {
    instructions <= target.instructionsMax && layout.halfBytes <= target.halfBytesMax
  }
}

extension CompileOptions {
  /// Answers what a query leaves to be found out, by a look at each file.
  public mutating func findSchemas(
    of source: SourceText, by look: (SchemaQuestion) -> SchemaAnswer
  ) {
    for question in Compiler.schemaQuestions(of: source, options: self)
    where schemas[question] == nil {
      schemas[question] = look(question)
    }
  }
}
