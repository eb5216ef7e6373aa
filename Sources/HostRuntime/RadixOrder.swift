/// Sorting by words: a byte a pass from the last to the first, without comparisons.
///
/// Rows of a large window are sorted by their keys; a comparison sort of 65 536 keys takes five
/// times as long. Bytes that all words share cost one look at the histogram.
enum RadixOrder {
  /// Below this many words a comparison sort is as fast.
  private static let leastCount = 256

  /// The places of the words in ascending order; equal ones stay in their order.
  static func places(_ words: [UInt64]) -> [Int] {
    guard words.count >= leastCount, let last = UInt32(exactly: words.count) else {
      return words.indices.sorted { words[$0] < words[$1] }
    }
    var places = [UInt32](0..<last)
    var others = [UInt32](repeating: 0, count: words.count)
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      var starts = [Int](repeating: 0, count: 257)
      for word in words { starts[Int((word >> shift) & 0xff) + 1] += 1 }
      if starts.contains(words.count) { continue }
      for byte in 1..<257 { starts[byte] += starts[byte - 1] }
      for place in places {
        let byte = Int((words[Int(place)] >> shift) & 0xff)
        others[starts[byte]] = place
        starts[byte] += 1
      }
      swap(&places, &others)
    }
    return places.map(Int.init)
  }
}
