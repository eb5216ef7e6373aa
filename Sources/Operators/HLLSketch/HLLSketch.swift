import CRuntimeBPF
public import DataModel

/// The distinct values of fields as an Apache DataSketches HLL sketch (type HLL_8).
///
/// - Bound: that of readers, 1.04 / √m; `WITHIN ε CONFIDENCE p` chooses m.
/// - Source: Flajolet et al. 2007; image: `sal/hllimage.h`; coupons: DataSketches, `HllUtil`.
public struct HLLSketch: StreamOperator {
  public let name = "hllsketch"
  public let summary =
    "The distinct values of one or several fields as an Apache DataSketches HLL sketch, in base64."
  public let parameters = [Parameter("field", .fields)]
  public let boundSummary =
    "the reader's: relative error ≤ ε with confidence p (default 2 %, 95 %), from exact counts"
  public let example =
    "H = FOREACH (STREAM P BY DestIp) GENERATE hllsketch(SourceIp) WITHIN 2% WINDOW 60s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { .string }

  public func state(_ call: OperatorCall) -> StateForm { Tally.state(call) }

  public func accuracyProblem(_ call: OperatorCall) -> String? {
    CountDistinct().accuracyProblem(call)
  }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    let precision = CountDistinct.precision(call.accuracy)
    var registers = [UInt8](repeating: 0, count: 1 << precision)
    for (item, _) in Tally.items(state).items {
      let (h1, h2) = SketchItem.hash(item)
      // A coupon: the slot from the first word's low bits, the rank from the second's zeros.
      let slot = Int(truncatingIfNeeded: h1) & (registers.count - 1)
      registers[slot] = max(registers[slot], UInt8(min(h2.leadingZeroBitCount, 62) + 1))
    }
    var image = [UInt8](repeating: 0, count: 40 + registers.count)
    sal_hllimage(&image, registers, UInt32(precision))
    return Estimate(SketchImage(image).value)
  }
}
