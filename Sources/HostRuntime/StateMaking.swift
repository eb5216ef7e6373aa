import DataModel
import Kernels
import Operators
import Plan

/// Makes the states of one aggregation: one for all keys, or one for each share of them.
final class StateMaking {
  private let aggregation: Aggregation
  private let configuration: HostConfiguration
  private let scatter: KeyScatter?
  /// Buffers of each share; states of one share never fill at the same time.
  private let scratches: [BatchScratch]
  /// States with bounded summaries so far.
  private var made: UInt64 = 0

  /// States of an aggregation whose keys `scatter` deals out; nil where they are one.
  init(
    _ aggregation: Aggregation, scatter: KeyScatter?, _ configuration: HostConfiguration,
    scratch: () -> BatchScratch
  ) {
    self.aggregation = aggregation
    self.configuration = configuration
    self.scatter = scatter
    scratches = (0..<(scatter?.shares ?? 1)).map { _ in scratch() }
  }

  /// An empty state.
  func make() -> any WindowState {
    guard let scatter else { return make(scratches[0]) }
    return DividedState(
      scratches.map { make($0) }, scatter, limits, makeState: { self.make(self.scratches[0]) })
  }

  private var limits: DividedState.Limits {
    guard case .distinct(_, let precision) = aggregation.form else {
      return DividedState.Limits(entries: configuration.limits.keys, bytes: 0, bytesOfTuple: 0)
    }
    return DividedState.Limits(
      entries: configuration.limits.keys, bytes: configuration.limits.distinctBytes,
      bytesOfTuple: DistinctTable.bytesOfTuple(
        precision: precision, exactItems: CountDistinct.exactItems))
  }

  private func make(_ scratch: BatchScratch) -> any WindowState {
    switch aggregation.form {
    case .words(let layout):
      return WordsState(aggregation, layout, scratch, configuration)
    case .tally(let items, let weight) where aggregation.summary != nil:
      made += 1
      return SummaryState(
        aggregation, items: items, weight: weight, number: made, scratch, configuration)
    case .tally(let items, _):
      return TallyState(aggregation, items: items, scratch, configuration)
    case .distinct(let items, let precision):
      return DistinctState(
        aggregation, items: items, precision: precision, scratch, configuration)
    }
  }
}
