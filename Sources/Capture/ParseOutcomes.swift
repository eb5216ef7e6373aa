internal import CRuntimeBPF

/// How the parsing of frames ended; every frame is a tuple all the same, with the fields that could
/// be read. The counters of `struct sal_outcomes` in `runtime-bpf/include/sal/layout.h`.
public struct ParseOutcomes: Equatable, Sendable {
  /// Every frame; the sum of the others.
  public var packets: UInt64 = 0
  /// Every header that the frame announces was read.
  public var ok: UInt64 = 0
  /// A header runs past the captured bytes.
  public var truncated: UInt64 = 0
  /// A header contradicts itself.
  public var malformed: UInt64 = 0
  /// More tags or extension headers than the parser follows.
  public var limited: UInt64 = 0

  /// Nothing parsed yet.
  public init() {}

  mutating func add(_ rows: ParsedRows) {
    packets += UInt64(rows.count)
    if rows.areAllOk {
      ok += UInt64(rows.count)
      return
    }
    for row in 0..<rows.count {
      switch UInt32(rows.layers[row].outcome) {
      case SAL_OK.rawValue: ok += 1
      case SAL_TRUNCATED.rawValue: truncated += 1
      case SAL_MALFORMED.rawValue: malformed += 1
      default: limited += 1
      }
    }
  }
}
