import Sinks

extension LiveScreen {
  static let help = [
    "",
    "  q, Ctrl-C       leave; the last window is flushed",
    "  space           pause the screen; the run goes on",
    "  ← →  s S        sort by the next column; behind the last, by the key",
    "  r               reverse the order",
    "  u               the sorted column's unit: 12.3k, 12345, a second, bits a second",
    "  /               show only rows that contain a text; Esc shows all again",
    "  ↑ ↓  PgUp PgDn  scroll; Home and End",
    "  tab             the next output",
    "  e               the plan: where each part runs, and what flows out of it",
    "  ? h             this page; Esc goes back",
    "",
    "  ±    the truth is within this of the value, at the confidence that the query states",
    "  ≈    a row with an estimate     ≥   at least this much: something was lost",
    "  ◐    a part of the window only  ?   an estimate decided whether the row is here",
    "  ▁▄█  the sorted column's last windows, the newest at the right",
  ]

  /// The plan, the data path first, with what flows out of each part.
  var plan: [StyledLine] {
    let parts = model.plan.filter(\.isInDataPath) + model.plan.filter { !$0.isInDataPath }
    var lines: [StyledLine] = []
    var wasInDataPath: Bool?
    for part in parts {
      if part.isInDataPath != wasInDataPath {
        lines.append(StyledLine(part.isInDataPath ? "XDP" : "HOST", .bold))
        wasInDataPath = part.isInDataPath
      }
      lines.append(line(part))
    }
    if lines.isEmpty { lines = [StyledLine("no plan", .dim)] }
    return Array(lines.dropFirst(min(model.planScroll, lines.count - 1)))
  }

  private func line(_ part: LivePlanPart) -> StyledLine {
    var flow = ""
    if let count = model.progress.flows.first(where: { $0.node == part.id }) {
      flow = "\(Units.decimal(Double(count.count))) \(count.unit)"
      if let rate = model.flowRates[part.id] { flow += "  \(Units.perSecond(rate))" }
    }
    let right = flow.isEmpty ? "" : "  " + flow
    let room = max(10, size.columns - 8 - DisplayText.width(right))
    var line = StyledLine("  " + DisplayText.fitted(part.id, to: 4) + "  ", .dim)
    let title = DisplayText.printable(part.title)
    // Where there is room behind the title, the reason stands there.
    let why = part.why.isEmpty ? "" : "  (" + DisplayText.printable(part.why) + ")"
    let hasReason = DisplayText.width(title + why) <= room
    line.add(DisplayText.cut(title, to: room))
    if hasReason { line.add(why, .dim) }
    line.add(String(repeating: " ", count: max(0, room + 8 - line.width)))
    line.add(right, .bold)
    return line
  }
}
