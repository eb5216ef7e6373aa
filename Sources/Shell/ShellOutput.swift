import Diagnostics
import Glibc
import Sinks
import Terminal

/// Where the shell writes: results to standard output, messages beside them.
final class ShellOutput {
  /// Whether a person sits at the other end.
  let isInteractive: Bool
  /// Whether messages are coloured.
  let isColored: Bool
  /// Where rows go: standard output, or the file of `\o`.
  private(set) var rows: Int32 = STDOUT_FILENO
  /// The file of `\o`.
  private(set) var rowsPath: String?
  /// Whether somebody still reads standard output.
  private(set) var isBroken = false

  init(isInteractive: Bool) {
    self.isInteractive = isInteractive
    let environment = TerminalEnvironment.process
    isColored = environment.isColored(STDERR_FILENO)
    canDraw = isInteractive && environment.canDraw(STDOUT_FILENO)
  }

  /// Whether lines can be drawn over on the terminal.
  let canDraw: Bool

  /// Columns of the terminal; what is no terminal cuts nothing.
  var columns: Int {
    isatty(STDOUT_FILENO) == 1 ? TerminalSize.of(STDOUT_FILENO).columns : 1000
  }

  /// Writes a result of the shell.
  func say(_ text: String) {
    if FileText.writeAll(Array(text.utf8), to: STDOUT_FILENO) == EPIPE { isBroken = true }
  }

  /// Writes a remark: to the person at the terminal, of a script to standard error.
  func remark(_ text: String) {
    let descriptor = isInteractive ? STDOUT_FILENO : STDERR_FILENO
    _ = FileText.writeAll(Array((faint(DisplayText.message(text)) + "\n").utf8), to: descriptor)
  }

  /// Writes what a person at the prompt wants to see and a script does not.
  func confirm(_ text: String) { if isInteractive { remark(text) } }

  /// Writes an error with what helps.
  func error(_ text: String, _ remedy: String = "", place: String = "") {
    let mark = isColored ? "\u{1B}[1;31merror\u{1B}[0m" : "error"
    let help = remedy.isEmpty ? "" : "  = help: \(remedy)\n"
    _ = FileText.writeAll(
      Array(DisplayText.message("\(place)\(mark): \(text)\n\(help)").utf8), to: STDERR_FILENO)
  }

  /// Writes messages about statements, as `salc check` does.
  func report(_ diagnostics: [LocatedDiagnostic], in workspace: Workspace) {
    let rendered = diagnostics.map { message in
      DiagnosticRenderer(
        source: workspace.texts[message.text].source, color: isColored,
        width: max(40, min(100, columns - 12))
      ).render(message.diagnostic)
    }
    _ = FileText.writeAll(Array(rendered.joined(separator: "\n").utf8), to: STDERR_FILENO)
  }

  /// Sends rows to a file from now on; nil sends them to standard output again.
  func send(rowsTo path: String?) throws(CommandFailure) {
    let descriptor = try path.map { path throws(CommandFailure) in try FileText.create(path) }
    if rowsPath != nil { close(rows) }
    rows = descriptor ?? STDOUT_FILENO
    rowsPath = path
  }

  private func faint(_ text: String) -> String {
    isColored && isInteractive ? "\u{1B}[2m\(text)\u{1B}[0m" : text
  }
}

/// Lines of cells in aligned columns.
enum Columns {
  /// Aligns cells; the first line is a heading. Where lines are longer than `width` the widest
  /// columns are cut, as much as it takes; the first one, which names the line, last.
  static func text(_ lines: [[String]], width: Int) -> String {
    guard let count = lines.first?.count else { return "" }
    let wanted = (0..<count).map { column in lines.map { $0[column].count }.max() ?? 0 }
    let widths = fitted(wanted, into: width - 2 * count)
    return lines.map { line in
      var text = ""
      for (column, cell) in line.enumerated() {
        text += "  " + cell.beginning(of: widths[column]).padded(to: widths[column])
      }
      while text.last == " " { text.removeLast() }
      return text.beginning(of: width) + "\n"
    }.joined()
  }

  /// The widths with one limit for all but the first, so that their sum is at most `room`; none is
  /// cut below eight characters.
  private static func fitted(_ wanted: [Int], into room: Int) -> [Int] {
    guard let first = wanted.first else { return [] }
    var limit = wanted.dropFirst().max() ?? 0
    while limit > 8, wanted.dropFirst().reduce(first, { $0 + min($1, limit) }) > room {
      limit -= 1
    }
    return [first] + wanted.dropFirst().map { min($0, limit) }
  }
}
