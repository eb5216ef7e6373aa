public import DataModel

/// A norm of the vector that has one coordinate for each item: its count, or the sum of a weight.
public struct Norm: StreamOperator {
  public let name = "norm"
  public let summary =
    "A norm of the items' counts, or sums of a weight: L0 items, L1 total, L2 length, Linf largest."
  public let parameters = [
    Parameter("field", .fields), Parameter("norm", .choice(["L0", "L1", "L2", "Linf"])),
    Parameter("weight", .expression, isOptional: true),
  ]
  public let boundSummary = Tally.bound
  public let example =
    "N = FOREACH (STREAM P BY DestIp) GENERATE norm(SourceIp, L2) WINDOW 10s;"

  public func resultType(_ call: OperatorCall) -> ScalarType {
    kind(call) == "L2" ? .float : .signed
  }

  public func state(_ call: OperatorCall) -> StateForm { Tally.state(call, weight: 2) }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    let counts = Tally.items(state).items.map(\.count)
    let sizes = counts.map(\.magnitude)
    switch kind(call) {
    case "L0": return Estimate(.integer(Int64(counts.count { $0 != 0 })))
    case "L1": return saturated(sizes.reduce(UInt128(0)) { $0 + UInt128($1) })
    case "Linf": return saturated(UInt128(sizes.max() ?? 0))
    default:
      var sum: UInt128 = 0
      for size in sizes {
        let (next, overflow) = sum.addingReportingOverflow(UInt128(size) * UInt128(size))
        guard !overflow else { return Estimate(.real(Double(UInt128.max).squareRoot()), .atLeast) }
        sum = next
      }
      return Estimate(.real(Double(sum).squareRoot()))
    }
  }

  public func absentValue(_ call: OperatorCall) -> Value {
    kind(call) == "L2" ? .real(0) : .integer(0)
  }

  private func kind(_ call: OperatorCall) -> String {
    guard call.arguments.count > 1, case .choice(let kind) = call.arguments[1] else {
      preconditionFailure("norm is told which")
    }
    return kind
  }

  private func saturated(_ number: UInt128) -> Estimate {
    number > UInt128(Int64.max)
      ? Estimate(.integer(.max), .atLeast) : Estimate(.integer(Int64(number)))
  }
}
