import DataModel
import Kernels
import Plan

// Flow records made from packets: the panes of one aggregation are joined into flows, whose records
// enter the graph behind the node that makes them.
extension HostGraph {
  /// The node that makes flows, ready to run; nil in a plan without one.
  static func makeFlows(
    _ plan: LogicalPlan, fields: (Int) -> [FieldID], _ configuration: HostConfiguration
  ) -> FlowRun? {
    plan.flowMaking.map { node, making in
      FlowRun(node: node, making, fields: fields(node), configuration)
    }
  }

  /// Joins the panes that have ended by `time` and hands on the records of flows that ended with
  /// them. What closes at a pane's end closes first: so lateness hangs on the panes alone.
  func runFlows(until time: Int64) {
    guard let flows else { return }
    let windows = sources.windows[flows.making.aggregation]
    let last = flows.making.pane.start(of: time)
    while let end = [windows.nextEnd, flows.nextTimeout()].compactMap(\.self).min(), end <= last {
      turnFlows(flows, at: end)
    }
    flows.settle(at: last)
  }

  /// The end of input: joins what is open, and ends every flow.
  func finishFlows() {
    guard let flows else { return }
    // The pane at hand is over too; a run may end in its first, before any time was told.
    var end = sources.windows[flows.making.aggregation].nextEnd ?? .min
    if flows.boundary > .min { end = max(end, flows.boundary + flows.making.pane.length) }
    if end > .min { runFlows(until: end) }
    flows.endAll()
    pushFlows(flows)
  }

  private func turnFlows(_ flows: FlowRun, at end: Int64) {
    let windows = sources.windows[flows.making.aggregation]
    var packets: WordsState?
    if windows.nextEnd == end {
      windows.close(end: end)
      packets = windows.lastClosed(by: end) as? WordsState
    }
    let start = end - flows.making.pane.length
    if let lost = packets?.otherTuples, lost > 0 { noteLoss(.table, count: lost, pane: start) }
    flows.turn(at: end, packets)
    let cutShort = flows.takeCutShort()
    if cutShort > 0 {
      sources.ledger.note(
        start: start, end: end,
        reason: "the table of flows was full, \(cutShort) records were written early")
    }
    let (until, overflow) = end.subtractingReportingOverflow(plan.lateness)
    close(until: overflow ? .min : until)
    pushFlows(flows)
  }

  private func pushFlows(_ flows: FlowRun) {
    guard let pane else { return }
    flows.takeRecords(pane: pane) { batch in
      if hasWindowsOfFlows { noteIfLate(batch) }
      passMatches(batch, of: flows.node)
    }
  }

  /// Whether anything of the plan can be late for a record.
  private var hasWindowsOfFlows: Bool {
    plan.aggregations.count > 1 || plan.nodes.contains { $0.operation.window != nil }
  }

  /// Packets that were lost in a pane are missing in records of flows that began up to the active
  /// timeout before it.
  func spoilFlows(pane start: Int64) {
    guard let flows, let pane else { return }
    let first = pane.start(of: start - flows.making.active)
    for earlier in stride(from: first, to: start, by: Int(pane.length)) {
      sources.ledger.spoil(pane: earlier)
    }
  }
}
