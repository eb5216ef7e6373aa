import DataModel
import Kernels
import TestSupport
import Testing

@Suite("Sets that change with time")
struct IntervalSetTests {
  @Test("membership is from ≤ t < until + within of some window", arguments: 0..<10)
  func membership(seed: Int) {
    var random = RandomSource(seed: UInt64(seed))
    let within: Int64 = seed % 2 == 0 ? 0 : 250
    let set = IntervalSet(keyWords: 1, longestWithin: within, seed: 3, limit: 1 << 16)
    var spans: [UInt64: [(from: Int64, until: Int64)]] = [:]
    for window in 0..<60 {
      let from = Int64(window) * 100 + 30
      for _ in 0..<40 {
        var key = UInt64.random(in: 0..<50, using: &random)
        set.insert(&key, from: from, until: from + 100)
        spans[key, default: []].append((from, from + 100))
      }
      for _ in 0..<100 {
        // A tuple may be up to a window older than the last close.
        let time = Int64(window) * 100 + Int64.random(in: 0..<100, using: &random)
        var key = UInt64.random(in: 0..<60, using: &random)
        let expected =
          spans[key]?.contains { $0.from <= time && time < $0.until + within } ?? false
        #expect(set.contains(&key, at: time, within: within) == expected)
      }
    }
    #expect(set.takeOverflow() == 0)
  }

  @Test("memory follows the members, not the length of the input")
  func forgets() {
    let set = IntervalSet(keyWords: 1, longestWithin: 0, seed: 3, limit: 4096)
    for window in 0..<200 {
      let from = Int64(window) * 100
      for index in 0..<1000 {
        var key = UInt64(window * 1000 + index)
        set.insert(&key, from: from, until: from + 100)
      }
    }
    #expect(set.takeOverflow() == 0)
    var old: UInt64 = 5
    #expect(!set.contains(&old, at: 199 * 100, within: 0))
  }
}
