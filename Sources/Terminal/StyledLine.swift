import Sinks

/// How a piece of a line looks.
enum Style: Sendable, Hashable {
  case plain, bold, dim, reverse
  /// Something was lost, or failed.
  case alarm
  /// A value that is worth less than exact.
  case caution

  /// The parameters of SGR (ECMA-48, 8.3.117); attributes stay where colours are not wanted.
  func parameters(colored: Bool) -> String {
    switch self {
    case .plain: ""
    case .bold: "1"
    case .dim: "2"
    case .reverse: "7"
    case .alarm: colored ? "1;31" : "1"
    case .caution: colored ? "33" : ""
    }
  }
}

/// A line of a screen: pieces with their looks.
struct StyledLine: Sendable, Hashable {
  /// A piece; its text holds nothing that steers a terminal.
  struct Span: Sendable, Hashable {
    var text: String
    var style: Style
  }

  private(set) var spans: [Span] = []
  /// Columns used so far.
  private(set) var width = 0

  init(_ text: String = "", _ style: Style = .plain) { add(text, style) }

  /// Adds text behind what is there.
  mutating func add(_ text: String, _ style: Style = .plain) {
    guard !text.isEmpty else { return }
    spans.append(Span(text: text, style: style))
    width += DisplayText.width(text)
  }

  /// Adds text of somebody else.
  mutating func add(foreign text: String, _ style: Style = .plain) {
    add(DisplayText.printable(text), style)
  }

  /// The line in at most so many columns.
  func cut(to columns: Int) -> StyledLine {
    guard width > columns else { return self }
    var line = StyledLine()
    for span in spans where line.width < columns {
      line.add(DisplayText.cut(span.text, to: columns - line.width), span.style)
    }
    return line
  }

  /// Without looks.
  var text: String { spans.map(\.text).joined() }

  /// The bytes for a terminal; ends in plain style.
  func rendered(colored: Bool) -> String {
    spans.map { span in
      let parameters = span.style.parameters(colored: colored)
      return parameters.isEmpty ? span.text : "\u{1B}[\(parameters)m\(span.text)\u{1B}[0m"
    }.joined()
  }
}
