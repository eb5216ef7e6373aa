import DataModel
import Kernels
import TestSupport
import Testing

@Suite("Keyed table")
struct KeyedTableTests {
  @Test("counts what a dictionary counts, for keys of any width", arguments: [0, 1, 2, 3, 4, 7])
  func counts(words: Int) {
    var random = RandomSource(seed: UInt64(words))
    let table = KeyedTable(keyWords: words, identity: [0, 7], seed: 42, limit: 1 << 20)
    var expected: [[UInt64]: UInt64] = [:]
    var slots = [UInt32](repeating: 0, count: 1024)
    var fresh = [UInt8](repeating: 0, count: 1024)
    for _ in 0..<50 {
      let n = Int.random(in: 1...1024, using: &random)
      let keys = (0..<n).map { _ in
        (0..<words).map { _ in UInt64.random(in: 0...40, using: &random) }
      }
      var flat = keys.flatMap { $0 }
      if flat.isEmpty { flat = [0] }
      table.locate(keys: flat, count: n, slots: &slots, fresh: &fresh)
      for (index, key) in keys.enumerated() {
        #expect((fresh[index] == 1) == (expected[key] == nil))
        expected[key, default: 0] += 1
        #expect(table.find(key.isEmpty ? [0] : key) == Int(slots[index]))
      }
    }
    #expect(table.count == expected.count)
    #expect(table.otherTuples == 0)
    for (key, count) in expected {
      guard let slot = table.find(key.isEmpty ? [0] : key) else {
        Issue.record("\(key) is not in the table")
        continue
      }
      #expect(Array(UnsafeBufferPointer(start: table.entry(slot), count: words)) == key)
      #expect(table.entry(slot)[words] == count)
      #expect(table.entry(slot)[words + 1] == 7)
    }
  }

  @Test("keys beyond the limit are summed in the remainder, and nothing is lost")
  func limit() {
    let table = KeyedTable(keyWords: 1, identity: [0], seed: 1, limit: 100)
    var slots = [UInt32](repeating: 0, count: 1024)
    var fresh = [UInt8](repeating: 0, count: 1024)
    for round in 0..<10 {
      let keys = (0..<300).map { UInt64($0 * 7) }
      table.locate(keys: keys, count: 300, slots: &slots, fresh: &fresh)
      #expect(table.count == 100)
      #expect(table.otherTuples == UInt64(200 * (round + 1)))
    }
    let kept = (0..<table.capacity).filter { table.isOccupied($0) }
    #expect(kept.count == 100)
    #expect(kept.allSatisfy { table.entry($0)[1] == 10 })
    table.removeAll()
    #expect(table.count == 0 && table.otherTuples == 0)
  }
}
