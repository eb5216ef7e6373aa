import DataModel
import Sinks

/// The live view's state: rows, losses and keys in, what a screen shows out. Knows no terminal and
/// no clock.
struct LiveModel: Sendable {
  /// What fills the screen.
  enum Page: Sendable, Hashable { case table, plan, help }

  /// How one output is looked at.
  struct Look: Sendable {
    var order: RowOrder
    var units: [Int: LiveOutput.Unit] = [:]
    /// The first row shown.
    var scroll = 0
  }

  /// The interface or the capture.
  let title: String
  let plan: [LivePlanPart]
  private(set) var meta: RunMeta?
  private(set) var outputs: [LiveOutput] = []
  /// The outputs as they were when the view was paused.
  private(set) var frozen: [LiveOutput]?
  var looks: [Look] = []
  /// The output that is shown.
  var selected = 0
  var page = Page.table
  var filter = ""
  var isEditingFilter = false
  var planScroll = 0
  /// The rows that the last screen had room for: how far a page goes.
  var pageLength = 10

  private(set) var progress = RunProgress(packets: 0, elapsedSeconds: 0)
  /// Packets a second, of the last second or so.
  private(set) var packetsPerSecond = 0.0
  /// Rates of the plan's parts, by name.
  private(set) var flowRates: [String: Double] = [:]
  private var rateBase = RunProgress(packets: 0, elapsedSeconds: 0)
  private(set) var lost: [LossCause: UInt64] = [:]
  private(set) var uncertain: UInt64 = 0
  /// The newest window that lost something or is partial.
  private(set) var lastLoss: LossRecord?
  /// The newest remark on the run.
  private(set) var note = ""
  /// The whole run's totals, once it has ended.
  private(set) var totals: RunTotals?

  init(title: String, plan: [LivePlanPart] = []) {
    self.title = DisplayText.printable(title)
    self.plan = plan
  }

  /// The outputs that are shown.
  var shown: [LiveOutput] { frozen ?? outputs }

  var isPaused: Bool { frozen != nil }

  /// Whether packets come from an interface, so that the run ends only when it is told to.
  var isLive: Bool {
    guard let attach = meta?.attach else { return false }
    return attach != "replay"
  }

  // MARK: What a sink is told

  mutating func begin(_ meta: RunMeta) {
    self.meta = meta
    outputs = meta.outputs.map(LiveOutput.init)
    looks = outputs.map { Look(order: RowOrder(column: $0.naturalSortColumn)) }
  }

  mutating func take(_ row: Row) {
    outputs[row.output].take(row, order: looks[row.output].order)
  }

  mutating func take(_ record: LossRecord) {
    for (cause, count) in record.lost { lost[cause, default: 0] &+= count }
    uncertain &+= record.uncertain
    lastLoss = record
  }

  mutating func take(_ new: RunProgress) {
    progress = new
    let seconds = new.elapsedSeconds - rateBase.elapsedSeconds
    guard seconds >= 1 else { return }
    packetsPerSecond = Double(new.packets &- min(new.packets, rateBase.packets)) / seconds
    for flow in new.flows {
      let before = rateBase.flows.first { $0.node == flow.node }?.count ?? 0
      flowRates[flow.node] = Double(flow.count &- min(flow.count, before)) / seconds
    }
    rateBase = new
  }

  mutating func take(note text: String) { note = DisplayText.printable(text) }

  mutating func end(_ totals: RunTotals) {
    self.totals = totals
    progress.packets = totals.packets
    progress.elapsedSeconds = totals.elapsedSeconds
    lost = totals.lost
    if totals.elapsedSeconds > 0 {
      packetsPerSecond = Double(totals.packets) / totals.elapsedSeconds
    }
  }

  // MARK: What the user decides

  mutating func setPaused(_ isPaused: Bool) { frozen = isPaused ? outputs : nil }

  /// What the rows on the screen depend on.
  struct Selection: Sendable, Hashable {
    var output: Int
    var total: UInt64
    var end: Int64
    var order: RowOrder
    var filter: String
  }

  /// Says whether `visibleRows` may have changed.
  var selection: Selection? {
    guard shown.indices.contains(selected) else { return nil }
    return Selection(
      output: selected, total: shown[selected].total, end: shown[selected].end,
      order: looks[selected].order, filter: filter)
  }

  /// The rows of the selected output that pass the filter, in the chosen order.
  var visibleRows: [Row] {
    guard shown.indices.contains(selected) else { return [] }
    let output = shown[selected]
    var rows = output.rows
    if !filter.isEmpty {
      let wanted = filter.lowercased()
      rows = rows.filter { row in
        row.values.contains { $0.description.lowercased().contains(text: wanted) }
      }
    }
    let order = looks[selected].order
    if order.column == nil && !output.schema.isWindowed { return rows.reversed() }
    return order.sorted(rows)
  }
}

extension String {
  /// Whether another text is part of this one, byte by byte (the standard library alone has no
  /// fast search).
  fileprivate func contains(text: String) -> Bool {
    let (whole, part) = (Array(utf8), Array(text.utf8))
    guard let first = part.first else { return true }
    guard whole.count >= part.count else { return false }
    return (0...(whole.count - part.count)).contains { start in
      whole[start] == first && whole[start..<start + part.count].elementsEqual(part)
    }
  }
}

/// A part of the plan, as EXPLAIN names it.
public struct LivePlanPart: Sendable, Hashable {
  /// `n0`, `a1`, `o0`.
  public var id: String
  /// What it does.
  public var title: String
  /// Whether it runs in the data path.
  public var isInDataPath: Bool
  /// Why it does not.
  public var why: String

  /// Creates a part.
  public init(id: String, title: String, isInDataPath: Bool, why: String) {
    self.id = id
    self.title = title
    self.isInDataPath = isInDataPath
    self.why = why
  }
}
