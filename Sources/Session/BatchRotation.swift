import DataModel
import HostRuntime

/// The batches that a graph's threads may still read, oldest first: each is used again once its
/// step is settled.
struct BatchRotation {
  private let graph: HostGraph
  private let depth: Int
  private var held: [(batch: TupleBatch, step: UInt64)] = []

  /// Batches that are pushed ahead of those that are still folded; none where nobody reads on.
  private static let depth = 12

  init(_ graph: HostGraph) {
    self.graph = graph
    depth = graph.readsOn ? Self.depth : 0
    held.reserveCapacity(depth + 1)
  }

  /// Takes a batch that was pushed; returns one that nobody reads, if it is time for one.
  mutating func exchange(_ batch: TupleBatch) -> TupleBatch? {
    held.append((batch, graph.step))
    guard held.count > depth else { return nil }
    let oldest = held.removeFirst()
    graph.settle(through: oldest.step)
    return oldest.batch
  }
}
