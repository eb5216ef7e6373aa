import DataModel

/// The limits that a run of a plan on the host keeps to.
public struct HostLimits: Sendable, Hashable {
  /// The most keys of one aggregation and window, of one DISTINCT window, and of one set; tuples of
  /// further keys are summed in a remainder and reported.
  public var keys: Int
  /// The most bytes that the distinct items or summaries of one aggregation and window take.
  public var distinctBytes: Int
  /// The most bytes that the entries of all item windows take; windows of further keys are short.
  public var itemBytes: Int
  /// The most tuples of one SUBGRAPH or ANTI AFTER that wait, and the most edges that one filter of
  /// a pattern keeps; 40 bytes each, and its share of the tables by vertex and pair.
  public var edges: Int

  /// Creates limits; those that nothing else is said of.
  public init(
    keys: Int = 1 << 20, distinctBytes: Int = 256 << 20, itemBytes: Int = 1 << 30,
    edges: Int = 1 << 22
  ) {
    self.keys = keys
    self.distinctBytes = distinctBytes
    self.itemBytes = itemBytes
    self.edges = edges
  }
}

/// What a part of a plan keeps on the host, at most: so much an entry, and a pool beside.
///
/// Tables grow by doubling, at most half full: an entry of a table counts four of its slots. While
/// a table grows, the old one is there too, so a process may hold up to twice of what is told here.
public struct HostState: Sendable, Hashable {
  /// What an entry is: `key`, `key and item`, `edge`, `flow`.
  public var entry: String
  /// Bytes of an entry.
  public var entryBytes: Int
  /// The most entries; further tuples are counted as lost.
  public var entriesMax: Int
  /// Bytes that all entries share, for what the pool is of; 0 where there is none.
  public var poolBytes = 0
  /// What is in the pool.
  public var pool = ""

  /// All of it.
  public var bytesMax: Int {
    let (product, overflow) = entryBytes.multipliedReportingOverflow(by: entriesMax)
    let (sum, over) = product.addingReportingOverflow(poolBytes)
    return overflow || over ? .max : sum
  }

  /// Bytes of a table's entry of so many words.
  static func tableBytes(_ words: Int) -> Int { 4 * words * 8 }
}

extension LogicalPlan {
  /// What the windows of an aggregation keep.
  public func hostState(ofAggregation index: Int, _ limits: HostLimits) -> HostState {
    let aggregation = aggregations[index]
    let keyWords = KeyLayout(aggregation.key).wordCount
    // A table of flows is closed at the end of each pane, however late windows close.
    let windows = windowsAtOnce(
      aggregation.window, depth: depth(of: index), lateness: isTableOfFlows(index) ? 0 : lateness)
    let keys = aggregation.key.isEmpty ? 1 : limits.keys
    func keyed(_ words: Int) -> HostState {
      HostState(
        entry: "key", entryBytes: windows * HostState.tableBytes(keyWords + words),
        entriesMax: keys)
    }
    switch aggregation.form {
    case .words(let layout): return keyed(layout.wordCount)
    case .distinct:
      var state = keyed(2)
      state.poolBytes = windows * limits.distinctBytes
      state.pool = "distinct items"
      return state
    case .tally where aggregation.summary != nil:
      var state = keyed(2)
      state.poolBytes = windows * limits.distinctBytes
      state.pool = "summaries"
      return state
    case .tally(_, let weight):
      // Beside the table of keys and items those of the keys, and lists of each key's items.
      let words = aggregation.tableLayout.wordCount + (weight == nil ? 1 : 2)
      let entry = HostState.tableBytes(words) + HostState.tableBytes(keyWords + 2) + 16
      return HostState(
        entry: "key and item", entryBytes: windows * entry, entriesMax: limits.keys)
    }
  }

  /// What a group of item states keeps, the earlier values that features read among it.
  public func hostState(ofItems index: Int, _ limits: HostLimits) -> HostState {
    let group = items[index]
    var bytes = HostState.tableBytes(KeyLayout(group.key).wordCount + 2)
    for state in group.states { bytes += state.recordBytes }
    for feature in itemFeatures where feature.group == index { bytes += 128 * feature.back }
    return HostState(
      entry: "key", entryBytes: bytes, entriesMax: group.key.isEmpty ? 1 : limits.keys,
      poolBytes: limits.itemBytes / items.count, pool: "the windows' values")
  }

  /// What a set keeps.
  public func hostState(of set: SetSpecification, _ limits: HostLimits) -> HostState {
    HostState(
      entry: "key",
      entryBytes: HostState.tableBytes(KeyLayout(types: set.types).wordCount + 2) + 64,
      entriesMax: limits.keys)
  }

  /// What a node keeps; nil where it keeps nothing.
  public func hostState(ofNode index: Int, _ limits: HostLimits) -> HostState? {
    nodes[index].operation.facts.hostState(at: index, in: self, limits)
  }

  /// The rows of a close.
  public func hostState(ofRelation index: Int, _ limits: HostLimits) -> HostState {
    let words = max(KeyLayout(relations[index].key).wordCount, 1)
    return HostState(
      entry: "row", entryBytes: 2 * (words * 8 + 1) + 24,
      entriesMax: relations[index].key.isEmpty ? 1 : limits.keys)
  }

  /// Open windows, those that wait for late tuples, panes of sliding ones, and closed ones that are
  /// read.
  func windowsAtOnce(_ window: Window, depth: Int, lateness: Int64) -> Int {
    let late = (lateness + window.slide - 1) / window.slide
    let panes = window.isSliding ? window.length / window.slide : 0
    return Int(min(1 + late + panes, 1 << 20)) + depth + 1
  }

  /// How many windows back the features of an aggregation read.
  public func depth(of aggregation: Int) -> Int {
    features.filter { $0.aggregation == aggregation }.map(\.back).max() ?? 0
  }
}

extension ItemState {
  /// Bytes of a key whatever is in its window.
  var recordBytes: Int {
    guard case .words(let layout) = form else { return 128 }
    let operands = Set(layout.reductions.compactMap(\.operand)).count
    // n, Σx and Σx² of each operand, and how many are missing; a queue for each extreme.
    let sums = (32 + 32 * operands + 63) / 64 * 64 + 4 * operands
    let extremes = layout.reductions.count { reduction in
      switch reduction {
      case .minimum, .maximum: true
      default: false
      }
    }
    return sums + extremes * 2 * 16 * items
  }
}
