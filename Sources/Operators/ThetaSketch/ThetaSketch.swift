public import DataModel

/// The distinct values of fields as an Apache DataSketches compact Theta sketch, which readers can
/// unite, intersect and subtract.
///
/// - Bound: that of readers: exact up to `entries` values, then standard error 1 / √entries.
/// - Source: Dasgupta et al., *A Framework for Estimating Stream Expression Cardinalities*, 2016;
///   image: DataSketches, `CompactSketch`, serial version 3.
public struct ThetaSketch: StreamOperator {
  public let name = "thetasketch"
  public let summary =
    "The distinct values of one or several fields as an Apache DataSketches Theta sketch, in "
    + "base64."
  public let parameters = [Parameter("field", .fields)]
  public let boundSummary =
    "the reader's: exact up to 4096 values, then 1/√4096 = 1.6 % standard error"
  public let example =
    "T = FOREACH (STREAM P BY DestIp) GENERATE thetasketch(SourceIp) WINDOW 60s;"

  /// Values that are kept: the library's default, 2^12.
  static let entries = 4096

  /// Marks hashes made with the default seed: the low 16 bits of the seed's own hash.
  private static let seedHash: UInt16 = {
    let seed = withUnsafeBytes(of: Murmur3.sketchSeed.littleEndian) { Array($0) }
    return UInt16(truncatingIfNeeded: Murmur3.hash(seed, seed: 0).0)
  }()

  public func resultType(_ call: OperatorCall) -> ScalarType { .string }

  public func state(_ call: OperatorCall) -> StateForm { Tally.state(call) }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    // Hashes are positive numbers of 63 bits; 0 would mean "none".
    var hashes = Tally.items(state).items.map { SketchItem.hash($0.item).0 >> 1 }
    hashes.sort()
    var theta = UInt64(Int64.max)
    if hashes.count > Self.entries {
      theta = hashes[Self.entries]
      hashes.removeLast(hashes.count - Self.entries)
    }
    let isEmpty = hashes.isEmpty
    // read-only, compact, ordered; empty
    let flags: UInt8 = 2 | 8 | 16 | (isEmpty ? 4 : 0)
    let isEstimate = theta != UInt64(Int64.max)
    let words: UInt8 = isEmpty ? 1 : isEstimate ? 3 : 2
    var image = SketchImage([words, 3, 3, 0, 0, flags])
    image.append(Self.seedHash)
    if !isEmpty {
      image.append(UInt32(hashes.count))
      image.append(Float(1).bitPattern)
      if isEstimate { image.append(theta) }
      for hash in hashes { image.append(hash) }
    }
    return Estimate(image.value)
  }
}
