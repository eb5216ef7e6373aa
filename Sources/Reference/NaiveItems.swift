import DataModel
import Operators
import Plan

/// The tuples of every key of the item windows, kept whole: a value is computed anew from the
/// window's tuples whenever it is asked.
struct NaiveItems {
  private var tuples: [Int: [[Value]: [NaivePacket]]] = [:]

  /// Takes in a tuple of a group.
  mutating func take(_ packet: NaivePacket, group index: Int, of plan: LogicalPlan) {
    let tuple = NaiveTuple(packet: packet) { _, _, _ in false }
    guard let key = tuple.key(plan.items[index].key) else { return }
    tuples[index, default: [:]][key, default: []].append(packet)
  }

  /// The keys that a group has tuples of, in their order.
  func keys(of group: Int) -> [[Value]] {
    (tuples[group] ?? [:]).keys.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// The value that a feature has for a key now.
  func value(_ index: Int, key: [Value]?, of plan: LogicalPlan) -> Value {
    let feature = plan.itemFeatures[index]
    let seen = key.flatMap { tuples[feature.group]?[$0] } ?? []
    let taken = before(feature.back, seen, plan.items[feature.group])
    guard !taken.isEmpty else {
      return OperatorCatalogue.operation(of: feature.call).absentValue(feature.call)
    }
    return value(index, taken, of: plan)
  }

  /// The tuples of a key without the last few; those that are in no row of a table do not count.
  private func before(
    _ back: Int, _ seen: [NaivePacket], _ group: ItemGroup
  ) -> [NaivePacket] {
    guard back > 0 else { return seen }
    let taken = seen.filter { packet in
      NaiveTuple(packet: packet) { _, _, _ in false }.key(group.latest) != nil
    }
    return Array(taken.dropLast(back))
  }

  /// The value of a feature where these are all tuples so far of a key.
  private func value(_ index: Int, _ seen: [NaivePacket], of plan: LogicalPlan) -> Value {
    let feature = plan.itemFeatures[index]
    let state = plan.items[feature.group].states[feature.state]
    if case .basicWindows(let items, let length, let count) = state.form {
      return ranking(items, length, count, state.items, seen)
    }
    var window = NaiveState()
    window.isOfItems = true
    for packet in held(seen, plan.items[feature.group], state) {
      window.tuples += 1
      window.update(index, feature.call, NaiveTuple(packet: packet) { _, _, _ in false })
    }
    return NaiveCall(window, index, feature.call).value
  }

  /// The tuples that a value is of: the last so many, or of a table the last of each row.
  private func held(
    _ seen: [NaivePacket], _ group: ItemGroup, _ state: ItemState
  ) -> [NaivePacket] {
    if group.latest.isEmpty { return Array(seen.suffix(state.items)) }
    var rows: [[Value]: NaivePacket] = [:]
    for packet in seen {
      let tuple = NaiveTuple(packet: packet) { _, _, _ in false }
      if let row = tuple.key(group.latest) { rows[row] = packet }
    }
    return rows.values.sorted { $0.order < $1.order }
  }

  /// The sums of the best items of closed basic windows; a window closes when its successor's
  /// first tuple comes.
  private func ranking(
    _ items: [KeyComponent], _ length: Int, _ kept: Int, _ window: Int, _ seen: [NaivePacket]
  ) -> Value {
    let closed = (seen.count - 1) / length
    guard closed > 0 else { return .missing }
    let used = min(closed, window / length - 1)
    var total: [[Value]: Int] = [:]
    // The best of each window, and how often what it left out may have occurred in it.
    var windows: [(best: [[Value]: Int], hides: Int)] = []
    for number in (closed - used)..<closed {
      var counts: [[Value]: Int] = [:]
      for packet in seen[(number * length)..<((number + 1) * length)] {
        let tuple = NaiveTuple(packet: packet) { _, _, _ in false }
        if let item = tuple.key(items) { counts[item, default: 0] += 1 }
      }
      let chosen = best(counts, kept)
      for (item, count) in chosen { total[item, default: 0] += count }
      windows.append(
        (
          Dictionary(uniqueKeysWithValues: chosen.map { ($0.key, $0.value) }),
          counts.count > kept ? chosen.last?.value ?? 0 : 0
        ))
    }
    return .ranking(
      best(total, kept).map { item, count in
        let hidden = windows.filter { $0.best[item] == nil }.map(\.hides).reduce(0, +)
        return RankedItem(
          item: item, count: Int64(count), share: Double(count) / Double(used * length),
          most: hidden > 0 ? Int64(count + hidden) : nil)
      })
  }

  private func best(_ counts: [[Value]: Int], _ kept: Int) -> [(key: [Value], value: Int)] {
    Array(
      counts.sorted { a, b in
        a.value != b.value ? a.value > b.value : a.key.lexicographicallyPrecedes(b.key)
      }.prefix(kept))
  }
}
