public import DataModel

/// The exponentially weighted moving average at the window's end: it begins with the window's first
/// value, and each further one moves it by the share α of its distance.
public struct Ewma: StreamOperator {
  public let name = "ewma"
  public let foreignNames = ["ema"]
  public let summary =
    "The exponentially weighted average of a window's values in the order in which they arrive."
  public let parameters = [Parameter("expression", .expression), Parameter("alpha", .share)]
  public let readsWindow = true
  public let boundSummary = "exact in the order of arrival, rounded to 53 bits at each step"
  public let example =
    "E = FOREACH (STREAM P BY SourceIp) GENERATE ewma(frame.len, 0.1) WINDOW 10s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { .float }
  public func state(_ call: OperatorCall) -> StateForm { .words([reduction(call)]) }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    let fold = reduction(call)
    guard state.word(fold) > 0 else { return Estimate(.missing) }
    let average = Double(bitPattern: UInt64(bitPattern: state.word(fold, 2)))
    return Estimate(.real(average / call.unit))
  }

  private func reduction(_ call: OperatorCall) -> Reduction {
    guard let operand = call.operand, call.arguments.count > 1,
      case .share(let numerator, let denominator) = call.arguments[1]
    else { preconditionFailure("ewma has an operand and an α") }
    return .ordered(.movingAverage(numerator: numerator, denominator: denominator), operand)
  }
}
