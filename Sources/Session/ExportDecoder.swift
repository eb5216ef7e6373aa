import DataModel
import HostRuntime
import Plan

/// Tuple records of one export, turned into batches for the graph (see `Export.wordCount`).
///
/// Where order matters, the records of an epoch are kept until it ends and pushed in the order of
/// arrival, because the CPUs' batches interleave: in a replay that of the packets' numbers,
/// whatever their times; live that of the ticks, and within one of each CPU's own packets.
final class ExportDecoder {
  private let export: Export
  private let routes: [Route]
  private let batch: TupleBatch
  private let widths: [Int]
  private let isReplay: Bool
  private var kept: [UInt64] = []
  private var pane = Int64.min

  init(_ export: Export, _ routes: [Route], isReplay: Bool) {
    self.export = export
    self.isReplay = isReplay
    self.routes = routes
    batch = TupleBatch(fields: export.fields)
    widths = export.fields.map { Export.words(of: $0) }
  }

  func take(_ records: UnsafePointer<UInt64>, count: Int, pane: Int64) {
    if pane != self.pane { flush() }
    self.pane = pane
    let width = export.wordCount
    if export.needsOrder {
      kept.append(contentsOf: UnsafeBufferPointer(start: records, count: count * width))
      return
    }
    for record in 0..<count {
      append(records + record &* width)
      if batch.count == TupleBatch.capacity { push() }
    }
  }

  /// Pushes what need not wait for the epoch's end.
  func flushUnordered() {
    if batch.count > 0 { push() }
  }

  /// Pushes what is held; called at the end of a drain that ends an epoch.
  func flush() {
    if !kept.isEmpty { pushSorted() }
    if batch.count > 0 { push() }
  }

  private func pushSorted() {
    let width = export.wordCount
    let sorted = (0..<kept.count / width).sorted { a, b in
      let (x, y) = (kept[a * width + 1], kept[b * width + 1])
      return isReplay ? x < y : (kept[a * width], x, a) < (kept[b * width], y, b)
    }
    kept.withUnsafeBufferPointer { words in
      guard let base = words.baseAddress else { return }
      for record in sorted {
        append(base + record * width)
        if batch.count == TupleBatch.capacity { push() }
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
      if column.bytes != nil {
        column.bytes(row).copyMemory(
          from: UnsafeRawBufferPointer(start: record + lane + 1, count: Int(record[lane])))
      } else if widths[place] == 2 {
        column.lane1[row] = record[lane + 1]
      }
      lane += widths[place]
    }
    batch.count = row + 1
  }

  private func push() {
    for route in routes {
      batch.selectAll()
      route.graph.push(batch, export: route.index)
    }
    batch.count = 0
  }
}
