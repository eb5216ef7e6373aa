import DataModel
import Kernels
import Operators
import Plan

/// The states of one group of item features: a key is looked up once for all of them.
///
/// Values are those after the tuple of each row. Tuples that only ask, because they did not reach
/// the group's node or ask by other fields, are looked up between the tuples that are folded, in
/// the order of the rows.
final class ItemGroupRun {
  let input: Int
  private let group: ItemGroup
  private let packer: KeyPacker
  /// The keys asked for; the first is the group's own.
  private let asks: [[KeyComponent]]
  private let askPackers: [KeyPacker]
  /// Whether tuples may ask that are not folded, but come in one batch with those that are.
  private let isAskedByOthers: Bool
  /// By which keys such tuples ask, and those of other batches by the node that these start at.
  private let ownAsks: [Int]
  private let foreignAsks: [Int: [Int]]
  private let table: KeyedTable
  /// The rows of every key's table, where there are tables.
  private let members: TableMembers?
  private let states: [any ItemStateRun]
  /// The state that a feature reads, and how.
  private let features: [Int: (state: Int, ItemEvaluation)]
  /// The features that are asked for the values of earlier tuples.
  private let earlier: [EarlierItems]
  private var keyCount: Int32 = 0

  private let rows: UnsafeMutablePointer<UInt16>
  private let keys: UnsafeMutablePointer<UInt64>
  private let slots: UnsafeMutablePointer<UInt32>
  private let fresh: UnsafeMutablePointer<UInt8>
  private let ids: UnsafeMutablePointer<Int32>
  /// Whether the key of a row is known, by ask and row.
  private let isKnown: UnsafeMutablePointer<UInt8>
  private let asked: [AskedKeys]

  /// The packed keys of one ask, by row.
  private final class AskedKeys {
    let kept: UnsafeMutablePointer<UInt16>
    let keys: UnsafeMutablePointer<UInt64>
    var count = 0
    var next = 0

    init(words: Int) {
      kept = .allocate(capacity: TupleBatch.capacity)
      keys = .allocate(capacity: TupleBatch.capacity * max(1, words))
    }

    deinit {
      kept.deallocate()
      keys.deallocate()
    }
  }

  init(_ index: Int, of plan: LogicalPlan, _ configuration: HostConfiguration) {
    let group = plan.items[index]
    self.group = group
    input = group.input
    let own = plan.itemFeatures.indices.filter { plan.itemFeatures[$0].group == index }
    var asks = [group.key]
    var isAskedByOthers = false
    var asksByStart: [Int: Set<Int>] = [:]
    let start = plan.start(of: group.input)
    for node in plan.nodes.indices {
      for (feature, key) in plan.currentFeatures(askedBy: node) where own.contains(feature) {
        let known = asks.firstIndex { $0.isSameKey(as: key) }
        if known == nil { asks.append(key) }
        asksByStart[plan.start(of: node), default: []].insert(known ?? asks.count - 1)
        guard plan.start(of: node) == start else { continue }
        let isBehind = plan.reaches(node, from: group.input)
        isAskedByOthers = isAskedByOthers || !isBehind || !group.key.isSameKey(as: key)
      }
    }
    self.asks = asks
    ownAsks = asksByStart.removeValue(forKey: start).map { $0.union([0]).sorted() } ?? [0]
    foreignAsks = asksByStart.mapValues { $0.sorted() }
    self.isAskedByOthers = isAskedByOthers
    packer = KeyPacker(key: group.key)
    askPackers = asks.map { KeyPacker(key: $0) }
    asked = askPackers.map { AskedKeys(words: $0.layout.wordCount) }
    table = KeyedTable(
      keyWords: packer.layout.wordCount, identity: [0, 0], seed: configuration.seed,
      limit: configuration.limits.keys)
    members = group.latest.isEmpty ? nil : TableMembers(group, configuration)
    let budget = MemoryBudget(bytes: configuration.limits.itemBytes / plan.items.count)
    let (states, features) = Self.makeStates(
      group, own, of: plan, asks: asks.count, budget: budget)
    self.features = features
    self.states = states
    earlier = own.compactMap { feature in
      guard plan.itemFeatures[feature].back > 0, let read = features[feature] else { return nil }
      return EarlierItems(
        of: feature, plan.itemFeatures[feature].back, read.1, state: states[read.state],
        asks: asks.count, budget: budget)
    }
    let n = TupleBatch.capacity
    rows = .allocate(capacity: n)
    keys = .allocate(capacity: n * max(1, packer.layout.wordCount))
    slots = .allocate(capacity: n)
    fresh = .allocate(capacity: n)
    ids = .allocate(capacity: n)
    isKnown = .allocate(capacity: n * asks.count)
    isKnown.initialize(repeating: 0, count: n * asks.count)
  }

