import DataModel
import Sinks

/// How far tuples of a file stand behind newer ones, and what to write where that cost tuples.
struct Disorder {
  private var behind: Int64 = 0

  /// A tuple this many nanoseconds older than the newest before it.
  mutating func note(behind: Int64) { self.behind = max(self.behind, behind) }

  /// Names the `Lateness` that would have kept the late tuples.
  func remark(on totals: RunTotals, _ configuration: RunConfiguration) {
    guard totals.lost[.late, default: 0] > 0, behind > 0 else { return }
    let unit: Int64 = behind > 600_000_000_000 ? 60_000_000_000 : 1_000_000_000
    let wanted = Timestamp.durationText((behind + unit - 1) / unit * unit)
    configuration.remark(
      "the file is not in the order of its times; ‘Lateness = \(wanted);’ above the first "
        + "statement keeps windows open for all of it")
  }
}
