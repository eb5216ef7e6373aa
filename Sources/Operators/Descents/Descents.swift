public import DataModel

/// How often a value is below the one before it: reordered or repeated sequence numbers, clocks
/// that go back.
public struct Descents: StreamOperator {
  public let name = "descents"
  public let summary =
    "How often a value is less than the one before it, in the order in which tuples arrive."
  public let parameters = [Parameter("expression", .expression)]
  public let readsWindow = true
  public let example =
    "D = FOREACH (STREAM P BY SourceIp) GENERATE descents(tcp.seq) WINDOW 10s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { .signed }
  public func state(_ call: OperatorCall) -> StateForm { .words([reduction(call)]) }
  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    Estimate(.integer(state.word(reduction(call), 3)))
  }
  public func absentValue(_ call: OperatorCall) -> Value { .integer(0) }

  private func reduction(_ call: OperatorCall) -> Reduction {
    guard let operand = call.operand else { preconditionFailure("descents has an operand") }
    return .ordered(.descents, operand)
  }
}
