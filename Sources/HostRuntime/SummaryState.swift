import DataModel
import Kernels
import Operators
import Plan

/// A bounded summary of the items of each key, from single tuples or from counts of the data path.
final class SummaryState: WindowState {
  private let form: TallySummary
  private let seed: UInt64
  /// Distinct for each summary of each pane, so that their coins fall independently.
  private var salt: UInt64
  private let packer: KeyPacker
  private let keys: KeyProjection
  private let items: KeyProjection
  private let ranked: KeyProjection
  private let missingBit: KeyLayout.Slot
  private let weight: ExpressionProgram?
  private let scratch: BatchScratch
  private let table: KeyedTable
  private var summaries: [ItemSummary] = []
  private let byteLimit: Int
  private var byteCount = 0
  private var lostTuples: UInt64 = 0
  /// Tuples without room in the panes that were merged.
  private var otherOfPanes: UInt64 = 0
  private var end: Int64 = 0
  private let keyWords: UnsafeMutablePointer<UInt64>
  private let counts: UnsafeMutablePointer<Int64>
  private let tuples: UnsafeMutablePointer<UInt64>

  init(
    _ aggregation: Aggregation, items components: [KeyComponent], weight: TupleExpression?,
    number: UInt64, _ scratch: BatchScratch, _ configuration: HostConfiguration
  ) {
    guard let form = aggregation.summary else { preconditionFailure("the plan has a summary") }
    self.form = form
    self.scratch = scratch
    self.weight = weight.map { ExpressionProgram($0) }
    seed = configuration.seed
    salt = seed &+ number << 44
    byteLimit = configuration.limits.distinctBytes
    packer = KeyPacker(key: aggregation.key, items: components)
    let first = aggregation.key.count
    keys = KeyProjection(
      from: packer.layout, columns: Array(0..<first), to: aggregation.key.map(\.type))
    items = KeyProjection(
      from: packer.layout, columns: Array(first..<(first + components.count)),
      to: components.map(\.type))
    var count = components.count
    if case .sampled(_, let ranked) = form { count = ranked }
    ranked = KeyProjection(
      from: packer.layout, columns: Array(first..<(first + count)),
      to: components.prefix(count).map(\.type))
    let last = first + components.count
    guard let bit = packer.layout.slots.first(where: { $0.component == last }) else {
      preconditionFailure("a table of items has a bit for missing ones")
    }
    missingBit = bit
    table = KeyedTable(
      keyWords: keys.layout.wordCount, identity: [0, 0], seed: seed,
      limit: configuration.limits.keys)
    keyWords = .allocate(capacity: TupleBatch.capacity * max(1, keys.layout.wordCount))
    counts = .allocate(capacity: TupleBatch.capacity)
    tuples = .allocate(capacity: TupleBatch.capacity)
  }

  deinit {
    keyWords.deallocate()
    counts.deallocate()
    tuples.deallocate()
  }

  var keyCount: Int { table.count }
  var usage: StateUsage { StateUsage(entries: table.count, bytes: byteCount) }
  var otherTuples: UInt64 { table.otherTuples + lostTuples + otherOfPanes }

  func update(_ batch: TupleBatch, rows: UnsafePointer<UInt16>, count: Int) -> Int {
    let n = packer.pack(batch, rows: rows, count: count, kept: scratch.rows, keys: scratch.keys)
    let column = weight?.evaluate(batch)
    for index in 0..<n {
      let row = Int(scratch.rows[index])
      tuples[index] = 1
      counts[index] = column.map { $0.validity[row] == 0 ? 0 : $0.values[row] } ?? 1
    }
    fold(scratch.keys, stride: packer.layout.wordCount, n)
    return n
  }

  /// Merges partials: words of key and item, then tuples and, where there is a weight, its sum.
  func merge(_ records: UnsafePointer<UInt64>, count: Int, stride: Int) {
    let words = packer.layout.wordCount
    var done = 0
    while done < count {
      let n = min(TupleBatch.capacity, count - done)
      let first = records + done * stride
      for index in 0..<n {
        let accumulators = first + index * stride + words
        tuples[index] = accumulators[0]
        counts[index] = Int64(bitPattern: accumulators[weight == nil ? 0 : 1])
      }
      fold(first, stride: stride, n)
      done += n
    }
  }

