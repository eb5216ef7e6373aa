import DataModel

/// One fold in the order of arrival over the last tuples of each key.
struct OrderedItems {
  let fold: OrderedFold
  /// The operand's place in a ring's entry; the entry's last word has a bit for each that is there.
  let operand: Int
  private var words: [UInt64] = []

  init(_ fold: OrderedFold, operand: Int) {
    self.fold = fold
    self.operand = operand
  }

  mutating func addKey() { words += [UInt64](repeating: 0, count: fold.wordCount) }

  mutating func update(_ id: Int, _ value: Int64) {
    change(id) { fold, words in fold.update(words, value) }
  }

  /// The ring's oldest tuple leaves.
  mutating func expire(_ id: Int, _ ring: ItemRing, width: Int) {
    func value(_ place: Int) -> Int64? {
      let entry = ring.entry(place, width: width)
      guard (entry[width - 1] >> UInt64(operand)) & 1 != 0 else { return nil }
      return Int64(bitPattern: entry[operand])
    }
    guard value(0) != nil else { return }
    var next: Int64?
    var place = 1
    while next == nil && place < Int(ring.count) {
      next = value(place)
      place += 1
    }
    change(id) { fold, words in fold.dropFirst(words, next: next) }
  }

  /// Copies the words of a key.
  func write(_ id: Int, to place: UnsafeMutablePointer<UInt64>) {
    for word in 0..<fold.wordCount { place[word] = words[id &* fold.wordCount &+ word] }
  }

  private mutating func change(
    _ id: Int, _ body: (OrderedFold, UnsafeMutablePointer<UInt64>) -> Void
  ) {
    let fold = fold
    words.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      body(fold, base + id &* fold.wordCount)
    }
  }
}
