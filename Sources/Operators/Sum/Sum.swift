public import DataModel

/// The sum of an expression; saturates at 64 bits and then says `at_least`.
public struct Sum: StreamOperator {
  public let name = "sum"
  public let aliases = ["ehsum", "simplesum"]
  public let summary = "The sum of an expression over the tuples; saturates at 64 bits."
  public let parameters = [Parameter("expression", .expression)]
  public let takesReals = true
  public let example = "B = FOREACH (STREAM P BY SourceIp) GENERATE sum(frame.len) WINDOW 1s;"

  public func resultType(_ call: OperatorCall) -> ScalarType {
    switch call.operandType {
    case .duration?: .duration
    case .float?: .float
    default: .signed
    }
  }
  public func state(_ call: OperatorCall) -> StateForm {
    call.realState()
      ?? .words(call.operand.map { [.tuples, .sum($0)] } ?? [])
  }
  public func windowEstimate(_ call: OperatorCall) -> WindowEstimate? {
    .sum(isDuration: call.operandType == .duration)
  }
  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    if let reals = RealMoments(call, state) { return Estimate(.real(reals.sum)) }
    guard let operand = call.operand else { preconditionFailure("sum has an operand") }
    let total = state.word(.sum(operand))
    let saturated = total == .max || total == .min
    let value: Value = call.operandType == .duration ? .duration(total) : .integer(total)
    return Estimate(value, saturated ? .atLeast : .exact)
  }
  public func word(_ call: OperatorCall) -> Reduction? {
    call.realOperand == nil ? call.operand.map { .sum($0) } : nil
  }
  public func absentValue(_ call: OperatorCall) -> Value {
    switch call.operandType {
    case .duration?: .duration(0)
    case .float?: .real(0)
    default: .integer(0)
    }
  }
  public func qualityUnderLoss(_ call: OperatorCall) -> Quality {
    guard call.realOperand == nil, let range = call.operand?.range else { return .partial }
    return range.lowerBound >= 0 ? .atLeast : .partial
  }
}
