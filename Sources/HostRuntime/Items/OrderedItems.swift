import DataModel
import Kernels

/// One fold in the order of arrival over the last tuples of each key.
struct OrderedItems {
  let fold: OrderedFold
  /// The operand's place among those of the moments that keep the values.
  let operand: Int
  private var words: [UInt64] = []

  init(_ fold: OrderedFold, operand: Int) {
    self.fold = fold
    self.operand = operand
  }

  /// Makes room for the words of a key.
  mutating func reserve(_ id: Int) {
    while words.count < (id + 1) * fold.wordCount { words.append(0) }
  }

  mutating func update(_ id: Int, _ value: Int64) {
    change(id) { fold, words in fold.update(words, value) }
  }

  /// The oldest tuple of the key's window is about to leave.
  mutating func expire(_ id: Int, _ moments: SlidingMoments) {
    func value(_ place: Int) -> Int64? { moments.value(id, place, operand) }
    guard value(0) != nil else { return }
    var next: Int64?
    var place = 1
    while next == nil && place < moments.count(id) {
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
