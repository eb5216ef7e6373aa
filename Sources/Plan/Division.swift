import DataModel

/// How the state of a part of the plan is spread over the threads of a run on the host.
public enum Division: Sendable, Hashable {
  /// Each thread owns the keys whose hash falls to it.
  case byKey
  /// One thread at a time has the whole state, beside other threads with other states.
  case whole(why: String)
  /// The thread that walks the plan has it.
  case walk(why: String)
}

extension LogicalPlan {
  /// How an aggregation's keys are spread.
  ///
  /// Only where folding a tuple costs more than handing it over: sets of items and counted items,
  /// and what else the same tuples keep by the same key. By key only where the rows cannot tell:
  /// where nothing of a key's state hangs on other keys but the limits, which the host watches.
  public func division(ofAggregation index: Int) -> Division {
    let aggregation = aggregations[index]
    if isTableOfFlows(index) {
      return .walk(why: "what joins flows reads it pane by pane")
    }
    let isBesideItems =
      !aggregation.key.isEmpty
      && aggregations.contains { other in
        other.keepsItems && other.input == aggregation.input
          && other.key.isSameKey(as: aggregation.key)
      }
    guard aggregation.keepsItems || isBesideItems else {
      return .walk(why: "folding a tuple costs less than handing it over")
    }
    if aggregation.key.isEmpty { return .whole(why: "it has one key") }
    if aggregation.summary != nil {
      return .whole(why: "the draws of its samples hang on the order in which keys come")
    }
    if case .distinct = aggregation.form, aggregation.window.isSliding {
      return .whole(why: "panes of distinct items share one limit of octets")
    }
    return .byKey
  }

  /// How the keys of a group of item windows are spread.
  public func division(ofItems index: Int) -> Division {
    if asksTupleByTuple { return .walk(why: "tuples of a union ask it one by one") }
    if items.count == 1 { return .walk(why: "each batch asks it for values at once") }
    return .whole(why: "its keys share one limit of octets; other windows go on beside it")
  }

  /// Whether a union takes tuples that ask current values, or whose values others ask: then tuples
  /// go through the plan one by one.
  public var asksTupleByTuple: Bool {
    guard !items.isEmpty else { return false }
    return nodes.contains(where: \.operation.isGathering)
  }

  /// The parts with state that run on the thread that walks the plan, with the reason.
  public var undividedNodes: [(node: Int, why: String)] {
    nodes.enumerated().compactMap { index, node in
      node.operation.reasonForOneThread.map { (index, $0) }
    }
  }

  /// Whether there are states to divide: one by key, or several.
  public var hasDivision: Bool {
    let aggregated = aggregations.indices.map { division(ofAggregation: $0) }
    let grouped = items.indices.map { division(ofItems: $0) }
    let lanes = (aggregated + grouped).filter { if case .walk = $0 { false } else { true } }
    return lanes.contains(.byKey) || lanes.count > 1
  }

  /// Whether rows of tuples are put out: writing them as text costs more than all else.
  public var putsOutTuples: Bool {
    outputs.contains { if case .tuples = $0.content { true } else { false } }
  }

  /// Whether so many threads divide the states among them. One reads and one walks the plan; where
  /// there is no third, dealing tuples out costs what it gains.
  public func isDivided(among threads: Int) -> Bool { threads > 2 && hasDivision }

  /// Whether so many threads find rows to write beside those that walk the plan.
  public func hasRowsToWrite(forThreads threads: Int) -> Bool { threads > 1 && putsOutTuples }

  /// Why more than two threads find no more work than two; nil where they do.
  public var reasonForOneThread: String? {
    if hasDivision || putsOutTuples { return nil }
    if let first = undividedNodes.first { return "\(nodes[first.node].name): \(first.why)" }
    for index in aggregations.indices {
      switch division(ofAggregation: index) {
      case .whole(let why), .walk(let why): return "\(aggregations[index].name): \(why)"
      case .byKey: break
      }
    }
    for index in items.indices {
      switch division(ofItems: index) {
      case .whole(let why), .walk(let why):
        let name = itemFeatures.first { $0.group == index }?.name ?? "items"
        return "\(name): \(why)"
      case .byKey: break
      }
    }
    return "the query keeps no state by key"
  }
}

extension Aggregation {
  /// Whether it keeps items beside the keys: each tuple then costs a lookup in a table of them.
  fileprivate var keepsItems: Bool {
    switch form {
    case .words: false
    case .distinct, .tally: true
    }
  }
}
