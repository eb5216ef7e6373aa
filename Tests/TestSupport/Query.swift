import Diagnostics
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

  /// The logical plan of a text, as resolved: no rule has touched it.
  public static func plan(_ text: String) throws(Refused) -> LogicalPlan {
    let source = SourceText(name: "query.sal", text)
    var log = DiagnosticLog()
    let plan = resolve(parse(source, reportingTo: &log), reportingTo: &log)
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
}
