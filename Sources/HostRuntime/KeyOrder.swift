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
