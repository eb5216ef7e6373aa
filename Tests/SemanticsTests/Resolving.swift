import Diagnostics
import Plan
import Semantics
import Syntax
import Testing

/// A program's plan and messages.
struct Resolved {
  let source: SourceText
  let plan: LogicalPlan?
  let log: DiagnosticLog

  init(_ text: String) {
    source = SourceText(name: "test.sal", text)
    var log = DiagnosticLog()
    let tree = parse(source, reportingTo: &log)
    plan = resolve(tree, reportingTo: &log)
    self.log = log
  }

  /// All messages as people read them, for the comment of a failed expectation.
  var rendered: String { DiagnosticRenderer(source: source).render(log) }
}

/// The plan of a program that must have one.
func plan(
  _ text: String, sourceLocation: SourceLocation = #_sourceLocation
) throws -> LogicalPlan {
  let resolved = Resolved(text)
  return try #require(
    resolved.plan, Comment(rawValue: resolved.rendered), sourceLocation: sourceLocation)
}

extension TupleOperation {
  /// The text of a filter's predicate; empty for other operations.
  var predicateText: String { if case .filter(let predicate) = self { predicate.text } else { "" } }
}
