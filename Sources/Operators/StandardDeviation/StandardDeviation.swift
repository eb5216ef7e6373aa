public import DataModel
public import Kernels

/// The population's standard deviation: the square root of ``Variance``.
public struct StandardDeviation: StreamOperator {
  public let name = "stddev"
  public let foreignNames = ["std", "stddev_pop", "stdev"]
  public let summary = "The square root of the population's variance."
  public let parameters = [Parameter("expression", .expression)]
  public let takesReals = true
  public let example = "S = FOREACH (STREAM P BY SourceIp) GENERATE stddev(frame.len) WINDOW 1s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { .float }
  public func state(_ call: OperatorCall) -> StateForm { Moments.state(call) }
  public func moment(_ call: OperatorCall) -> (kind: MomentKind, unit: Double)? {
    (.deviation, call.unit)
  }
  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    var estimate = Moments.variance(call, state)
    if case .real(let variance) = estimate.value { estimate.value = .real(variance.squareRoot()) }
    return estimate
  }
}
