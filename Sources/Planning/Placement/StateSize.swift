public import BPFModel
import DataModel
public import Plan

/// Bytes of state of one CPU and epoch, before the emitted program is laid out.
///
/// Counts what a table's entries need; code generation adds counters and padding, a few hundred
/// bytes that placement leaves room for.
public struct StateSize: Sendable {
  private let target: TargetProfile

  /// Sizes for tables of this target.
  public init(_ target: TargetProfile) { self.target = target }

  /// The table of an aggregation with the batch that its records are staged in.
  public func bytes(of aggregation: Aggregation) -> Int {
    let key = aggregation.tableLayout.wordCount
    let words = key + aggregation.accumulators.wordCount
    switch aggregation.form {
    case .words where aggregation.key.isEmpty: return words * 8
    case .words, .tally: return target.tableEntries * words * 8 + staging(words)
    case .distinct(_, let precision) where aggregation.key.isEmpty: return 8 + (1 << precision)
    case .distinct: return target.firstSeenEntries * key * 8 + staging(key)
    }
  }

  /// The first-seen table of a DISTINCT node; nothing for other nodes.
  public func bytes(of node: TupleNode) -> Int {
    guard case .distinct(let key, _) = node.operation else { return 0 }
    return target.firstSeenEntries * KeyLayout(key).wordCount * 8
  }

  /// The staged batch of an export.
  public func bytes(of export: Export) -> Int { staging(export.wordCount) }

  private func staging(_ words: Int) -> Int {
    16 + ProgramLayout.Stream.batchRecords * words * 8
  }
}
