import DataModel

/// The order of packed keys by their values: component by component, as `Value` compares them.
struct KeyOrder {
  private struct Part {
    let slot: KeyLayout.Slot
    let mask: UInt64
    /// Flips the sign bit of signed values, so that unsigned order is theirs.
    let flip: UInt64
    /// Whether it is the code of a text, which says nothing of the texts' order.
    let isText: Bool
  }

  /// Codes of texts to their places in the order of the texts.
  private typealias TextOrder = [UInt64: UInt64]

  private let parts: [Part]
  /// Bits of all components.
  private let bits: Int
  private let hasTexts: Bool

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
        flip: isSigned ? 1 << 63 : 0, isText: layout.types[slot.component] == .text)
    }
    bits = parts.reduce(0) { $0 + $1.slot.bits }
    hasTexts = parts.contains(where: \.isText)
  }

  /// The places of `count` keys, `width` words from one to the next, in the order of the keys.
  /// Equal keys stay in their order.
  func places(of keys: UnsafePointer<UInt64>, count: Int, width: Int) -> [Int] {
    let texts = hasTexts ? textOrder(of: keys, count: count, width: width) : [:]
    guard bits <= 64 else {
      return (0..<count).sorted { precedes(keys + $0 * width, keys + $1 * width, texts) }
    }
    return RadixOrder.places((0..<count).map { rank(keys + $0 * width, texts) })
  }

  /// Whether key `a` comes before key `b`.
  func precedes(_ a: UnsafePointer<UInt64>, _ b: UnsafePointer<UInt64>) -> Bool {
    precedes(a, b, nil)
  }

  /// The order of the texts of keys: each is looked at once.
  private func textOrder(
    of keys: UnsafePointer<UInt64>, count: Int, width: Int
  ) -> TextOrder {
    var codes: Set<UInt64> = []
    for part in parts where part.isText {
      for index in 0..<count { codes.insert(value(part, keys + index * width)) }
    }
    let sorted = codes.map { (code: $0, text: TextTable.text($0) ?? "") }.sorted {
      $0.text < $1.text
    }
    return TextOrder(
      uniqueKeysWithValues: sorted.enumerated().map { ($1.code, UInt64($0)) })
  }

  private func value(_ part: Part, _ key: UnsafePointer<UInt64>) -> UInt64 {
    ((key[part.slot.word] >> UInt64(part.slot.shift)) & part.mask) ^ part.flip
  }

  /// The components behind one another in one word, whose order is the keys'.
  private func rank(_ key: UnsafePointer<UInt64>, _ texts: TextOrder) -> UInt64 {
    var rank: UInt64 = 0
    for part in parts {
      var value = value(part, key)
      if part.isText { value = texts[value] ?? 0 }
      rank = (part.slot.bits == 64 ? 0 : rank << UInt64(part.slot.bits)) | value
    }
    return rank
  }

  private func precedes(
    _ a: UnsafePointer<UInt64>, _ b: UnsafePointer<UInt64>, _ texts: TextOrder?
  ) -> Bool {
    for part in parts {
      let x = value(part, a)
      let y = value(part, b)
      if x == y { continue }
      guard part.isText else { return x < y }
      guard let texts else { return TextTable.text(x) ?? "" < TextTable.text(y) ?? "" }
      return texts[x] ?? 0 < texts[y] ?? 0
    }
    return false
  }
}