  /// Folds `n` packed items with their `tuples` and `counts`.
  private func fold(_ packed: UnsafePointer<UInt64>, stride: Int, _ n: Int) {
    for index in 0..<n {
      keys.project(packed + index * stride, into: keyWords + index * keys.layout.wordCount)
    }
    table.locate(
      keys: keyWords, count: n, weights: tuples, slots: scratch.slots, fresh: scratch.fresh)
    let width = max(1, items.layout.wordCount)
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: width) { words in
      guard let words = words.baseAddress else { return }
      for index in 0..<n where Int(scratch.slots[index]) != table.otherSlot {
        let place = summary(at: Int(scratch.slots[index]))
        let item = packed + index * stride
        if (item[missingBit.word] >> UInt64(missingBit.shift)) & 1 != 0 { continue }
        guard byteCount < byteLimit else {
          lostTuples += tuples[index]
          continue
        }
        let before = summaries[place].byteCount
        ranked.project(item, into: words)
        let hash = KeyHash.hash(seed, words, ranked.layout.wordCount)
        items.project(item, into: words)
        summaries[place].add(
          PackedItem(words, count: items.layout.wordCount), hash: hash, number: number(words),
          count: counts[index], form, seed: salt &+ UInt64(place))
        byteCount += summaries[place].byteCount - before
      }
    }
  }

  /// The item as a number, where ranks are wanted.
  private func number(_ words: UnsafePointer<UInt64>) -> Int64 {
    guard case .ranks = form else { return 0 }
    return RealOrder.code(items.layout.value(of: 0, in: words))
  }

  /// The place of an entry's summary, made if need be.
  private func summary(at slot: Int) -> Int {
    let entry = table.entry(slot) + table.keyWords
    if entry[1] == 0 {
      summaries.append(ItemSummary())
      entry[1] = UInt64(summaries.count)
    }
    return Int(entry[1]) - 1
  }

  func merge(_ pane: any WindowState) {
    guard let pane = pane as? SummaryState else { preconditionFailure("panes have one form") }
    for slot in 0..<pane.table.capacity where pane.table.isOccupied(slot) {
      let entry = pane.table.entry(slot)
      let values = entry + pane.table.keyWords
      table.locate(
        keys: entry, count: 1, weights: values, slots: scratch.slots, fresh: scratch.fresh)
      guard Int(scratch.slots[0]) != table.otherSlot, values[1] != 0 else { continue }
      let place = summary(at: Int(scratch.slots[0]))
      guard byteCount < byteLimit else {
        lostTuples += values[0]
        continue
      }
      let before = summaries[place].byteCount
      summaries[place].merge(
        pane.summaries[Int(values[1]) - 1], form, seed: salt &+ UInt64(place))
      byteCount += summaries[place].byteCount - before
    }
    otherOfPanes += pane.otherTuples
  }

  func close(end: Int64) {
    self.end = end
    for place in summaries.indices { summaries[place].close() }
  }

  func reset() {
    table.removeAll()
    summaries = []
    salt &+= 1 << 24
    byteCount = 0
    lostTuples = 0
    otherOfPanes = 0
  }

  func find(_ key: UnsafePointer<UInt64>) -> Int? { table.find(key) }

  func forEachKey(_ body: (UnsafePointer<UInt64>) -> Void) {
    for slot in 0..<table.capacity where table.isOccupied(slot) { body(table.entry(slot)) }
  }

  func evaluate(_ call: OperatorCall, _ operation: any StreamOperator, entry: Int) -> Estimate {
    let place = table.entry(entry)[table.keyWords + 1]
    let summary = place == 0 ? ItemSummary() : summaries[Int(place) - 1]
    let list = summary.counts.map { item, entry in
      let values = item.withWords { words in
        items.layout.types.indices.map { items.layout.value(of: $0, in: words) }
      }
      return (item: values, count: entry.count)
    }
    guard let reduction = summary.reduction else {
      return operation.evaluate(call, .tally(items: list, total: summary.total), end: end)
    }
    return operation.evaluate(
      call, .summary(reduction, items: list, total: summary.total), end: end)
  }
}
