public import DataModel
import Kernels
import Operators
import Plan

extension HostGraph {
  /// Closes the windows that ended by `time` less the plan's lateness: rows, sets and losses, in
  /// the order of their ends.
  public func advance(to time: Int64) {
    runFlows(until: time)
    let (until, overflow) = time.subtractingReportingOverflow(plan.lateness)
    close(until: overflow ? .min : until)
  }

  /// The end of input: closes everything.
  public func finish() {
    finishFlows()
    close(until: .max)
    crew?.settle()
    noteItemLosses()
  }

  /// Counts tuples of a pane (its start) that were lost before they came here.
  public func noteLoss(_ cause: LossCause, count: UInt64, pane: Int64) {
    sources.ledger.lose(cause, count, pane: pane)
    spoilFlows(pane: pane)
  }

  /// Counts records that were lost before they came here, with what is known of why.
  public func noteLoss(_ cause: LossCause, count: UInt64, pane: Int64, reason: String) {
    sources.ledger.lose(cause, count, pane: pane)
    sources.ledger.note(start: pane, end: pane + (plan.pane?.length ?? 0), reason: reason)
  }

  /// Marks the rows of every window that holds the pane (its start) as partial.
  public func markPartial(pane: Int64, reason: String) {
    sources.ledger.markPartial(pane: pane, reason: reason)
  }

  func close(until: Int64) {
    guard until > horizon else { return }
    for rows in rowsInEffect {
      guard let time = rows.takeEarly(), let pane = plan.pane else { continue }
      markPartial(
        pane: pane.start(of: time), reason: "rows were asked before they were known")
    }
    while true {
      let ends = sources.windows.compactMap(\.nextEnd) + tickRuns.compactMap(\.nextEnd)
      let end = ends.min()
      let steps = patternRuns.compactMap { $0.nextEnd(before: end) }
      if let step = steps.min(), step <= min(end ?? .max, until) {
        settlePatterns(until: step, before: end)
        continue
      }
      guard let end, end <= until else { break }
      if !rowTuples.isEmpty { texts.enter(until: end) }
      closeWindows(end: end)
      horizon = max(horizon, end)
    }
    horizon = until
    for rows in rowsInEffect { rows.settle(until: until) }
    for record in sources.ledger.takeRecords(endedBy: until) { losses(record) }
    for stage in stages { stage.close(horizon: until) }
    if texts.settle(until) { forgetMembers(by: until) }
    if let first = oldestOpenPane() { sources.forgetLosses(before: first) }
  }

  /// Members of sets whose codes may now be those of other texts.
  private func forgetMembers(by time: Int64) {
    for (set, specification) in zip(sources.sets, plan.sets)
    where specification.types.contains(.text) {
      let slide = relations[specification.relation].relation.window.slide
      let (ended, overflow) = time.subtractingReportingOverflow(slide)
      set.forget(endedBy: overflow ? .min : ended)
    }
  }

  /// The start of the earliest window that may still be read or filled.
  private func oldestOpenPane() -> Int64? {
    let reaches = plan.aggregations.enumerated().map { index, aggregation in
      aggregation.window.length + Int64(plan.depth(of: index)) * aggregation.window.slide
    }
    guard horizon != .max, let longest = reaches.max() else { return nil }
    let (start, overflow) = horizon.subtractingReportingOverflow(2 * longest)
    return overflow ? nil : start
  }

  private func closeWindows(end: Int64) {
    crew?.settle()
    closeInOrder(end: end)
    for output in rowOutputs where output.relation.hasRows(at: end) {
      let start = end - output.relation.relation.window.length
      let isPartial = sources.ledger.quality(start: start, end: end).isPartial
      output.emit(at: end, floor: isPartial ? .partial : .exact, rows)
    }
    for (index, set) in plan.sets.enumerated() where relations[set.relation].hasRows(at: end) {
      feed(SetID(index: index), set, end: end)
    }
    for rows in rowsInEffect where rows.relation.hasRows(at: end) { rows.learn(end: end) }
    for run in tickRuns where run.nextEnd == end {
      run.push(end: end) { pushRows($0, at: run.node) }
    }
    for record in sources.ledger.takeRecords(endedBy: end) { losses(record) }
  }

  /// Closes a window, and tells of keys that it had no room for.
  func close(_ windows: AggregationWindows, end: Int64) {
    windows.close(end: end)
    noteRemainder(windows, end: end)
  }

  /// Reports the tuples of keys beyond the limit.
  private func noteRemainder(_ windows: AggregationWindows, end: Int64) {
    guard let state = windows.lastClosed(by: end), state.otherTuples > 0 else { return }
    sources.ledger.note(
      start: end - windows.window.length, end: end, cause: .table, count: state.otherTuples,
      reason: "\(windows.aggregation.name): more keys than fit, the rest is summed as one")
  }

  /// Makes the relation's keys members of a set from the close plus the lag on.
  private func feed(_ id: SetID, _ specification: SetSpecification, end: Int64) {
    let relation = relations[specification.relation]
    let found = relation.sortedRows(at: end)
    let projection = KeyProjection(
      from: relation.layout, columns: specification.columns, to: specification.types)
    let (from, window) = (end + plan.effectLag, relation.relation.window.slide)
    let set = sources.sets[id.index]
    var members: [[UInt64]] = []
    var seen: Set<[UInt64]> = []
    found.keys.withUnsafeBufferPointer { keys in
      guard let base = keys.baseAddress else { return }
      for index in 0..<found.count {
        // The key of all tuples is one word, 0, as in the data path.
        var member = [UInt64](repeating: 0, count: max(1, projection.layout.wordCount))
        projection.project(base + index * found.keyWords, into: &member)
        if seen.insert(member).inserted { members.append(member) }
      }
    }
    for member in members { set.insert(member, from: from, until: from + window) }
    let overflow = set.takeOverflow()
    if overflow > 0 {
      sources.ledger.note(
        start: end - window, end: end, reason: "\(overflow) keys found no room in \(id)")
    }
    if !members.isEmpty { setChanged?(id, members.flatMap { $0 }, from, from + window) }
  }
}
