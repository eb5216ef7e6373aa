extension DiagnosticRenderer {
  /// One message as one line of JSON, shaped as in the Language Server Protocol.
  ///
  /// Lines and characters of `range` start at 0 and count UTF-16 units (LSP 3.17, Position);
  /// `line` and `column` beside it are those that people read.
  public func renderJSON(_ diagnostic: Diagnostic) -> String {
    let position = source.position(at: diagnostic.range.lowerBound)
    let notes = diagnostic.notes.map { note in
      let place = note.range.map { ",\"range\":\(json($0))" } ?? ""
      return "{\"message\":\(jsonQuoted(note.message))\(place)}"
    }
    let fixIts = diagnostic.fixIts.map { fixIt in
      let edits = fixIt.edits.map {
        "{\"range\":\(json($0.range)),\"newText\":\(jsonQuoted($0.replacement))}"
      }
      let list = edits.joined(separator: ",")
      return "{\"title\":\(jsonQuoted(fixIt.message)),\"edits\":[\(list)]}"
    }
    let fields = [
      "\"type\":\"diagnostic\"",
      "\"file\":\(jsonQuoted(source.name))",
      "\"line\":\(position.line)",
      "\"column\":\(position.column)",
      "\"code\":\(jsonQuoted(diagnostic.code.name))",
      "\"severity\":\(jsonQuoted(diagnostic.severity.rawValue))",
      "\"message\":\(jsonQuoted(diagnostic.message))",
      "\"range\":\(json(diagnostic.range))",
      "\"notes\":[\(notes.joined(separator: ","))]",
      "\"fixIts\":[\(fixIts.joined(separator: ","))]",
    ]
    return "{\(fields.joined(separator: ","))}\n"
  }

  private func json(_ range: SourceRange) -> String {
    "{\"start\":\(json(range.lowerBound)),\"end\":\(json(range.upperBound))}"
  }

  private func json(_ offset: Int) -> String {
    let line = source.lineRange(containing: offset)
    let before = source[SourceRange(line.lowerBound, max(line.lowerBound, offset))]
    let number = source.position(at: offset).line - 1
    return "{\"line\":\(number),\"character\":\(before.utf16.count)}"
  }
}
