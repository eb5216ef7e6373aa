import DataModel

/// Whether all tuples of a key are sure to arrive on one CPU, which is what a fold in the order of
/// arrival would need in the data path.
///
/// A receive queue, and so a CPU, is chosen by a hash of addresses and ports (Toeplitz hash of
/// "receive side scaling"); fragments, which have no ports, are hashed by addresses alone, and so
/// is a first fragment, whose ports a program does see. A key is pinned only where it decides both
/// hashes alike, and no key does: so such folds run on the host, and this says why.
enum FlowAffinity {
  /// What the receive hash reads of a packet.
  private static let hashed = ["SourceIp", "DestIp", "SourcePort", "DestPort"]

  /// Why tuples of one key may arrive on several CPUs, in words that follow "and".
  static func whyNotPinned(_ key: [KeyComponent]) -> String {
    if key.isEmpty { return "every CPU has tuples of the one global key" }
    let named = Set(
      key.filter { $0.mask == nil && $0.fallback == nil && $0.rounding == nil }.map(\.field))
    let missing = hashed.filter { name in
      PacketFields.named(name).map(named.contains) != true
    }
    guard missing.isEmpty else {
      return "receive queues hash \(missing.joined(separator: ", ")) too, "
        + "so a key's tuples arrive on several CPUs"
    }
    return "fragments of a flow may arrive on another CPU than its whole packets"
  }
}
