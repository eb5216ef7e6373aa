import DataModel
import Kernels
import Plan

/// A tuple node ready to run: its filter, and what is behind it.
final class TupleStage {
  private enum Work {
    case source
    case filter(PredicateProgram)
    case beside(RowExpressionProgram)
    case distinct(FirstSeen)
    case transform(TransformRun)
    case examine(ExaminationRun)
    /// Takes its tuples elsewhere, and hands on what it makes or releases of them.
    case match
    /// Packets end here; the records of flows enter behind it.
    case flows
    /// Tuples enter behind it, or are chosen by the graph.
    case elsewhere
  }

  /// The node's index.
  let index: Int
  /// The tuples that passed last.
  let kept: UnsafeMutablePointer<UInt16>
  /// Nodes, aggregations and outputs behind the node.
  let children: [Int]
  let aggregations: [Int]
  let outputs: [TupleOutput]
  /// Of those, what runs on the host in a placed plan.
  let hostChildren: [Int]
  let hostAggregations: [Int]
  /// Tuples that the node handed on so far.
  var passed: UInt64 = 0
  /// Whether its tuples do not come with those of its input.
  let standsApart: Bool
  /// Of ticks the time between two, which their rows speak of.
  let tick: Window?
  private let work: Work
  private let scratch: BatchScratch

  init(
    _ index: Int, _ node: TupleNode, placed: PlacedPlan, sources: RowSources,
    relations: [RelationEvaluation], scratch: BatchScratch
  ) {
    let plan = sources.plan
    self.index = index
    self.scratch = scratch
    kept = .allocate(capacity: TupleBatch.capacity)
    tick = plan.ticks(before: index)?.every
    let operation = node.operation
    standsApart = operation.makesTuples || operation.isUnfolding || operation.isUnanswered
    switch node.operation {
    case .source, .rows: work = .source
    case .anyOf, .gather, .ticks, .unfold: work = .elsewhere
    case .examine(let examination): work = .examine(ExaminationRun(examination, sources))
    case .filter(let predicate): work = .filter(PredicateProgram(predicate, sets: sources.sets))
    case .filterBeside(let condition):
      work = .beside(
        RowExpressionProgram(
          condition, layout: KeyLayout(types: []), graph: sources, asking: relations))
    case .flows: work = .flows
    case .transform(let transform):
      work = .transform(TransformRun(transform, sources, relations, scratch))
    case .match, .unanswered: work = .match
    case .distinct(let key, let window):
      work = .distinct(FirstSeen(key, window, scratch, sources.configuration))
    }
    children = plan.nodes.indices.filter { plan.nodes[$0].input == index }
    hostChildren = children.filter { !placed.nodes[$0].isInDataPath }
    aggregations = plan.aggregations.indices.filter { plan.aggregations[$0].input == index }
    hostAggregations = aggregations.filter { !placed.aggregations[$0].isInDataPath }
    outputs = plan.outputs.enumerated().compactMap { place, output in
      guard case .tuples(let source, let columns) = output.content, source == index else {
        return nil
      }
      return TupleOutput(place, output, columns, sources, relations, scratch)
    }
  }

  deinit { kept.deallocate() }

  /// The rows that the node and its outputs ask for their tuples.
  var rowsInEffect: [RowsInEffect] {
    let own: [RowsInEffect] =
      switch work {
      case .beside(let program): program.rowsInEffect
      case .transform(let run): run.rowsInEffect
      case .source, .filter, .examine, .distinct, .match, .flows, .elsewhere: []
      }
    return own + outputs.flatMap(\.rowsInEffect)
  }

  /// Exchanges state with a node of the same meaning.
  func exchangeState(with other: TupleStage) {
    switch (work, other.work) {
    case (.distinct(let own), .distinct(let others)): own.exchangeState(with: others)
    case (.beside(let own), .beside(let others)):
      for (mine, theirs) in zip(own.rowsInEffect, others.rowsInEffect) {
        mine.exchangeState(with: theirs)
      }
    default: break
    }
  }

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
    case .beside(let program):
      program.prepare(batch, rows: rows, count: count)
      var n = 0
      for index in 0..<count {
        let view = RowView(key: scratch.keys, end: 0, tuple: Int(rows[index]))
        guard program.test(view).isTrue else { continue }
        kept[n] = rows[index]
        n += 1
      }
      return (n, 0)
    case .match: return (0, 0)
    case .flows, .elsewhere: return (0, 0)
    case .examine(let run):
      run.run(batch, rows: rows, count: count)
      kept.update(from: rows, count: count)
      return (count, 0)
    case .transform(let run): return run.run(batch, rows: rows, count: count, kept: kept)
    case .distinct(let seen):
      let end = seen.window.start(of: batch.times[0]) + seen.window.slide
      return end <= horizon ? (0, 0) : seen.filter(batch, rows: rows, count: count, kept: kept)
    }
  }

  /// Forgets DISTINCT windows that ended by `horizon`.
  func close(horizon: Int64) {
    if case .distinct(let seen) = work { seen.close(horizon: horizon) }
  }
}
