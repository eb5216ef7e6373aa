/// Turns diagnostics into text for people: code, place, excerpt with carets, notes, help.
///
/// ```
/// error[SAL0101]: missing ‘;’ after the statement
///   ┌─ scan.sal:7:41
/// 7 │ Hot = FOREACH BySrc GENERATE count()
///   │                                     ━
///   │ note: the next statement starts here: scan.sal:8:1  OUTPUT Hot;
///   = help: insert ‘;’:  Hot = FOREACH BySrc GENERATE count();
///   = more: salc why SAL0101
/// ```
public struct DiagnosticRenderer: Sendable {
  /// The text that the ranges speak of.
  public let source: SourceText
  /// Whether to use ANSI colours.
  public let color: Bool
  /// Columns of source shown of a long line.
  public let width: Int

  /// A renderer for messages about `source`.
  public init(source: SourceText, color: Bool = false, width: Int = 100) {
    self.source = source
    self.color = color
    self.width = max(20, width)
  }

  /// All messages in the order of the text, with an empty line between two.
  public func render(_ log: DiagnosticLog) -> String {
    log.inSourceOrder.map(render).joined(separator: "\n")
  }

  /// One message, over several lines, with a line end after each.
  public func render(_ diagnostic: Diagnostic) -> String {
    let position = source.position(at: diagnostic.range.lowerBound)
    let number = String(position.line)
    let margin = String(repeating: " ", count: number.utf8.count)
    let bar = paint(.frame, "│")
    let excerpt = SourceExcerpt(source, diagnostic.range, width: width)
    let indent = String(repeating: " ", count: excerpt.columnsBefore)
    let marks = String(repeating: "━", count: excerpt.columnsMarked)
    let severity = Paint(diagnostic.severity)

    var lines = [
      paint(severity, "\(diagnostic.severity.rawValue)[\(diagnostic.code)]")
        + paint(.strong, ": \(printable(diagnostic.message))"),
      "\(margin) \(paint(.frame, "┌─")) \(place(position))",
      "\(paint(.frame, number)) \(bar) \(excerpt.text)",
      "\(margin) \(bar) \(indent)\(paint(severity, marks))",
    ]
    for note in diagnostic.notes {
      lines.append("\(margin) \(bar) \(paint(.note, "note")): \(text(of: note))")
    }
    for fixIt in diagnostic.fixIts {
      let label = paint(.help, "help")
      lines.append("\(margin) \(paint(.frame, "=")) \(label): \(text(of: fixIt))")
    }
    lines.append("\(margin) \(paint(.frame, "=")) more: salc why \(diagnostic.code)")
    return lines.joined(separator: "\n") + "\n"
  }

  /// One message on one line: `scan.sal:7:41: error[SAL0101]: missing ‘;’ …`.
  public func renderShort(_ diagnostic: Diagnostic) -> String {
    let position = source.position(at: diagnostic.range.lowerBound)
    let head = "\(place(position)): \(diagnostic.severity.rawValue)[\(diagnostic.code)]"
    return "\(head): \(printable(diagnostic.message))\n"
  }

  private func text(of note: Diagnostic.Note) -> String {
    guard let range = note.range else { return printable(note.message) }
    let position = source.position(at: range.lowerBound)
    let line = SourceExcerpt(source, range, width: width / 2).text
    return "\(printable(note.message)): \(place(position))  \(trimmed(line))"
  }

  /// The message of a fix-it, and the line as it would become if that is one line.
  private func text(of fixIt: FixIt) -> String {
    let message = printable(fixIt.message)
    guard let first = fixIt.edits.first?.range.lowerBound else { return message }
    let line = source.lineRange(containing: first)
    let isOneLine = fixIt.edits.allSatisfy {
      $0.range.lowerBound >= line.lowerBound && $0.range.upperBound <= line.upperBound
        && !$0.replacement.utf8.contains(UInt8(ascii: "\n"))
    }
    guard isOneLine, line.count <= width else { return message }
    let fixed = source.applying(fixIt.edits)
    let excerpt = SourceExcerpt(fixed, SourceRange(at: line.lowerBound), width: width)
    return "\(message):  \(trimmed(excerpt.text))"
  }

  private func place(_ position: SourcePosition) -> String {
    "\(printable(source.name)):\(position.line):\(position.column)"
  }

  /// Text from the program or a file name, without control characters.
  private func printable(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    guard !isPlain else { return text }
    let source = SourceText(name: "", text.split(separator: "\n").joined(separator: " "))
    return SourceExcerpt(source, SourceRange(at: 0), width: .max / 2).text
  }

  private func trimmed(_ line: String) -> Substring {
    var piece = line[...]
    while piece.first == " " { piece.removeFirst() }
    while piece.last == " " { piece.removeLast() }
    return piece
  }

  private enum Paint: String {
    case error = "1;31"
    case warning = "1;33"
    case note = "1;36"
    case help = "1;32"
    case frame = "34"
    case strong = "1"

    init(_ severity: Severity) {
      switch severity {
      case .error: self = .error
      case .warning: self = .warning
      case .note: self = .note
      case .hint: self = .help
      }
    }
  }

  private func paint(_ paint: Paint, _ text: String) -> String {
    color ? "\u{1B}[\(paint.rawValue)m\(text)\u{1B}[0m" : text
  }
}
