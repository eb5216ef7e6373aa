import DataModel
import Diagnostics
import Operators
import Syntax

/// `WITHIN ε [CONFIDENCE p]`, `WITHIN RANK ε [CONFIDENCE p]` and `EXACT`.
extension Resolver {
  /// How exact a feature has to be; nil where the clause makes no sense, which is reported.
  mutating func accuracy(
    _ clause: AccuracyClause?, of operation: any StreamOperator
  ) -> Accuracy? {
    guard let clause else { return .standard }
    switch clause.requirement {
    case .exact: return .exact
    case .rank(let error, let confidence):
      guard operation.hasRanks else {
        let ranked = OperatorCatalogue.all.filter(\.hasRanks).map(\.name)
        report(
          Diagnostic(
            .wrongArgument, "\(operation.name) answers with no rank", at: clause.range,
            notes: [
              Diagnostic.Note(
                "WITHIN RANK is for \(ranked.joined(separator: " and ")); others take WITHIN ε")
            ]))
        return nil
      }
      return shares(error, confidence).map { .rank(epsilon: $0, confidence: $1) }
    case .relative(let error, let confidence):
      return shares(error, confidence).map { .within(epsilon: $0, confidence: $1) }
    }
  }

  private mutating func shares(_ error: Ratio, _ confidence: Ratio?) -> (Double, Double)? {
    for ratio in [error] + (confidence.map { [$0] } ?? [])
    where ratio.value <= 0 || ratio.value >= 1 {
      report(
        Diagnostic(
          .wrongArgument, "a share lies between 0% and 100%", at: ratio.range,
          notes: [Diagnostic.Note("for example: WITHIN 2% CONFIDENCE 95%")]))
      return nil
    }
    return (error.value, confidence?.value ?? 0.95)
  }

  /// Whether the accuracy that a call asks for can be kept; reports why where it cannot.
  mutating func isWithinReach(
    _ call: OperatorCall, _ operation: any StreamOperator, _ node: Syntax.Feature
  ) -> Bool {
    guard let problem = operation.accuracyProblem(call) else { return true }
    report(Diagnostic(.accuracyOutOfReach, problem, at: node.accuracy?.range ?? node.call.range))
    return false
  }
}
