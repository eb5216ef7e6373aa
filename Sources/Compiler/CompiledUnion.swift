public import BPFModel
public import CodeGeneration
import Diagnostics
public import Plan

/// Queries over the same packets with one program for all of them.
///
/// A pure function of the queries and their order. The union of one query has that query's program.
public struct CompiledUnion: Sendable {
  /// The queries, in order.
  public let queries: [CompiledQuery]
  /// What the program does, and where each query's parts are in it.
  public let plan: PlanUnion
  /// The data path; nil where nothing of any query runs in it.
  public let program: EmittedProgram?

  /// Joins queries; the data path's limits are the first one's.
  public init(_ queries: [CompiledQuery]) {
    self.queries = queries
    let plan = PlanUnion(queries.map(\.placed), textLengths: queries.map(\.source.utf8.count))
    self.plan = plan
    if let only = queries.first, queries.count == 1 {
      program = only.program
      return
    }
    let texts = zip(Self.lineFileNames(queries), queries).enumerated().map { index, item in
      EmitOptions.Text(
        name: item.0, text: String(decoding: item.1.source.utf8, as: UTF8.self),
        start: plan.textStarts[index])
    }
    program = emit(
      plan.placed, target: queries.first?.options.target ?? .xdp,
      options: EmitOptions(texts: texts))
  }

  /// Whether the program keeps to the limits of the target; that of one query always does, as far
  /// as a program can.
  public var fits: Bool {
    guard queries.count > 1, let program, let target = queries.first?.options.target else {
      return true
    }
    return program.fits(target)
  }

  /// The C of the data path; nil where everything runs on the host.
  public var emittedC: String? { program?.source }

  /// Where everything stands that the program shares with the host.
  public var layout: ProgramLayout? { program?.layout }

  /// The program's ELF object, where a bundle brought it along.
  public var object: [UInt8]? { queries.count == 1 ? queries[0].object : nil }

  /// The texts by the names that the program's `#line` directives give to them.
  public var lineFiles: [String: String] {
    let texts = queries.map { String(decoding: $0.source.utf8, as: UTF8.self) }
    return Dictionary(
      zip(Self.lineFileNames(queries), texts), uniquingKeysWith: { first, _ in first })
  }

  /// A name of its own for each query's text; equal ones are told apart by their place.
  private static func lineFileNames(_ queries: [CompiledQuery]) -> [String] {
    var seen: Set<String> = []
    return queries.enumerated().map { index, query in
      let name = query.lineFileName
      return seen.insert(name).inserted ? name : "\(index + 1)-\(name)"
    }
  }
}
