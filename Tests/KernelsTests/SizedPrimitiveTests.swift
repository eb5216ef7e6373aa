import CRuntimeBPF
import DataModel
import Kernels
import Testing

/// The statistics of a macro beside what the host has for the same question.
@Suite("Statistics of a macro agree with the host's own")
struct SizedPrimitiveTests {
  static let seeds: [UInt64] = [1, 0x5A1C, .max]

  /// Answers of a law, from its state behind all items.
  private func answers<Result>(
    _ header: String, _ items: [LawItem], _ body: (UnsafeRawPointer) -> Result
  ) throws -> Result {
    let law = try #require(sizedLaws.first { $0.header == header })
    return law.withState(of: items) { body(UnsafeRawPointer($0)) }
  }

  /// Answers by key of a law.
  private func values(_ header: String, _ items: [LawItem], _ seed: UInt64) throws -> [Double] {
    let law = try #require(sizedLaws.first { $0.header == header })
    return law.withState(of: items) { law.read(UnsafeRawPointer($0), seed) }
  }

  /// Counts and sums by key, by the host's table.
  private func table(
    _ items: [LawItem], _ seed: UInt64, value: (LawItem) -> UInt64
  ) -> (counts: [UInt64], sums: [UInt64], firsts: [UInt64]) {
    let table = KeyedTable(keyWords: 1, identity: [0, 0], seed: seed, limit: 1024)
    var firsts = [UInt64](repeating: 0, count: LawNumbers.keys)
    var (slot, fresh): (UInt32, UInt8) = (0, 0)
    for item in items {
      var key = item.key
      table.locate(keys: &key, count: 1, slots: &slot, fresh: &fresh)
      table.entry(Int(slot))[2] += value(item)
      firsts[Int(key)] += UInt64(fresh)
    }
    var counts = [UInt64](repeating: 0, count: LawNumbers.keys)
    var sums = counts
    for slot in table.slotsByKey() {
      let entry = table.entry(slot)
      (counts[Int(entry[0])], sums[Int(entry[0])]) = (entry[1], entry[2])
    }
    return (counts, sums, firsts)
  }

  @Test("tables, first seen, most used, flow set: the host's table, exactly", arguments: seeds)
  func exact(seed: UInt64) throws {
    let items = LawItem.draw(seed: seed)
    let (counts, sums, firsts) = table(items, seed) { $0.value }
    for form in ["table, wide", "table, packed"] {
      #expect(try values(form, items, seed) == (counts + sums).map { Double($0) }, "\(form)")
    }
    #expect(try values("firstseen", items, seed) == firsts.map { Double($0) })
    for header in ["mfu", "flowset"] {
      #expect(try values(header, items, seed) == counts.map { Double($0) }, "\(header)")
    }
  }

  @Test("SpaceSaving and basic windows: bounds around the host's counts", arguments: seeds)
  func bounds(seed: UInt64) throws {
    let items = LawItem.draw(seed: seed)
    let weights = table(items, seed) { $0.value & 7 }.sums
    let saved = try answers("spacesaving", items) { state in
      (0..<LawNumbers.keys).map { savingRange(state, seed, $0) }
    }
    let last = items.suffix(5 * Int(LawNumbers.turn)).map { Int64($0.key) }
    var tally = ItemTally()
    var counts = [UInt64](repeating: 0, count: LawNumbers.keys)
    for run in last.withUnsafeBufferPointer({ tally.count($0) }) {
      counts[Int(run.item)] = UInt64(run.count)
    }
    let listed = try answers("basicwindow", items) { state in
      (0..<LawNumbers.keys).map { basicRange(state, $0) }
    }
    for key in 0..<LawNumbers.keys {
      #expect(saved[key].low <= weights[key] && weights[key] <= saved[key].high, "\(key)")
      #expect(listed[key].low <= counts[key] && counts[key] <= listed[key].high, "\(key)")
    }
  }

  @Test("exponential histograms of host and data path hold one sum", arguments: seeds)
  func histogram(seed: UInt64) throws {
    let items = LawItem.draw(seed: seed)
    let shape = ExponentialHistogramShape(
      items: Int(LawNumbers.window), measure: .sum, epsilon: 1 / 20)
    var host = ExponentialHistogram(shape, most: shape.bucketsMax(bits: 16))
    for item in items { host.add(Int64(item.value)) }
    let ours = try answers("eh", items) { histogramAnswer($0) }
    let theirs = host.answer
    let sum = Double(items.suffix(Int(LawNumbers.window)).reduce(0) { $0 + $1.value })
    #expect(theirs.count == Int(LawNumbers.window))
    #expect(ours.count_lo <= LawNumbers.window && LawNumbers.window <= ours.count_hi)
    #expect(Double(ours.sum_lo) <= sum && sum <= Double(ours.sum_hi))
    #expect(theirs.low <= sum && sum <= theirs.high)
    let estimate = (Double(ours.sum_lo) + Double(ours.sum_hi)) / 2
    #expect(abs(estimate - theirs.estimate) <= sum / 20 * 2)
  }

  @Test("sliding MinHash is MinHash of the window's items alone", arguments: seeds)
  func minimum(seed: UInt64) throws {
    let items = LawItem.draw(seed: seed)
    var wanted = [UInt64](repeating: 0, count: 64)
    for item in items.suffix(Int(LawNumbers.window)) { sal_minhash_add(&wanted, 6, item.hash) }
    let found = try answers("minwindow", items) { windowBuckets($0) }
    // Counts up to the two times that it keeps.
    #expect(found == wanted.map { ($0 >> 32) << 32 | min($0 & 0xFFFF_FFFF, 2) })
  }

  @Test("the reservoir keeps the tuples of smallest rank")
  func reservoir() throws {
    let items = LawItem.draw(seed: 7)
    let kept = try values("sample, reservoir", items, 7)
    let wanted = items.sorted { $0.rank < $1.rank }.prefix(32).map { Double($0.at) }
    #expect(kept == wanted + [4096])
  }
}
