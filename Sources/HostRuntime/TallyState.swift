import DataModel
import Kernels
import Operators
import Plan

/// Counts (or sums of a weight) for each key and item: a table over both, grouped at the close.
final class TallyState: TableState {
  let table: KeyedTable
  private let accumulators: AccumulatorLayout
  let program: ReductionProgram
  let packer: KeyPacker
  private let projection: KeyProjection
  let scratch: BatchScratch
  private let keyComponents: Int
  private let itemCount: Int
  private let isWeighted: Bool
  private let groups: KeyedTable
  /// Table slots by group: `members[starts[g]..<starts[g + 1]]`, g in the group's entry.
  private var members: [UInt32] = []
  private var starts: [Int] = []
  /// The end of the window that was made ready.
  private var end: Int64 = 0
  var otherOfPanes: UInt64 = 0

  init(
    _ aggregation: Aggregation, items: [KeyComponent], _ scratch: BatchScratch,
    _ configuration: HostConfiguration
  ) {
    self.scratch = scratch
    accumulators = aggregation.accumulators
    isWeighted = accumulators.reductions.count > 1
    packer = KeyPacker(key: aggregation.key, items: items)
    program = ReductionProgram(accumulators)
    keyComponents = aggregation.key.count
    itemCount = items.count
    let keyLayout = KeyLayout(aggregation.key)
    projection = KeyProjection(
      from: packer.layout, columns: Array(0..<aggregation.key.count),
      to: aggregation.key.map(\.type))
    table = KeyedTable(
      keyWords: packer.layout.wordCount, identity: accumulators.identity,
      seed: configuration.seed, limit: configuration.limits.keys)
    groups = KeyedTable(
      keyWords: keyLayout.wordCount, identity: [0, 0], seed: configuration.seed,
      limit: configuration.limits.keys)
  }

  var keyCount: Int { groups.count }

  /// Groups the entries by key, by counting.
  func close(end: Int64) {
    self.end = end
    var groupOf: [UInt32] = []
    var slots: [UInt32] = []
    var counts: [Int] = []
    var place: UInt32 = 0
    var fresh: UInt8 = 0
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: max(groups.keyWords, 1)) { key in
      for slot in 0..<table.capacity where table.isOccupied(slot) {
        projection.project(table.entry(slot), into: key.baseAddress!)
        groups.locate(keys: key.baseAddress!, count: 1, slots: &place, fresh: &fresh)
        let entry = groups.entry(Int(place)) + groups.keyWords
        if fresh != 0 {
          entry[1] = UInt64(counts.count)
          counts.append(0)
        }
        counts[Int(entry[1])] += 1
        groupOf.append(UInt32(truncatingIfNeeded: entry[1]))
        slots.append(UInt32(truncatingIfNeeded: slot))
      }
    }
    starts = [0]
    for count in counts { starts.append(starts[starts.count - 1] + count) }
    members = [UInt32](repeating: 0, count: slots.count)
    var next = starts
    for (index, group) in groupOf.enumerated() {
      members[next[Int(group)]] = slots[index]
      next[Int(group)] += 1
    }
  }

  func reset() {
    table.removeAll()
    groups.removeAll()
    members = []
    starts = []
    otherOfPanes = 0
  }

  func find(_ key: UnsafePointer<UInt64>) -> Int? { groups.find(key) }

  func forEachKey(_ body: (UnsafePointer<UInt64>) -> Void) {
    for slot in 0..<groups.capacity where groups.isOccupied(slot) { body(groups.entry(slot)) }
  }

  func evaluate(_ call: OperatorCall, _ operation: any StreamOperator, entry: Int) -> Estimate {
    let group = Int(groups.entry(entry)[groups.keyWords + 1])
    var items: [(item: [Value], count: Int64)] = []
    var total: Int64 = 0
    for slot in members[starts[group]..<starts[group + 1]] {
      let words = table.entry(Int(slot))
      let isMissing = packer.layout.value(of: keyComponents + itemCount, in: words)
      if isMissing == .bool(true) { continue }
      let item = (keyComponents..<keyComponents + itemCount).map {
        packer.layout.value(of: $0, in: words)
      }
      let count = Int64(bitPattern: words[table.keyWords + (isWeighted ? 1 : 0)])
      items.append((item, count))
      let (sum, overflow) = total.addingReportingOverflow(count)
      total = overflow ? .max : sum
    }
    return operation.evaluate(call, .tally(items: items, total: total), end: end)
  }
}
