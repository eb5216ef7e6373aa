public import DataModel

/// Tuples a second, or the sum of an expression a second, over the window's whole length.
public struct Rate: StreamOperator {
  public let name = "rate"
  public let summary =
    "Tuples a second, or the sum of an expression a second, over the length of the time window."
  public let parameters = [Parameter("expression", .expression, isOptional: true)]
  public let readsWindow = true
  public let example = "R = FOREACH (STREAM P BY SourceIp) GENERATE rate(frame.len) WINDOW 10s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { .float }
  public func state(_ call: OperatorCall) -> StateForm {
    .words(call.operand.map { [.tuples, .sum($0)] } ?? [.tuples])
  }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    guard let window = call.window else { preconditionFailure("rate is told its window") }
    let total = call.operand.map { state.word(.sum($0)) } ?? state.word(.tuples)
    let seconds = Double(window.length) / 1e9
    return Estimate(
      .real(Double(total) / call.unit / seconds),
      total == .max || total == .min ? .atLeast : .exact)
  }

  public func argumentProblem(_ call: OperatorCall) -> String? {
    call.window == nil ? "rate is by the second, and wants a window of time" : nil
  }
  public func absentValue(_ call: OperatorCall) -> Value { .real(0) }
  public func qualityUnderLoss(_ call: OperatorCall) -> Quality {
    guard let operand = call.operand else { return .atLeast }
    return (operand.range?.lowerBound ?? -1) >= 0 ? .atLeast : .partial
  }
}
