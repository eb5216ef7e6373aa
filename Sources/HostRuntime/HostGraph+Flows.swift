import DataModel
import Kernels
import Plan

// Flow records made from packets: the panes of a table are joined into flows, whose records enter
// the graph behind the node that makes them. Nodes with other timeouts may join the same panes.
extension HostGraph {
  /// The nodes that make flows, ready to run.
  static func makeFlows(
    _ plan: LogicalPlan, fields: (Int) -> [FieldID], _ configuration: HostConfiguration
  ) -> [FlowRun] {
    plan.flowMakings.map { node, making in
      FlowRun(node: node, making, fields: fields(node), configuration)
    }
  }

  /// Who says in which pane packets of a table of flows count; nil of other aggregations.
  func flows(ofTable aggregation: Int) -> FlowRun? {
    flows.isEmpty ? nil : flows.first { $0.making.aggregation == aggregation }
  }

  /// Joins the panes that have ended by `time` and hands on the records of flows that ended with
  /// them. What closes at a pane's end closes first: so lateness hangs on the panes alone.
  func runFlows(until time: Int64) { runFlows { $0.making.pane.start(of: time) } }

  /// The end of input: joins what is open, and ends every flow.
  func finishFlows() {
    // The pane at hand is over too; a run may end in its first, before any time was told.
    let ends = flows.map { run in
      let open = run.boundary > .min ? run.boundary + run.making.pane.length : .min
      return max(windows(of: run).nextEnd ?? .min, open)
    }
    runFlows { run in flows.firstIndex { $0 === run }.map { ends[$0] } ?? .min }
    for run in flows { run.endAll() }
    for run in flows { pushFlows(run) }
  }

  /// Turns at every end of a pane up to each one's last, in the order of time.
  private func runFlows(until last: (FlowRun) -> Int64) {
    while let end = flows.compactMap({ nextTurn(of: $0, by: last($0)) }).min() {
      let due = flows.filter { $0.making.pane.start(of: end) == end && end <= last($0) }
      turn(due, at: end)
    }
    for run in flows { run.settle(at: last(run)) }
  }

  private func windows(of run: FlowRun) -> AggregationWindows {
    sources.windows[run.making.aggregation]
  }

  private func nextTurn(of run: FlowRun, by last: Int64) -> Int64? {
    [windows(of: run).nextEnd, run.nextTimeout()].compactMap(\.self).filter { $0 <= last }.min()
  }

  private func turn(_ due: [FlowRun], at end: Int64) {
    var closed: Set<Int> = []
    crew?.settle()
    for run in due where windows(of: run).nextEnd == end {
      windows(of: run).close(end: end)
      closed.insert(run.making.aggregation)
    }
    for run in due {
      let start = end - run.making.pane.length
      var packets: WordsState?
      if closed.contains(run.making.aggregation) {
        packets = windows(of: run).lastClosed(by: end) as? WordsState
      }
      // What a table had no room for is told once, whoever joins its panes.
      if flows(ofTable: run.making.aggregation) === run, let lost = packets?.otherTuples, lost > 0 {
        noteLoss(.table, count: lost, pane: start)
      }
      run.turn(at: end, packets)
      let cutShort = run.takeCutShort()
      if cutShort > 0 {
        sources.ledger.note(
          start: start, end: end,
          reason: "the table of flows was full, \(cutShort) records were written early")
      }
    }
    let (until, overflow) = end.subtractingReportingOverflow(plan.lateness)
    close(until: overflow ? .min : until)
    for run in due { pushFlows(run) }
  }

  private func pushFlows(_ run: FlowRun) {
    guard let pane else { return }
    run.takeRecords(pane: pane) { batch in
      noteIfLate(batch, of: run.node)
      passMatches(batch, of: run.node)
    }
  }

  /// Packets that were lost in a pane are missing in records of flows that began up to the active
  /// timeout before it.
  func spoilFlows(pane start: Int64) {
    guard let active = flows.map(\.making.active).max(), let pane else { return }
    let first = pane.start(of: start - active)
    for earlier in stride(from: first, to: start, by: Int(pane.length)) {
      sources.ledger.spoil(pane: earlier)
    }
  }
}
