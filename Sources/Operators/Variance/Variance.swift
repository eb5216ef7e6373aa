public import DataModel
public import Kernels

/// The population variance of an expression, from exact n, Σx and Σx² in 128 bits.
public struct Variance: StreamOperator {
  public let name = "var"
  public let aliases = ["ehvar", "variance"]
  public let foreignNames = ["var_pop", "variance_pop"]
  public let summary = "The population's variance; exact n, Σx, Σx² in 128 bits, rounded once."
  public let parameters = [Parameter("expression", .expression)]
  public let takesReals = true
  public let example = "V = FOREACH (STREAM P BY SourceIp) GENERATE var(frame.len) WINDOW 1s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { .float }
  public func state(_ call: OperatorCall) -> StateForm { Moments.state(call) }
  public func moment(_ call: OperatorCall) -> (kind: MomentKind, unit: Double)? {
    (.variance, call.unit)
  }
  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    Moments.variance(call, state)
  }
}

/// What `var` and `stddev` share.
enum Moments {
  static func state(_ call: OperatorCall) -> StateForm {
    call.realState()
      ?? .words(call.operand.map { [.tuples, .present($0), .sum($0), .sumOfSquares($0)] } ?? [])
  }

  /// (n·Σx² − (Σx)²) / n², the numerator exact, rounded once at the division.
  static func variance(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    if let reals = RealMoments(call, state) {
      return reals.estimate { $0.squares / Double($0.count) }
    }
    guard let operand = call.operand else { preconditionFailure("the operator has an operand") }
    let n = state.word(.present(operand))
    guard n > 0 else { return Estimate(.missing) }
    let total = state.word(.sum(operand))
    let low = UInt64(bitPattern: state.word(.sumOfSquares(operand), 0))
    let high = UInt64(bitPattern: state.word(.sumOfSquares(operand), 1))
    let variance = MomentMath.variance(
      count: UInt64(n), total: total, low: low, high: high)
    let saturated = total == .max || total == .min
    return Estimate(
      .real(variance / (call.unit * call.unit)),
      saturated ? .partial : .exact)
  }
}
