import DataModel
import HostRuntime
import Plan

/// Tuple records of one export, turned into batches for the graph (see `Export.wordCount`).
///
/// Where order matters, the records of an epoch are kept until it ends and pushed in the order of
/// time and arrival, because the CPUs' batches interleave.
final class ExportDecoder {
  private let export: Export
  private let batch: TupleBatch
  private let widths: [Int]
  private var kept: [UInt64] = []
  private var pane = Int64.min
  private var index = 0

  init(_ export: Export) {
    self.export = export
    batch = TupleBatch(fields: export.fields)
    widths = export.fields.map(\.field.type.laneCount)
  }

  func take(
    _ records: UnsafePointer<UInt64>, count: Int, pane: Int64, index: Int, into graph: HostGraph
  ) {
    if pane != self.pane { flush(into: graph) }
    self.pane = pane
    self.index = index
    let width = export.wordCount
    if export.needsOrder {
      kept.append(contentsOf: UnsafeBufferPointer(start: records, count: count * width))
      return
    }
    for record in 0..<count {
      append(records + record &* width)
      if batch.count == TupleBatch.capacity { push(into: graph) }
    }
  }

  /// Pushes what need not wait for the epoch's end.
  func flushUnordered(into graph: HostGraph) {
    if batch.count > 0 { push(into: graph) }
  }

  /// Pushes what is held; called at the end of a drain that ends an epoch.
  func flush(into graph: HostGraph) {
    if !kept.isEmpty { pushSorted(into: graph) }
    if batch.count > 0 { push(into: graph) }
  }

  private func pushSorted(into graph: HostGraph) {
    let width = export.wordCount
    let sorted = (0..<kept.count / width).sorted { a, b in
      (kept[a * width], kept[a * width + 1], a) < (kept[b * width], kept[b * width + 1], b)
    }
    kept.withUnsafeBufferPointer { words in
      guard let base = words.baseAddress else { return }
      for record in sorted {
        append(base + record * width)
        if batch.count == TupleBatch.capacity { push(into: graph) }
      }
    }
    kept.removeAll(keepingCapacity: true)
  }

  private func append(_ record: UnsafePointer<UInt64>) {
    let row = batch.count
    batch.times[row] = Int64(bitPattern: record[0])
    batch.orders[row] = record[1]
    var lane = 2 + (export.fields.count + 7) / 8
    for (place, column) in batch.columns.enumerated() {
      let validity = record[2 + place / 8] >> UInt64(place % 8 * 8)
      column.validity[row] = UInt8(truncatingIfNeeded: validity)
      column.lane0[row] = record[lane]
      if widths[place] == 2 { column.lane1[row] = record[lane + 1] }
      lane += widths[place]
    }
    batch.count = row + 1
  }

  private func push(into graph: HostGraph) {
    batch.selectAll()
    graph.push(batch, export: index)
    batch.count = 0
  }
}
