public import DataModel

/// The number of tuples of a key and window.
public struct Count: StreamOperator {
  public let name = "count"
  public let summary = "The number of tuples."
  public let parameters: [Parameter] = []
  public let example = "N = FOREACH (STREAM P BY SourceIp) GENERATE count() WINDOW 1s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { .unsigned(bits: 63) }
  public func state(_ call: OperatorCall) -> StateForm { .words([.tuples]) }
  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    Estimate(.integer(state.word(.tuples)))
  }
  public func word(_ call: OperatorCall) -> Reduction? { .tuples }
  public func absentValue(_ call: OperatorCall) -> Value { .integer(0) }
  public func qualityUnderLoss(_ call: OperatorCall) -> Quality { .atLeast }
}

extension OperatorCall {
  /// The number of tuples.
  public static var count: OperatorCall { OperatorCall(name: Count().name, arguments: []) }
}
