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

  /// Settles the steps of patterns, and of what waits, that end by `time`; everything behind sees
  /// what comes of them before windows that end then close. The next windows close at `close`.
  func settlePatterns(until time: Int64, before close: Int64?) {
    for run in patternRuns {
      guard let end = run.nextEnd(before: close), end <= time else { continue }
      run.settle(until: time, pane: pane) { passMatches($0, of: run.node) }
      noteLosses(of: run, end: end)
    }
  }

  private func noteLosses(of run: any SettlingRun, end: Int64) {
    let start = end - run.tick.length
    let name = plan.nodes[run.node].name
    for (count, reason) in run.takeLosses() where count > 0 {
      sources.ledger.lose(.table, count, pane: pane?.start(of: start) ?? start)
      sources.ledger.note(
        start: start, end: start + (pane?.length ?? run.tick.length), reason: "\(name): \(reason)")
    }
  }
}
