import DataModel

/// Where a datagram ends that stands in a file with nothing between it and the next.
enum DatagramFraming {
  /// What can be said of the bytes at hand.
  enum Length {
    case whole(Int)
    /// More bytes decide.
    case open
    /// No datagram begins so.
    case none
  }

  /// The longest that UDP carries.
  static let longest = 65_535

  /// The length of the datagram that `bytes` begin with; `isEnd`: nothing comes behind them.
  ///
  /// Where sets or samples run on beyond what a datagram carries, its first ones may be good, so it
  /// is as long as one can be; `isStrict`: it is none.
  static func length(
    _ kind: ExportProtocol, _ bytes: Octets, isEnd: Bool, isStrict: Bool = false
  ) -> Length {
    let short: Length = isEnd ? .whole(bytes.count) : .open
    guard bytes.count >= 4 else { return short }
    let word = kind == .sflow ? bytes.u32(0) : UInt32(bytes.u16(0))
    guard word == UInt32(kind.version) else { return .none }
    switch kind {
    case .netflowV5:
      let length = 24 + Int(bytes.u16(2)) * 48
      return length > longest ? .none : fit(length, bytes, isEnd)
    case .ipfix:
      let length = Int(bytes.u16(2))
      return length < 16 ? .none : fit(length, bytes, isEnd)
    case .netflowV9: return netflowV9(bytes, isEnd, isStrict)
    case .sflow: return sflow(bytes, isEnd, isStrict)
    }
  }

  /// The same behind bytes that were no datagram, where two equal bytes are not yet a version: the
  /// header has to be one that exporters send, and the next datagram or the end has to follow.
  static func lengthBehindRubbish(_ kind: ExportProtocol, _ bytes: Octets, isEnd: Bool) -> Length {
    // What version 9 leaves to its end is not a sign of a cut.
    let found = length(kind, bytes, isEnd: isEnd && kind == .netflowV9, isStrict: true)
    guard case .whole(let count) = found else {
      if case .open = found, !isEnd { return .open }
      return .none
    }
    guard isPlausible(kind, bytes.slice(0, count)) else { return .none }
    let rest = bytes.slice(count, bytes.count - count)
    guard rest.count >= 4 else { return !isEnd ? .open : rest.count == 0 ? .whole(count) : .none }
    if case .none = length(kind, rest, isEnd: false) { return .none }
    return .whole(count)
  }

  /// Whether a datagram begins as an exporter's does.
  private static func isPlausible(_ kind: ExportProtocol, _ bytes: Octets) -> Bool {
    switch kind {
    case .netflowV5:
      return bytes.has(0, NetflowV5Decoder.headerBytes)
        && (1...NetflowV5Decoder.recordsMax).contains(Int(bytes.u16(2)))
        && bytes.u32(12) < 1_000_000_000
    case .netflowV9, .ipfix:
      let at = kind == .ipfix ? 16 : 20
      guard bytes.has(at, 4) else { return false }
      let (id, length) = (bytes.u16(at), Int(bytes.u16(at + 2)))
      let templates: ClosedRange<UInt16> = kind == .ipfix ? 2...3 : 0...1
      return (templates.contains(id) || id >= 256) && (4...bytes.count - at).contains(length)
    case .sflow: return bytes.has(0, 28)
    }
  }

  private static func fit(_ length: Int, _ bytes: Octets, _ isEnd: Bool) -> Length {
    if length <= bytes.count { return .whole(length) }
    return isEnd ? .whole(bytes.count) : .open
  }

  /// Sets follow each other until one's ID would be 9: that is the next datagram's version, and
  /// no set has an ID of 2 to 255 (RFC 3954, 5.2). Zeros behind sets are padding.
  private static func netflowV9(_ bytes: Octets, _ isEnd: Bool, _ isStrict: Bool) -> Length {
    var at = 20
    while true {
      guard bytes.has(at, 4) else {
        // `at` never lies behind the longest.
        return isEnd ? .whole(min(bytes.count, at)) : .open
      }
      let (id, length) = (bytes.u16(at), Int(bytes.u16(at + 2)))
      if id == 9 { return .whole(at) }
      if id == 0, length == 0 {
        var end = at
        while end < min(bytes.count, longest), bytes.u8(end) == 0 { end += 1 }
        if end == longest { return endless(bytes, isStrict) }
        if end == bytes.count, !isEnd { return .open }
        // The version's first byte is zero as well.
        if bytes.has(end, 1), bytes.u8(end) == 9 { return .whole(end - 1) }
        return .whole(isEnd ? bytes.count : end)
      }
      guard length >= 4, at + length <= longest else { return endless(bytes, isStrict) }
      at += length
    }
  }

  /// What runs on beyond the longest datagram.
  private static func endless(_ bytes: Octets, _ isStrict: Bool) -> Length {
    isStrict ? .none : .whole(min(bytes.count, longest))
  }

  private static func sflow(_ bytes: Octets, _ isEnd: Bool, _ isStrict: Bool) -> Length {
    guard let (_, at) = SflowSample.address(bytes, 4) else {
      return bytes.count < 28 && !isEnd ? .open : .none
    }
    guard bytes.has(at, 16) else { return isEnd ? .whole(bytes.count) : .open }
    var place = at + 16
    for _ in 0..<bytes.u32(at + 12) {
      guard bytes.has(place, 8) else { return isEnd ? .whole(bytes.count) : .open }
      place += 8 + Int(bytes.u32(place + 4))
      guard place <= longest else { return endless(bytes, isStrict) }
    }
    return fit(place, bytes, isEnd)
  }
}
