import Diagnostics
import Semantics
import Syntax
import Testing

/// A program with the messages expected of it: `⟦SAL0202:tcp.flags.sync⟧` marks the text that the
/// caret must cover. Marks do not nest; an empty one is a place between two characters.
struct Marked {
  struct Mark: Hashable, CustomStringConvertible {
    let code: String
    let range: SourceRange
    let text: String
    var description: String { "\(code) at ‘\(text)’ (\(range))" }
  }

  private(set) var text = ""
  private(set) var marks: [Mark] = []

  init(_ marked: String) {
    var rest = marked[...]
    while let open = rest.firstIndex(of: "⟦") {
      text += rest[..<open]
      guard let close = rest[open...].firstIndex(of: "⟧"),
        let colon = rest[open...].firstIndex(of: ":")
      else { preconditionFailure("a mark is ⟦CODE:text⟧") }
      let piece = rest[rest.index(after: colon)..<close]
      let start = text.utf8.count
      text += piece
      marks.append(
        Mark(
          code: String(rest[rest.index(after: open)..<colon]),
          range: SourceRange(start, text.utf8.count), text: String(piece)))
      rest = rest[rest.index(after: close)...]
    }
    text += rest
  }
}

/// Expects exactly the marked messages, and that the first fix-its of all of them, applied
/// together, make `fixed` of the program.
func expectMessages(
  _ marked: String, fixed: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
  let program = Marked(marked)
  let resolved = Resolved(program.text)
  let found = resolved.log.inSourceOrder.map {
    Marked.Mark(code: $0.code.name, range: $0.range, text: resolved.source[$0.range])
  }
  #expect(
    found.map(\.description).sorted() == program.marks.map(\.description).sorted(),
    Comment(rawValue: resolved.rendered), sourceLocation: sourceLocation)
  #expect(
    (resolved.plan == nil) == resolved.log.containsError,
    "a plan comes back exactly where there is no error", sourceLocation: sourceLocation)
  guard let fixed else { return }
  let edits = resolved.log.inSourceOrder.compactMap(\.fixIts.first).flatMap(\.edits)
  let result = resolved.source.applying(edits)
  #expect(result[result.range] == fixed, sourceLocation: sourceLocation)
}

/// The same for statements after `P = PacketStream("eth0");`, where only errors are looked at.
func expectErrors(
  _ marked: String, fixed: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
  let source = "P = PacketStream(\"eth0\"); "
  expectMessages(
    source + marked, fixed: fixed.map { source + $0 }, sourceLocation: sourceLocation)
}
