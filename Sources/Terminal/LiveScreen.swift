import DataModel
import Sinks

/// The live view's lines: what a terminal of some size shows of a model.
struct LiveScreen {
  let model: LiveModel
  /// `model.visibleRows`, which are dear.
  let rows: [Row]
  let size: TerminalSize
  /// The wall clock, nanoseconds since the Unix epoch.
  let now: Int64

  /// Rows of a table that fit below the head and above the foot.
  var tableLength: Int { max(0, size.rows - 5) }

  /// At most `size.rows` lines of at most `size.columns` columns.
  var lines: [StyledLine] {
    var lines = [headline, lossLine]
    switch model.page {
    case .table: lines += table
    case .plan: lines += plan
    case .help: lines += Self.help.map { StyledLine($0) }
    }
    let room = max(1, size.rows - 1)
    lines = Array(lines.prefix(room))
    lines += Array(repeating: StyledLine(), count: room - lines.count)
    if size.rows > 1 { lines.append(foot) }
    return lines.map { $0.cut(to: size.columns) }
  }

  // MARK: Head

  private var headline: StyledLine {
    var line = StyledLine()
    line.add(DisplayText.cut(model.title, to: max(8, size.columns - 28)), .bold)
    if model.isPaused { line.add("  PAUSED", .reverse) }
    if model.totals != nil { line.add("  ended", .bold) }
    line.add("  \(Units.decimal(model.packetsPerSecond)) packets/s", .bold)
    var rest = ["\(Units.decimal(Double(model.progress.packets))) packets"]
    rest.append(Units.clock(seconds: model.progress.elapsedSeconds))
    if let meta = model.meta {
      if let attach = meta.attach { rest.append(attach) }
      rest.append("in " + (meta.placement == "split" ? "kernel and host" : "the " + meta.placement))
    }
    for part in rest where line.width + 2 + DisplayText.width(part) <= size.columns {
      line.add("  " + DisplayText.printable(part))
    }
    return line
  }

  private var lossLine: StyledLine {
    var line = StyledLine()
    let total = model.lost.values.reduce(0, &+)
    if total == 0 {
      line.add("nothing lost", .dim)
    } else {
      let causes = model.lost.keys.sorted().map { cause in
        "\(Units.decimal(Double(model.lost[cause] ?? 0))) \(Self.words(cause))"
      }
      line.add("LOST \(Units.decimal(Double(total))): " + causes.joined(separator: ", "), .alarm)
    }
    if let last = model.lastLoss {
      let reason = last.reason.isEmpty ? "" : ": " + DisplayText.printable(last.reason)
      let what = last.lost.isEmpty ? "partial" : "lost last"
      if !last.lost.isEmpty || !last.reason.isEmpty {
        line.add("  \(LiveCells.clock(last.start))Z \(what)\(reason)", .caution)
      }
    }
    if model.uncertain > 0 { line.add("  \(model.uncertain) keys uncertain", .caution) }
    if !model.note.isEmpty { line.add("  " + model.note, .dim) }
    return line
  }

  /// What a cause means.
  static func words(_ cause: LossCause) -> String {
    switch cause {
    case .ring: "ring (the host was too slow)"
    case .table: "table (more keys than its limit)"
    case .late: "late (their window had closed)"
    case .unparsed: "unparsed headers"
    case .malformed: "malformed records"
    case .template: "sets of records without a template"
    case .gap: "never came (exporters' sequence)"
    case .sink: "sink (rows that this view was too slow for)"
    }
  }

  // MARK: Table

  private var table: [StyledLine] {
    guard model.shown.indices.contains(model.selected) else {
      return [StyledLine("waiting for the program to be attached", .dim)]
    }
    let output = model.shown[model.selected]
    let look = model.looks[model.selected]
    let first = min(look.scroll, max(0, rows.count - 1))
    let slice = Array(rows.dropFirst(first).prefix(tableLength))
    let table = LiveTable(output, look, rows: slice, columns: size.columns)
    return [windowLine(output, rows.count, first)] + table.lines
  }

  private func windowLine(_ output: LiveOutput, _ count: Int, _ first: Int) -> StyledLine {
    var line = StyledLine()
    for (index, other) in model.shown.enumerated() {
      let name = DisplayText.cut(DisplayText.printable(other.schema.name), to: 30)
      if model.shown.count == 1 {
        line.add(name, .bold)
      } else {
        line.add(" \(name) ", index == model.selected ? .reverse : .plain)
      }
    }
    guard output.total > 0 else {
      line.add("  no rows yet", .dim)
      return line
    }
    let length = output.end - output.start
    line.add("  " + LiveCells.clock(output.start) + "Z")
    if output.schema.isWindowed { line.add(" +" + Timestamp.durationText(length)) }
    if model.filter.isEmpty {
      line.add("  \(count) \(count == 1 ? "row" : "rows")")
    } else {
      line.add("  \(count) of \(output.rows.count) rows with ")
      line.add("“\(model.filter)”", .bold)
    }
    if first > 0 { line.add(" from \(first + 1)") }
    if output.omitted > 0 { line.add("  \(output.omitted) more not kept", .caution) }
    let quiet = now - output.end
    if model.isLive, model.totals == nil, !model.isPaused, quiet > length * 2 + 1_000_000_000 {
      line.add("  no rows for \(Units.clock(seconds: Double(quiet) / 1e9))", .caution)
    }
    return line
  }

  private var foot: StyledLine {
    if model.isEditingFilter {
      var line = StyledLine("/\(model.filter)")
      line.add(" ", .reverse)
      line.add("  Enter keeps, Esc clears", .dim)
      return line
    }
    if model.totals != nil { return StyledLine("the input has ended: q leaves, ? helps", .bold) }
    let hints = [
      "q quit", "? help", "space pause", "/ filter", "←→ sort", "r reverse", "e plan",
    ]
    let tab = model.outputs.count > 1 ? ["tab next output"] : []
    var line = StyledLine()
    for hint in tab + hints where line.width + hint.utf8.count + 2 <= size.columns {
      line.add((line.width > 0 ? "  " : "") + hint, .dim)
    }
    return line
  }
}
