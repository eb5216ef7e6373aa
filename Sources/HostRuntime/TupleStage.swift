import DataModel
import Kernels
import Plan

/// A tuple node ready to run: its filter, and what is behind it.
final class TupleStage {
  private enum Work {
    case source
    case filter(PredicateProgram)
    case distinct(FirstSeen)
  }

  /// The tuples that passed last.
  let kept: UnsafeMutablePointer<UInt16>
  /// Nodes, aggregations and outputs behind the node.
  let children: [Int]
  let aggregations: [Int]
  let outputs: [TupleOutput]
  /// Of those, what runs on the host in a placed plan.
  let hostChildren: [Int]
  let hostAggregations: [Int]
  private let work: Work

  init(
    _ index: Int, _ node: TupleNode, plan: LogicalPlan, placed: PlacedPlan, sets: [IntervalSet],
    scratch: BatchScratch, configuration: HostConfiguration
  ) {
    kept = .allocate(capacity: TupleBatch.capacity)
    switch node.operation {
    case .source: work = .source
    case .filter(let predicate): work = .filter(PredicateProgram(predicate, sets: sets))
    case .distinct(let key, let window):
      work = .distinct(FirstSeen(key, window, scratch, configuration))
    }
    children = plan.nodes.indices.filter { plan.nodes[$0].input == index }
    hostChildren = children.filter { !placed.nodes[$0].isInDataPath }
    aggregations = plan.aggregations.indices.filter { plan.aggregations[$0].input == index }
    hostAggregations = aggregations.filter { !placed.aggregations[$0].isInDataPath }
    outputs = plan.outputs.enumerated().compactMap { place, output in
      guard case .tuples(let source, let columns) = output.content, source == index else {
        return nil
      }
      return TupleOutput(place, output, columns)
    }
  }

  deinit { kept.deallocate() }

  /// Keeps the tuples that pass, in ``kept``; tuples of a DISTINCT window that has closed do not.
  func filter(
    _ batch: TupleBatch, rows: UnsafePointer<UInt16>, count: Int, horizon: Int64
  ) -> (kept: Int, lost: UInt64) {
    switch work {
    case .source:
      kept.update(from: rows, count: count)
      return (count, 0)
    case .filter(let program):
      return (program.filter(batch, rows: rows, count: count, kept: kept), 0)
    case .distinct(let seen):
      let end = seen.window.start(of: batch.times[0]) + seen.window.length
      return end <= horizon ? (0, 0) : seen.filter(batch, rows: rows, count: count, kept: kept)
    }
  }

  /// Forgets DISTINCT windows that ended by `horizon`.
  func close(horizon: Int64) {
    if case .distinct(let seen) = work { seen.close(horizon: horizon) }
  }
}
