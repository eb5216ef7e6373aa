import DataModel
import Kernels
import Plan

extension HostGraph {
  /// Hands the tuples that passed a node to the patterns over it.
  func feedPatterns(
    _ node: Int, _ batch: TupleBatch, _ rows: UnsafePointer<UInt16>, _ count: Int
  ) {
    for run in patternRuns {
      for (place, input) in run.inputs.enumerated() where input == node {
        run.take(batch, rows, count, input: place, horizon: horizon)
      }
    }
  }

  /// Settles the steps of patterns that end by `time`; everything behind the patterns sees their
  /// matches before windows that end then close.
  func settlePatterns(until time: Int64) {
    for run in patternRuns {
      guard let end = run.nextEnd, end <= time else { continue }
      run.settle(until: time, pane: pane) { passMatches($0, of: run.node) }
      noteLosses(of: run, end: end)
    }
  }

  private func noteLosses(of run: PatternRun, end: Int64) {
    let start = end - run.pattern.tick.length
    let losses = run.takeLosses()
    let name = plan.nodes[run.node].name
    func note(_ count: UInt64, _ reason: String) {
      guard count > 0 else { return }
      sources.ledger.lose(.table, count, pane: pane?.start(of: start) ?? start)
      sources.ledger.note(
        start: start, end: start + (pane?.length ?? run.pattern.tick.length), reason: reason)
    }
    note(losses.withoutRoom, "\(name): more tuples wait than there is room for")
    note(losses.evicted, "\(name): more edges than fit, the oldest were forgotten")
    note(
      losses.abandoned,
      "\(name): an edge had too many others to be searched with, some matches may be missing")
  }
}
