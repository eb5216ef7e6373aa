import DataModel
import Kernels
import Plan

/// A union whose tuples are copies of those of its inputs, behind the batch that they come in.
final class GatherRun {
  let node: Int
  private let gathering: Gathering
  private let made: PanedBatch
  /// Tuples of the batch at hand: the row, and which input passed it.
  private var taken: [(row: UInt16, input: Int)] = []
  private var handedOut: [(row: UInt16, input: Int)] = []

  init(_ node: Int, _ gathering: Gathering, fields: [FieldID]) {
    self.node = node
    self.gathering = gathering
    made = PanedBatch(fields: fields)
    for id in gathering.columns { _ = made.batch.derivedColumn(id) }
  }

  /// Notes the tuples that have passed a node.
  func take(_ node: Int, _ rows: UnsafePointer<UInt16>, _ count: Int) {
    for (input, own) in gathering.inputs.enumerated() where own.node == node {
      for place in 0..<count { taken.append((rows[place], input)) }
    }
  }

  /// What was taken since the last call: by row, then input, as if each tuple had come alone.
  func takeAll() -> [(row: UInt16, input: Int)] {
    if gathering.inputs.count > 1 {
      taken.sort { ($0.row, $0.input) < ($1.row, $1.input) }
    }
    swap(&taken, &handedOut)
    taken.removeAll(keepingCapacity: true)
    return handedOut
  }

  /// Whether anything was taken since.
  var hasTaken: Bool { !taken.isEmpty }

  /// Copies tuples of a batch, and hands them on in batches that share a pane.
  func push(
    _ tuples: [(row: UInt16, input: Int)], of source: TupleBatch, pane: Window?,
    _ pass: (TupleBatch) -> Void
  ) {
    let batch = made.batch
    let sources = gathering.inputs.map { input in
      batch.fields.map { column($0, of: source) } + input.columns.map { column($0, of: source) }
    }
    let targets = batch.columns + gathering.columns.map { batch.derivedColumn($0) }
    for tuple in tuples {
      let row = Int(tuple.row)
      let n = made.append(at: source.times[row], in: pane, pass)
      for (from, to) in zip(sources[tuple.input], targets) {
        guard let from else {
          to.validity[n] = 0
          continue
        }
        to.copy(n, from: from, row)
      }
    }
    made.flush(pass)
  }

  /// A column that the tuples of another input may not have.
  private func column(_ id: FieldID, of source: TupleBatch) -> TupleColumn? { source.column(id) }
}

extension HostGraph {
  /// Notes the tuples that passed a node for what makes tuples of them behind the batch: unions,
  /// and what unfolds entries.
  func feedRunsBehind(_ node: Int, _ rows: UnsafePointer<UInt16>, _ count: Int) {
    guard count > 0 else { return }
    for run in gatherRuns { run.take(node, rows, count) }
    for run in unfoldRuns where run.input == node { run.take(rows, count) }
  }

  /// Runs what is behind the unions that took tuples of a batch, and behind their entries.
  func passBehind(_ batch: TupleBatch) {
    guard gatherRuns.contains(where: \.hasTaken) || unfoldRuns.contains(where: \.hasTaken) else {
      return
    }
    let gathered = gatherRuns.map { $0.takeAll() }
    let unfolded = unfoldRuns.map { $0.takeAll() }
    for (run, tuples) in zip(gatherRuns, gathered) where !tuples.isEmpty {
      run.push(tuples, of: batch, pane: pane) { pushRows($0, at: run.node) }
    }
    for (run, rows) in zip(unfoldRuns, unfolded) where !rows.isEmpty {
      run.push(rows, of: batch, pane: pane) { pushRows($0, at: run.node) }
    }
  }
}

extension LogicalPlan {
  /// The rows used as tuples behind whose push the windows of an aggregation close; nil where it
  /// reads none.
  func rowsBehindWhichCloses(aggregation: Int) -> Int? {
    roots(of: aggregations[aggregation].input).filter { root in
      if case .rows = nodes[root].operation { true } else { false }
    }.max()
  }
}
