public import Diagnostics
public import Plan
import Planning
import Semantics
import Syntax

/// Query texts on their way to plans.
public enum Query {
  /// The text was refused; the rendered diagnostics.
  public struct Refused: Error, CustomStringConvertible {
    /// The diagnostics as the user sees them.
    public let description: String
  }

  /// The logical plan of a text, as resolved: no rule has touched it. Where it `takesPackets`,
  /// sources of records stand for flows of them.
  public static func plan(
    _ text: String, takesPackets: Bool = false, bindings: [String: String] = [:]
  ) throws(Refused) -> LogicalPlan {
    let source = SourceText(name: "query.sal", text)
    var log = DiagnosticLog()
    let plan = resolve(
      parse(source, reportingTo: &log), takesPackets: takesPackets, bindings: bindings,
      reportingTo: &log)
    guard let plan else {
      throw Refused(description: DiagnosticRenderer(source: source).render(log) + "\n" + text)
    }
    return plan
  }

  /// The diagnostics of a text, rendered; empty where there is nothing to say.
  public static func diagnostics(_ text: String) -> String {
    let source = SourceText(name: "query.sal", text)
    var log = DiagnosticLog()
    _ = resolve(parse(source, reportingTo: &log), reportingTo: &log)
    return DiagnosticRenderer(source: source).render(log)
  }

  /// What the parser alone says of a text.
  public static func syntaxDiagnostics(_ text: String) -> String {
    let source = SourceText(name: "query.sal", text)
    var log = DiagnosticLog()
    _ = parse(source, reportingTo: &log)
    return DiagnosticRenderer(source: source).render(log)
  }

  /// Legal cuts of the optimized plan, as `--cut` takes them: all, or a sample by the seed.
  public static func cuts(_ plan: LogicalPlan, limit: Int, seed: UInt64 = 1) -> [String] {
    legalCuts(of: optimize(plan), limit: limit, seed: seed).map(\.description)
  }

  /// Names of the rewrite rules.
  public static var rules: [String] { RewriteRules.all.map(\.name) }

  /// The plan after the rules, without those that are named.
  public static func optimized(_ plan: LogicalPlan, without: Set<String> = []) -> LogicalPlan {
    optimize(plan, without: without)
  }

  /// What the front end says of any bytes.
  public struct Answer: Sendable {
    /// The plan, where there is one.
    public let plan: LogicalPlan?
    /// The places that diagnostics, notes and fix-its point to.
    public let diagnostics: [SourceRange]
    /// The diagnostics as the user sees them.
    public let text: String
  }

  /// Parses, resolves and, where there is a plan, optimizes.
  public static func answer(_ source: SourceText) -> Answer {
    var log = DiagnosticLog()
    let plan = resolve(parse(source, reportingTo: &log), reportingTo: &log).map { optimize($0) }
    let ranges = log.diagnostics.flatMap { diagnostic in
      [diagnostic.range] + diagnostic.notes.compactMap(\.range)
        + diagnostic.fixIts.flatMap { $0.edits.map(\.range) }
    }
    return Answer(
      plan: plan, diagnostics: ranges, text: DiagnosticRenderer(source: source).render(log))
  }

  /// The formatted text; nil where the text has errors.
  public static func formatted(_ text: String) -> String? {
    var log = DiagnosticLog()
    return format(parse(SourceText(name: "query.sal", text), reportingTo: &log))
  }
}
