import DataModel

/// The order of packed keys by their values: component by component, as `Value` compares them.
struct KeyOrder {
  private struct Part {
    let slot: KeyLayout.Slot
    let mask: UInt64
    /// Flips the sign bit of signed values, so that unsigned order is theirs.
    let flip: UInt64
  }

  private let parts: [Part]
  /// Bits of all components.
  private let bits: Int

  init(_ layout: KeyLayout) {
    parts = layout.slots.sorted { a, b in
      // Within a component: family, high lane, low lane.
      (a.component, a.lane) < (b.component, b.lane)
    }.map { slot in
      let isSigned: Bool
      switch layout.types[slot.component] {
      case .signed, .time, .duration: isSigned = true
      default: isSigned = false
      }
      return Part(
        slot: slot, mask: slot.bits == 64 ? ~0 : (1 << UInt64(slot.bits)) - 1,
        flip: isSigned ? 1 << 63 : 0)
    }
    bits = parts.reduce(0) { $0 + $1.slot.bits }
  }

  /// The places of `count` keys, `width` words from one to the next, in the order of the keys.
  /// Equal keys stay in their order.
  func places(of keys: UnsafePointer<UInt64>, count: Int, width: Int) -> [Int] {
    guard bits <= 64 else {
      return (0..<count).sorted { precedes(keys + $0 * width, keys + $1 * width) }
    }
    return RadixOrder.places((0..<count).map { rank(keys + $0 * width) })
  }

  /// The components behind one another in one word, whose order is the keys'.
  private func rank(_ key: UnsafePointer<UInt64>) -> UInt64 {
    var rank: UInt64 = 0
    for part in parts {
      let value = ((key[part.slot.word] >> UInt64(part.slot.shift)) & part.mask) ^ part.flip
      rank = (part.slot.bits == 64 ? 0 : rank << UInt64(part.slot.bits)) | value
    }
    return rank
  }

  /// Whether key `a` comes before key `b`.
  func precedes(_ a: UnsafePointer<UInt64>, _ b: UnsafePointer<UInt64>) -> Bool {
    for part in parts {
      let shift = UInt64(part.slot.shift)
      let x = ((a[part.slot.word] >> shift) & part.mask) ^ part.flip
      let y = ((b[part.slot.word] >> shift) & part.mask) ^ part.flip
      if x != y { return x < y }
    }
    return false
  }
}
