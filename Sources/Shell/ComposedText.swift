import Diagnostics

/// A program put together from statements of several texts, with the way back: messages about it
/// are turned into messages about the texts that people know.
struct ComposedText {
  private(set) var utf8: [UInt8] = []
  private var segments: [Segment] = []

  /// A run of bytes and where it comes from.
  private struct Segment {
    var start: Int
    var piece: Piece
  }

  /// The program, for the compiler.
  var source: SourceText { SourceText(name: "session.sal", utf8: utf8) }

  /// Adds a statement; `prefix` is written before its first word.
  mutating func add(_ piece: Piece, prefix: String = "") {
    utf8 += Array(prefix.utf8)
    segments.append(Segment(start: utf8.count, piece: piece))
    utf8 += piece.utf8
    // `Victims &` lost its `&` and never had a `;`.
    let isOpen = piece.isBackground && piece.utf8.last != UInt8(ascii: ";")
    utf8 += Array(isOpen ? ";\n".utf8 : "\n".utf8)
  }

  /// Adds text that nobody wrote.
  mutating func add(text: String) { utf8 += Array(text.utf8) }

  /// A message about this program as one about the text that the place comes from.
  func original(_ diagnostic: Diagnostic, in texts: [InputText]) -> LocatedDiagnostic {
    let (text, range) = place(diagnostic.range)
    let notes = diagnostic.notes.map { note -> Diagnostic.Note in
      guard let noteRange = note.range else { return note }
      let (noteText, original) = place(noteRange)
      if noteText == text { return Diagnostic.Note(note.message, at: original) }
      let source = texts[noteText].source
      let position = source.position(at: original.lowerBound)
      let line = source[source.lineRange(containing: original.lowerBound)]
      return Diagnostic.Note(
        "\(note.message): \(source.name):\(position.line):\(position.column)  \(line)")
    }
    let fixIts = diagnostic.fixIts.compactMap { fixIt -> FixIt? in
      let places = fixIt.edits.map { (place($0.range), $0.replacement) }
      guard places.allSatisfy({ $0.0.text == text }) else { return nil }
      return FixIt(fixIt.message, places.map { TextEdit($0.0.range, $0.1) })
    }
    return LocatedDiagnostic(
      text: text,
      diagnostic: Diagnostic(
        diagnostic.code, diagnostic.message, at: range, severity: diagnostic.severity,
        notes: notes, fixIts: fixIts))
  }

  /// The text and range that a range of the program comes from; the nearest where it comes from
  /// none.
  private func place(_ range: SourceRange) -> (text: Int, range: SourceRange) {
    let found =
      segments.last { $0.start <= range.lowerBound } ?? segments.first
    guard let found else { return (0, SourceRange(at: 0)) }
    let shift = found.piece.range.lowerBound - found.start
    let limit = found.piece.range.upperBound
    let lower = min(max(range.lowerBound + shift, found.piece.range.lowerBound), limit)
    return (
      found.piece.text, SourceRange(lower, min(max(range.upperBound + shift, lower), limit))
    )
  }
}

/// A message with the text that it is about.
struct LocatedDiagnostic: Sendable, Hashable {
  /// Index into ``Workspace/texts``.
  let text: Int
  /// The message; its ranges are those of the text.
  let diagnostic: Diagnostic
}