  /// The states of a group, and which of them each of its features reads, and how.
  private static func makeStates(
    _ group: ItemGroup, _ own: [Int], of plan: LogicalPlan, asks: Int, budget: MemoryBudget
  ) -> ([any ItemStateRun], [Int: (state: Int, ItemEvaluation)]) {
    var features: [Int: (state: Int, ItemEvaluation)] = [:]
    var states: [any ItemStateRun] = []
    for (place, state) in group.states.enumerated() {
      let mine = own.filter { plan.itemFeatures[$0].state == place }
      // What reads all items has them in order; what reads less of them is kept up to date.
      let isTallied = mine.map { keepsTally(state.form, plan.itemFeatures[$0].call) }
      for part in [false, true] where isTallied.contains(part) {
        let part = zip(mine, isTallied).filter { $0.1 == part }.map(\.0)
        let evaluations = part.enumerated().map { number, feature in
          let call = plan.itemFeatures[feature].call
          return ItemEvaluation(
            call: call, operation: OperatorCatalogue.operation(of: call), place: number)
        }
        for (feature, evaluation) in zip(part, evaluations) {
          features[feature] = (states.count, evaluation)
        }
        states.append(
          makeState(
            state, evaluations, isTable: !group.latest.isEmpty, asks: asks, budget: budget))
      }
    }
    return (states, features)
  }

  /// Whether a call is answered by a tally that is kept up to date: of weights, or where it reads
  /// less of the counts than all items.
  private static func keepsTally(_ form: ItemState.Form, _ call: OperatorCall) -> Bool {
    guard case .counts(_, let weight) = form else { return false }
    let operation = OperatorCatalogue.operation(of: call)
    guard weight == nil, case .tally = operation.state(call) else { return weight != nil }
    return operation.reading(call) != .items
  }

  private static func makeState(
    _ state: ItemState, _ features: [ItemEvaluation], isTable: Bool, asks: Int,
    budget: MemoryBudget
  ) -> any ItemStateRun {
    switch state.form {
    case .words(let layout) where isTable || layout.hasReals:
      TreeItems(layout, window: state.items, asks: asks, budget: budget)
    case .words(let layout):
      WordsItems(layout, window: state.items, features: features, asks: asks, budget: budget)
    case .counts(let items, let weight)
    where features.allSatisfy { keepsTally(state.form, $0.call) }:
      TallyItems(
        items, weight: weight, window: state.items, features: features, asks: asks,
        budget: budget)
    case .counts(let items, _):
      CountsItems(items, window: state.items, features: features, asks: asks, budget: budget)
    case .histogram(let histogram):
      HistogramItems(histogram, asks: asks, budget: budget)
    case .halves(let items):
      HalvesItems(items, window: state.items, asks: asks, budget: budget)
    case .basicWindows(let items, let length, let count):
      BasicWindowItems(
        items, window: state.items, length: length, count: count, asks: asks, budget: budget)
    }
  }

  deinit {
    rows.deallocate()
    keys.deallocate()
    slots.deallocate()
    fresh.deallocate()
    ids.deallocate()
    isKnown.deallocate()
  }

  /// Tuples of keys that found no room.
  var keysWithoutRoom: UInt64 { table.otherTuples }

