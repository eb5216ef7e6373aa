import DataModel
import Kernels
import Plan

/// A union whose tuples are copies of those of its inputs, behind the batch that they come in.
final class GatherRun {
  let node: Int
  private let gathering: Gathering
  private let batch: TupleBatch
  private var order: UInt64 = 0
  /// Tuples of the batch at hand: the row, and which input passed it.
  private var taken: [(row: UInt16, input: Int)] = []

  init(_ node: Int, _ gathering: Gathering, fields: [FieldID]) {
    self.node = node
    self.gathering = gathering
    batch = TupleBatch(fields: fields)
    for id in gathering.columns { _ = batch.derivedColumn(id) }
  }

  /// Notes the tuples that have passed a node.
  func take(_ node: Int, _ rows: UnsafePointer<UInt16>, _ count: Int) {
    for (input, own) in gathering.inputs.enumerated() where own.node == node {
      for place in 0..<count { taken.append((rows[place], input)) }
    }
  }

  /// What was taken since the last call: by row, then input, as if each tuple had come alone.
  func takeAll() -> [(row: UInt16, input: Int)] {
    defer { taken.removeAll(keepingCapacity: true) }
    if gathering.inputs.count > 1 {
      taken.sort { ($0.row, $0.input) < ($1.row, $1.input) }
    }
    return taken
  }

  /// Copies tuples of a batch, and hands them on in batches that share a pane.
  func push(
    _ tuples: [(row: UInt16, input: Int)], of source: TupleBatch, pane: Window?,
    _ pass: (TupleBatch) -> Void
  ) {
    let sources = gathering.inputs.map { input in
      batch.fields.map { column($0, of: source) } + input.columns.map { column($0, of: source) }
    }
    let targets = batch.columns + gathering.columns.map { batch.derivedColumn($0) }
    var first = 0
    while first < tuples.count {
      let end = min(tuples.count, first + TupleBatch.capacity)
      var n = 0
      let start = pane?.start(of: source.times[Int(tuples[first].row)])
      for tuple in tuples[first..<end] {
        let row = Int(tuple.row)
        let time = source.times[row]
        if let pane, pane.start(of: time) != start { break }
        for (from, to) in zip(sources[tuple.input], targets) {
          guard let from else {
            to.validity[n] = 0
            continue
          }
          to.lane0[n] = from.lane0[row]
          if to.lane1 != to.lane0 { to.lane1[n] = from.lane1[row] }
          to.validity[n] = from.validity[row]
        }
        batch.times[n] = time
        batch.orders[n] = order
        order += 1
        n += 1
      }
      batch.count = n
      batch.selectAll()
      pass(batch)
      first += n
    }
  }

  /// A column that the tuples of another input may not have.
  private func column(_ id: FieldID, of source: TupleBatch) -> TupleColumn? { source.column(id) }
}

extension HostGraph {
  /// Notes the tuples that passed a node for the unions that take them.
  func feedGatherings(_ node: Int, _ rows: UnsafePointer<UInt16>, _ count: Int) {
    guard count > 0 else { return }
    for run in gatherRuns { run.take(node, rows, count) }
  }

  /// Runs what is behind the unions that took tuples of a batch.
  func passGathered(_ batch: TupleBatch) {
    guard !gatherRuns.isEmpty else { return }
    let taken = gatherRuns.map { $0.takeAll() }
    for (run, tuples) in zip(gatherRuns, taken) where !tuples.isEmpty {
      run.push(tuples, of: batch, pane: pane) { pushRows($0, at: run.node) }
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
