/// Follows the sequence numbers of one exporter, and says how many units never came.
///
/// Units are what the protocol counts: records (NetFlow v5, IPFIX), datagrams (v9, sFlow). A gap is
/// told a few datagrams later, so that one that was only overtaken takes itself out of it again.
struct SequenceTracker {
  private var expected: UInt32?
  private var lastUnits: UInt32 = 0
  private var last: UInt32 = 0
  private var pending: UInt64 = 0
  /// The number that the first of the pending units has.
  private var gapStart: UInt32 = 0
  private var patience = 0

  /// A jump further than this is an exporter that began anew, not a loss.
  static let longestGap: Int32 = 1 << 24
  private static let patienceMax = 8

  /// A datagram with this number; call ``follow(_:)`` once its units are known.
  mutating func arrive(_ sequence: UInt32) -> Verdict {
    guard let expected else { return .inOrder }
    let distance = Int32(bitPattern: sequence &- expected)
    if distance == 0 { return .inOrder }
    if distance > 0, distance <= Self.longestGap {
      if pending == 0 { gapStart = expected }
      pending += UInt64(distance)
      patience = Self.patienceMax
      return .inOrder
    }
    // Minus the least number has no positive one.
    guard distance < 0, distance != Int32.min else { return .restarted }
    if pending > 0, sequence &- gapStart < expected &- gapStart { return .overtaken }
    if pending == 0, UInt32(-distance) == lastUnits { return .repeated }
    return .restarted
  }

  /// What a datagram's number says about it.
  enum Verdict { case inOrder, overtaken, repeated, restarted }

  /// Whether a datagram's number counts its own units as well. RFC 7011 (section 3.1) has those
  /// before it; softflowd those up to its end.
  func countsItself(_ sequence: UInt32, units: UInt32) -> Bool {
    expected != nil && sequence != expected && sequence == last &+ units
  }

  /// The datagram held so many units; nil where nobody knows.
  mutating func follow(_ sequence: UInt32, _ verdict: Verdict, units: UInt32?) {
    defer { last = sequence }
    switch verdict {
    case .overtaken: pending -= min(pending, UInt64(units ?? 0))
    case .repeated: break
    case .inOrder, .restarted:
      expected = units.map { sequence &+ $0 }
      lastUnits = units ?? 0
    }
  }

  /// Units that are lost for good.
  mutating func takeLost(isSettled: Bool) -> UInt64 {
    if patience > 0 { patience -= 1 }
    guard pending > 0, patience == 0 || isSettled else { return 0 }
    defer { pending = 0 }
    return pending
  }
}