  /// Tuples of keys with room whose items found none: beyond the rows of a table, or short of
  /// memory.
  var itemsWithoutRoom: UInt64 {
    (members?.withoutRoom ?? 0)
      + states.reduce(0) { $0 + UInt64($1.shortened) }
      + earlier.reduce(0) { $0 + UInt64($1.shortened) }
  }

  /// Folds the tuples `passed[0..<count]`, and keeps the values for the rows of the `universe`.
  func fold(
    _ batch: TupleBatch, _ passed: UnsafePointer<UInt16>, _ count: Int,
    universe: UnsafePointer<UInt16>, _ universeCount: Int
  ) {
    isKnown.update(repeating: 0, count: TupleBatch.capacity * asks.count)
    let source = members?.prepare(batch, rows: passed, count: count)
    let n = packer.pack(
      batch, rows: source?.rows ?? passed, count: source?.count ?? count, kept: rows, keys: keys)
    if n > 0 { table.locate(keys: keys, count: n, slots: slots, fresh: fresh) }
    for state in states { state.prepare(batch, universe: UnsafePointer(rows), count: n) }
    if !isAskedByOthers {
      for index in 0..<n {
        ids[index] = number(of: slots[index])
        isKnown[Int(rows[index])] = unsafeBitCast(ids[index] >= 0, to: UInt8.self)
      }
      if members != nil {
        for index in 0..<n { fold(index) }
      } else {
        for state in states { state.fold(ids, rows, places: nil, count: n) }
        note(0, count: n)
      }
      return
    }
    foldAndAsk(batch, n, universe, universeCount)
  }

  private func foldAndAsk(
    _ batch: TupleBatch, _ n: Int, _ universe: UnsafePointer<UInt16>, _ universeCount: Int
  ) {
    for index in ownAsks {
      let keys = asked[index]
      keys.count = askPackers[index].pack(
        batch, rows: universe, count: universeCount, kept: keys.kept, keys: keys.keys)
      keys.next = 0
    }
    var next = 0
    for place in 0..<universeCount {
      let row = universe[place]
      if next < n && rows[next] == row {
        ids[next] = number(of: slots[next])
        fold(next)
        next += 1
      }
      for ask in ownAsks {
        let keys = asked[ask]
        guard keys.next < keys.count, keys.kept[keys.next] == row else { continue }
        let words = askPackers[ask].layout.wordCount
        let key = keys.keys + keys.next * words
        keys.next += 1
        look(key, row: Int(row), ask: ask)
      }
    }
  }

  /// Keeps the values of a key for a row that asks.
  private func look(_ key: UnsafePointer<UInt64>, row: Int, ask: Int) {
    guard let slot = table.find(key) else { return }
    let id = Int(table.entry(slot)[table.keyWords + 1]) - 1
    guard id >= 0 else { return }
    isKnown[ask * TupleBatch.capacity + row] = 1
    for state in states { state.look(id, row: row, ask: ask) }
    for run in earlier { run.look(id, row: row, ask: ask) }
  }

  /// Keeps the values of tuples that were folded for later ones of their keys.
  private func note(_ first: Int, count: Int) {
    guard !earlier.isEmpty else { return }
    for index in first..<(first + count) where ids[index] >= 0 {
      for run in earlier { run.note(Int(ids[index]), row: Int(rows[index])) }
    }
  }

  /// Whether any tuples ask that come in other batches.
  var isAskedFromElsewhere: Bool { !foreignAsks.isEmpty }

  /// Whether tuples of batches that start at a node ask, of which none is folded.
  func isAsked(from start: Int) -> Bool { foreignAsks[start] != nil }

  /// Keeps the values for tuples that are not the group's own.
  func ask(_ batch: TupleBatch, _ rows: UnsafePointer<UInt16>, _ count: Int, from start: Int) {
    isKnown.update(repeating: 0, count: TupleBatch.capacity * asks.count)
    for state in states { state.forgetAnswers() }
    for ask in foreignAsks[start] ?? [] {
      let (keys, packer) = (asked[ask], askPackers[ask])
      let n = packer.pack(batch, rows: rows, count: count, kept: keys.kept, keys: keys.keys)
      for place in 0..<n {
        look(
          keys.keys + place * packer.layout.wordCount, row: Int(keys.kept[place]), ask: ask)
      }
    }
  }

