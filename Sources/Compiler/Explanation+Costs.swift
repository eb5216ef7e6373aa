import BPFModel
import CodeGeneration
import DataModel
import Diagnostics
import Plan

extension Explanation {
  /// What a node sends to the host.
  struct Traffic: Sendable {
    /// When a record leaves.
    enum Occasion: String, Sendable {
      case eviction = "evicted key"
      case pair = "new pair"
      case tuple = "tuple"
    }

    /// State of one CPU that the host reads of each window, at most: every pane's table, full.
    var windowBytes = 0
    /// Bytes of a record in the ring; 0 where none leaves.
    var recordBytes: Int
    var occasion: Occasion
    /// The window with its length; a second where tuples leave without windows.
    var window: String
    /// How many records leave in a window in which a million tuples a second all send one.
    var records: Int

    var text: String {
      var parts: [String] = []
      if windowBytes > 0 {
        parts.append("at most \(ExplanationCosts.bytes(windowBytes)) a CPU and \(window)")
      }
      if recordBytes > 0 {
        let most = ExplanationCosts.bytes(records.multipliedReportingOverflow(by: recordBytes).0)
        parts.append(
          "\(recordBytes) B \(occasion == .tuple ? "a tuple" : "for each \(occasion.rawValue)") "
            + "(\(occasion == .tuple ? "" : "at most one a tuple: ")"
            + "\(most) a \(window) at 1 M tuples/s)")
      }
      return parts.joined(separator: " + ")
    }

    var json: String {
      "{\"window_bytes\":\(windowBytes),\"record_bytes\":\(recordBytes),"
        + "\"record\":\(jsonQuoted(occasion.rawValue)),\"records_max\":\(records),"
        + "\"window\":\(jsonQuoted(window))}"
    }
  }
}

/// Costs by node, out of the emitted program.
struct ExplanationCosts {
  let query: CompiledQuery
  /// What a run on the host keeps to.
  let limits: HostLimits

  init(_ query: CompiledQuery, _ limits: HostLimits) {
    self.query = query
    self.limits = limits
  }

  func stateBytes(_ owner: ProgramLayout.Table.Owner) -> Int {
    query.program?.layout.tables.first { $0.owner == owner }?.bytes ?? 0
  }

  /// A node's condition, and its tuples' way into the ring where they leave.
  func instructions(node: Int) -> Int {
    let export = query.placed.exports.firstIndex { $0.node == node }
    return instructions(.node(node)) + (export.map { instructions(.export($0)) } ?? 0)
  }

  func instructions(_ part: PartCost.Part) -> Int {
    query.program?.costs.first { $0.part == part }?.instructions ?? 0
  }

  /// What the tuples of a node are to the host; nil where none leaves.
  func toHost(node: Int) -> Explanation.Traffic? {
    guard query.program != nil, let export = query.placed.exports.first(where: { $0.node == node })
    else { return nil }
    return traffic(words: export.wordCount, .tuple, query.plan.pane)
  }

  /// What one window of an aggregation sends to the host.
  func toHost(aggregation: Int) -> Explanation.Traffic? {
    guard let layout = query.program?.layout,
      let table = layout.tables.first(where: { $0.owner == .aggregation(aggregation) })
    else { return nil }
    let window = query.plan.aggregations[aggregation].window
    let stream = layout.streams.first {
      $0.content == .pairs(aggregation: aggregation)
        || $0.content == .partials(aggregation: aggregation)
    }
    guard case .firstSeen = table.form else {
      var traffic = traffic(words: stream?.recordWords ?? 0, .eviction, window)
      let panes = window.length / (query.plan.pane ?? window).length
      traffic.windowBytes = table.bytes * Int(panes)
      return traffic
    }
    return traffic(words: stream?.recordWords ?? 0, .pair, window)
  }

  private func traffic(
    words: Int, _ occasion: Explanation.Traffic.Occasion, _ window: Window?
  ) -> Explanation.Traffic {
    let second: Int64 = 1_000_000_000
    let length = window?.length ?? second
    return Explanation.Traffic(
      recordBytes: words * 8, occasion: occasion,
      window: window.map { "window of \($0)" } ?? "second",
      // A tuple a microsecond.
      records: Int(length / 1000))
  }

  static func bytes(_ count: Int) -> String {
    let units = ["B", "KiB", "MiB", "GiB"]
    var value = Double(count)
    var unit = 0
    while value >= 1024 && unit + 1 < units.count {
      value /= 1024
      unit += 1
    }
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0
      ? "\(tenths / 10) \(units[unit])" : "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }
}
