public import DataModel
public import Kernels

/// The arithmetic mean of an expression over the tuples that have it.
public struct Average: StreamOperator {
  public let name = "ave"
  public let aliases = ["ehave", "avg"]
  public let foreignNames = ["mean", "average", "avg_over_time"]
  public let summary = "The mean of an expression; from the exact sum and count, rounded once."
  public let parameters = [Parameter("expression", .expression)]
  public let takesReals = true
  public let example = "A = FOREACH (STREAM P BY SourceIp) GENERATE ave(frame.len) WINDOW 1s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { .float }
  public func state(_ call: OperatorCall) -> StateForm {
    call.realState()
      ?? .words(call.operand.map { [.tuples, .present($0), .sum($0)] } ?? [])
  }
  public func moment(_ call: OperatorCall) -> (kind: MomentKind, unit: Double)? {
    (.mean, call.unit)
  }
  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    if let reals = RealMoments(call, state) { return reals.estimate { $0.mean } }
    guard let operand = call.operand else { preconditionFailure("ave has an operand") }
    let n = state.word(.present(operand))
    guard n > 0 else { return Estimate(.missing) }
    let total = state.word(.sum(operand))
    let saturated = total == .max || total == .min
    return Estimate(.real(Double(total) / Double(n) / call.unit), saturated ? .partial : .exact)
  }
}
