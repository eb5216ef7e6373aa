import DataModel
import Plan

extension HostGraph {
  /// Merges partials of a pane (its start): key words by the aggregation's table layout, then its
  /// accumulator words, `stride` words from one record to the next.
  public func mergePartials(
    aggregation: Int, records: UnsafePointer<UInt64>, count: Int, stride: Int, pane: Int64
  ) {
    merged[aggregation] &+= UInt64(count)
    let words = plan.aggregations[aggregation].tableLayout.wordCount
    let tuples = (0..<count).reduce(UInt64(0)) { $0 &+ records[$1 * stride + words] }
    guard let state = openState(aggregation, pane: pane, tuples: tuples) else { return }
    switch state {
    case let table as WordsState: table.merge(records, count: count, stride: stride)
    case let table as TallyState: table.merge(records, count: count, stride: stride)
    case let table as SummaryState: table.merge(records, count: count, stride: stride)
    default: preconditionFailure("distinct sets come as pairs or registers")
    }
  }

  /// Merges pairs of key and item of a pane (its start): the table layout's words, tightly.
  /// Duplicates are harmless.
  public func mergePairs(
    aggregation: Int, records: UnsafePointer<UInt64>, count: Int, pane: Int64
  ) {
    merged[aggregation] &+= UInt64(count)
    guard
      let state = openState(aggregation, pane: pane, tuples: UInt64(count)) as? DistinctState
    else { return }
    state.mergePairs(records, count: count)
  }

  /// Merges HyperLogLog registers of a global distinct count, which saw `tuples` tuples.
  public func mergeRegisters(
    aggregation: Int, registers: UnsafePointer<UInt8>, precision: Int, tuples: UInt64, pane: Int64
  ) {
    guard
      tuples > 0,
      let state = openState(aggregation, pane: pane, tuples: tuples) as? DistinctState
    else { return }
    merged[aggregation] &+= 1
    state.mergeRegisters(registers, precision: precision, tuples: tuples)
  }

  /// The state that holds a pane; nil, with the tuples counted late, where its window has closed.
  private func openState(
    _ aggregation: Int, pane: Int64, tuples: UInt64
  ) -> (any WindowState)? {
    let windows = sources.windows[aggregation]
    if let flows = flows(ofTable: aggregation) {
      return windows.state(at: flows.pane(of: pane))
    }
    if windows.isLate(pane, horizon: horizon) {
      sources.ledger.lose(.late, tuples, pane: pane)
      return nil
    }
    return windows.state(at: pane)
  }
}
