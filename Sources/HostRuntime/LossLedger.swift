import DataModel

/// What was lost, by pane, and what each window's record says of it.
struct LossLedger {
  private struct PaneLoss {
    var isLossy = false
    var reasons: [String] = []
  }

  private let paneLength: Int64
  private var panes: [Int64: PaneLoss] = [:]
  private var records: [Interval: LossRecord] = [:]

  private struct Interval: Hashable, Comparable {
    let end: Int64
    let start: Int64
    static func < (a: Interval, b: Interval) -> Bool {
      (a.end, a.start) < (b.end, b.start)
    }
  }

  /// A ledger of panes of this length.
  init(pane: Window?) { paneLength = pane?.length ?? 0 }

  private mutating func change(
    _ start: Int64, _ end: Int64, _ body: (inout LossRecord) -> Void
  ) {
    body(
      &records[
        Interval(end: end, start: start), default: LossRecord(start: start, end: end, lost: [:])])
  }

  /// Counts lost tuples of a pane. Late tuples make nothing partial: where their window is still
  /// open they are in it, and where it is not its rows are out.
  mutating func lose(_ cause: LossCause, _ count: UInt64, pane: Int64) {
    guard count > 0 else { return }
    if cause != .late { panes[pane, default: PaneLoss()].isLossy = true }
    change(pane, pane + paneLength) { $0.lost[cause, default: 0] += count }
  }

  /// Notes that tuples of a pane lack something of what was lost in a later one.
  mutating func spoil(pane: Int64) { panes[pane, default: PaneLoss()].isLossy = true }

  /// Marks the windows that hold the pane.
  mutating func markPartial(pane: Int64, reason: String) {
    if !panes[pane, default: PaneLoss()].reasons.contains(reason) {
      panes[pane, default: PaneLoss()].reasons.append(reason)
    }
    note(start: pane, end: pane + paneLength, reason: reason)
  }

  /// Adds to the record of a window.
  mutating func note(
    start: Int64, end: Int64, cause: LossCause? = nil, count: UInt64 = 0, uncertain: UInt64 = 0,
    reason: String = ""
  ) {
    change(start, end) { record in
      if let cause, count > 0 { record.lost[cause, default: 0] += count }
      record.uncertain += uncertain
      if !reason.isEmpty && !record.reason.contains(reason) {
        record.reason += record.reason.isEmpty ? reason : "; " + reason
      }
    }
  }

  /// Adds what another ledger knows, of panes that may have another length.
  mutating func formUnion(_ other: LossLedger) {
    for (start, loss) in other.panes {
      var sum = panes[start] ?? PaneLoss()
      sum.isLossy = sum.isLossy || loss.isLossy
      sum.reasons += loss.reasons.filter { !sum.reasons.contains($0) }
      panes[start] = sum
    }
    for record in other.records.values {
      for (cause, count) in record.lost {
        note(start: record.start, end: record.end, cause: cause, count: count)
      }
      note(
        start: record.start, end: record.end, uncertain: record.uncertain, reason: record.reason)
    }
  }

  /// What tuples lost in the panes of [start, end) mean for a window's rows.
  func quality(start: Int64, end: Int64) -> (isLossy: Bool, isPartial: Bool) {
    var (isLossy, isPartial) = (false, false)
    for (pane, loss) in panes where pane >= start && pane < end {
      isLossy = isLossy || loss.isLossy
      isPartial = isPartial || !loss.reasons.isEmpty
    }
    return (isLossy, isPartial)
  }

  /// The records of windows that ended by `time`, in order, which are then forgotten.
  mutating func takeRecords(endedBy time: Int64) -> [LossRecord] {
    let due = records.keys.filter { $0.end <= time }.sorted()
    return due.compactMap { records.removeValue(forKey: $0) }
  }

  /// Forgets panes before `time`: no window that holds them is open.
  mutating func forgetPanes(before time: Int64) {
    if panes.isEmpty { return }
    panes = panes.filter { $0.key >= time }
  }
}
