import Capture
import DataModel
import HostRuntime

/// The time of a live source's records while none comes: that of the newest one, and what has
/// passed since it arrived. So quiet windows close, also where an exporter's clock is wrong or the
/// records are old.
struct QuietClock {
  private var newest = Int64.min
  private var arrived: Int64 = 0

  mutating func note(_ time: Int64, at now: Int64) {
    guard time > newest else { return }
    (newest, arrived) = (time, now)
  }

  func time(at now: Int64) -> Int64? {
    guard newest > .min else { return nil }
    let (time, overflow) = newest.addingReportingOverflow(now - arrived)
    return overflow ? nil : time
  }
}

/// Tells the graph what never became a tuple, once.
struct RecordLosses {
  private var told: [LossCause: UInt64] = [:]
  private var toldTexts: UInt64 = 0

  mutating func tell(_ issues: RecordIssues, _ graph: HostGraph, pane: Int64) {
    for (cause, count, first) in issues.losses where count > told[cause, default: 0] {
      let before = told.updateValue(count, forKey: cause) ?? 0
      graph.noteLoss(cause, count: count - before, pane: pane, reason: before == 0 ? first : "")
    }
    // No tuple is lost, but windows lack those that are asked for a text which is missing.
    if issues.textsWithoutRoom > toldTexts {
      graph.markPartial(pane: pane, reason: "texts are missing: \(TextTable.whyFull)")
      toldTexts = issues.textsWithoutRoom
    }
  }
}

/// Tells once, while a live source goes on, that most of what comes to it cannot be read: an
/// exporter of another version, or something else that found the port.
struct UnreadWarning {
  private let place: String
  private let configuration: RunConfiguration
  private var isTold: Bool

  /// A file's share is told at its end.
  init(_ place: String, isLive: Bool, _ configuration: RunConfiguration) {
    self.place = place
    self.configuration = configuration
    isTold = !isLive
  }

  mutating func tell(_ issues: RecordIssues, records: UInt64) {
    guard !isTold, let warning = RecordReaders.warning(of: place, issues, records: records)
    else { return }
    configuration.remark(warning)
    isTold = true
  }
}