  /// The keys that have values, packed one behind the other in no order.
  func packedKeys() -> (words: [UInt64], count: Int) {
    var words: [UInt64] = []
    var count = 0
    for slot in 0..<table.capacity where table.entry(slot)[table.keyWords + 1] > 0 {
      words += UnsafeBufferPointer(start: table.entry(slot), count: table.keyWords)
      count += 1
    }
    return (words, count)
  }

  /// Folds one tuple; of a table it takes the place of its row's last one.
  private func fold(_ index: Int) {
    guard let members else {
      for state in states { state.fold(ids + index, rows + index, places: nil, count: 1) }
      return note(index, count: 1)
    }
    guard ids[index] >= 0 else { return }
    guard var place = members.place(index, of: ids[index]) else {
      for state in states { state.look(Int(ids[index]), row: Int(rows[index]), ask: 0) }
      return note(index, count: 1)
    }
    for state in states { state.fold(ids + index, rows + index, places: &place, count: 1) }
    note(index, count: 1)
  }

  /// The number of a key, given at its first tuple; −1 for keys beyond the limit.
  private func number(of slot: UInt32) -> Int32 {
    guard Int(slot) != table.otherSlot else { return -1 }
    let entry = table.entry(Int(slot)) + table.keyWords
    if entry[1] == 0 {
      keyCount += 1
      entry[1] = UInt64(keyCount)
    }
    return Int32(truncatingIfNeeded: entry[1]) - 1
  }

  /// A reader of a feature by a key that tuples have.
  func reader(of feature: Int, key: [KeyComponent]) -> ItemReader {
    guard let evaluation = features[feature],
      let ask = asks.firstIndex(where: { $0.isSameKey(as: key) })
    else { preconditionFailure("the plan says which features are asked by which keys") }
    return ItemReader(
      self, evaluation.1, ask: ask, state: states[evaluation.0],
      earlier: earlier.first { $0.feature == feature })
  }

  fileprivate func isKnown(_ row: Int, ask: Int) -> Bool {
    isKnown[ask &* TupleBatch.capacity &+ row] != 0
  }
}

/// The current value of one feature for the rows of the batch at hand.
struct ItemReader {
  private let group: ItemGroupRun
  private let evaluation: ItemEvaluation
  private let ask: Int
  private let state: any ItemStateRun
  /// Where values of earlier tuples are asked.
  private let earlier: EarlierItems?
  private let absent: RowValue

  init(
    _ group: ItemGroupRun, _ evaluation: ItemEvaluation, ask: Int, state: any ItemStateRun,
    earlier: EarlierItems?
  ) {
    self.earlier = earlier
    self.group = group
    self.evaluation = evaluation
    self.ask = ask
    self.state = state
    absent = RowValue(evaluation.operation.absentValue(evaluation.call))
  }

  /// The values of all rows where they are reals side by side.
  var reals: RealColumn? { earlier == nil ? state.reals(evaluation, ask: ask) : nil }

  /// The values of all rows of the batch at hand where rows share them.
  var shared: (places: UnsafePointer<Int32>, table: [Estimate])? {
    earlier == nil ? state.shared(evaluation, ask: ask) : nil
  }

  func value(_ row: Int) -> RowValue {
    guard group.isKnown(row, ask: ask) else { return absent }
    return earlier?.value(row, ask: ask) ?? state.value(evaluation, row: row, ask: ask)
  }
}

extension LogicalPlan {
  /// Whether a node is `ancestor` or follows it.
  func reaches(_ node: Int, from ancestor: Int) -> Bool {
    var current: Int? = node
    while let index = current, index >= ancestor {
      if index == ancestor { return true }
      current = nodes[index].input
    }
    return false
  }
}
