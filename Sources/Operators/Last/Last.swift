public import DataModel

/// The value of an expression in the latest tuple that has one.
public struct Last: StreamOperator {
  public let name = "last"
  public let summary =
    "The value of an expression in the latest tuple; runs where arrival order is kept."
  public let parameters = [Parameter("expression", .expression)]
  public let takesReals = true
  public let example = "V = FOREACH (STREAM P BY SourceIp) GENERATE last(frame.len) WINDOW 1s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { call.operandType ?? .signed }
  public func state(_ call: OperatorCall) -> StateForm {
    .words(call.operand.map { [.tuples, .present($0), .last($0)] } ?? [])
  }
  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    guard let operand = call.operand else { preconditionFailure("last has an operand") }
    guard state.word(.present(operand)) > 0 else { return Estimate(.missing) }
    let word = UInt64(bitPattern: state.word(.last(operand), 2))
    return Estimate(Value(lanes: (word, 0), type: resultType(call), isV6: false))
  }
}
