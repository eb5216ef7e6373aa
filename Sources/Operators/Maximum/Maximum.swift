public import DataModel

/// The greatest value of an expression.
public struct Maximum: StreamOperator {
  public let name = "max"
  public let foreignNames = ["maximum", "greatest"]
  public let summary = "The greatest value of an expression; missing where no tuple has one."
  public let parameters = [Parameter("expression", .expression)]
  public let takesReals = true
  public let example = "M = FOREACH (STREAM P BY SourceIp) GENERATE max(frame.len) WINDOW 1s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { call.operandType ?? .signed }
  public func state(_ call: OperatorCall) -> StateForm {
    call.realState()
      ?? .words(call.operand.map { [.tuples, .present($0), .maximum($0)] } ?? [])
  }
  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    if let reals = RealMoments(call, state) { return reals.estimate { $0.greatest } }
    guard let operand = call.operand else { preconditionFailure("max has an operand") }
    guard state.word(.present(operand)) > 0 else { return Estimate(.missing) }
    let word = UInt64(bitPattern: state.word(.maximum(operand)))
    return Estimate(Value(lanes: (word, 0), type: resultType(call), isV6: false))
  }
  public func qualityUnderLoss(_ call: OperatorCall) -> Quality { .atLeast }
}

extension OperatorCall {
  /// The greatest value of a column of times: that of the last tuple, where they come in order.
  public static func latest(of time: FieldID) -> OperatorCall {
    OperatorCall(name: Maximum().name, arguments: [.expression(.field(time), type: .time)])
  }
}
