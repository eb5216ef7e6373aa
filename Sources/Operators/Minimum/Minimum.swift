public import DataModel

/// The least value of an expression.
public struct Minimum: StreamOperator {
  public let name = "min"
  public let foreignNames = ["minimum", "least"]
  public let summary = "The least value of an expression; missing where no tuple has one."
  public let parameters = [Parameter("expression", .expression)]
  public let takesReals = true
  public let example = "M = FOREACH (STREAM P BY SourceIp) GENERATE min(frame.len) WINDOW 1s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { call.operandType ?? .signed }
  public func state(_ call: OperatorCall) -> StateForm {
    call.realState()
      ?? .words(call.operand.map { [.tuples, .present($0), .minimum($0)] } ?? [])
  }
  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    if let reals = RealMoments(call, state) { return reals.estimate { $0.least } }
    guard let operand = call.operand else { preconditionFailure("min has an operand") }
    guard state.word(.present(operand)) > 0 else { return Estimate(.missing) }
    let word = UInt64(bitPattern: state.word(.minimum(operand)))
    return Estimate(Value(lanes: (word, 0), type: resultType(call), isV6: false))
  }
}
