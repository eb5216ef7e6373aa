import DataModel
import Diagnostics

extension Shell {
  /// Does what one statement says.
  func perform(_ piece: Piece) throws(CommandFailure) {
    switch piece.kind {
    case .empty: return
    case .definition, .setting, .directive: try define([piece])
    case .output:
      try define([piece])
      try run(.piece(piece), inBackground: piece.isBackground)
    case .query: try run(.piece(piece), inBackground: piece.isBackground)
    }
  }

  /// Adds statements, and tells what that did to the others.
  func define(_ pieces: [Piece]) throws(CommandFailure) {
    let change = workspace.define(pieces)
    output.report(change.diagnostics, in: workspace)
    guard change.isAccepted else { throw .reported }
    for piece in pieces {
      if case .definition(let name) = piece.kind, pieces.count == 1 { tell(name, change) }
      if case .setting(let name) = piece.kind, pieces.count == 1, output.isInteractive {
        output.confirm("\(name) is set; \\forget \(name) takes it back")
      }
    }
    try tell(change)
  }

  /// Tells what a change did to other names.
  func tell(_ change: Workspace.Change) throws(CommandFailure) {
    if !change.sound.isEmpty, !change.redefined.isEmpty {
      output.confirm("checked again, and still right: \(change.sound.joined(separator: ", "))")
    }
    if !change.mended.isEmpty {
      output.confirm("right again: \(change.mended.joined(separator: ", "))")
    }
    for (name, diagnostics) in change.broken {
      output.error("\(name) is no longer right", "redefine it, or \\forget \(name)")
      output.report(diagnostics, in: workspace)
    }
    if !change.broken.isEmpty { throw .reported }
  }

  private func tell(_ name: String, _ change: Workspace.Change) {
    guard output.isInteractive, let what = workspace.describe(name) else { return }
    let verb = change.redefined.contains(name) ? "\(name) is now a" : "\(name) is a"
    output.confirm("\(verb) \(what.summary)")
  }

  /// Reads a file: its statements are taken together, its commands are done in their places.
  func include(_ path: String) throws(CommandFailure) {
    guard !including.contains(path), including.count < 16 else {
      throw CommandFailure("\(path) is being read already")
    }
    let bytes = try FileText.read(path)
    including.append(path)
    defer { including.removeLast() }
    let text = workspace.addText(named: path)
    var pieces: [Piece] = []
    let lines = String(decoding: bytes, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      if line.drop(while: { $0.isWhitespace }).first == "\\" {
        pieces += workspace.takePieces(from: text)
        try take(pieces)
        pieces = []
        do throws(CommandFailure) {
          try take(String(line), from: text, remember: { _ in })
        } catch {
          guard case .reported = error.kind else {
            throw CommandFailure(
              "\(path):\(index + 1): \(error.message)", error.remedy, error.kind)
          }
          throw error
        }
      } else if index + 1 < lines.count || !line.isEmpty {
        workspace.withText(text) { $0.append(String(line)) }
      }
    }
    pieces += workspace.takePieces(from: text)
    if let rest = workspace.takeRest(from: text) { pieces.append(rest) }
    try take(pieces)
    tellOutputs(of: pieces, path)
  }

  /// Takes statements of a file: definitions and outputs are kept, bare streams run.
  private func take(_ pieces: [Piece]) throws(CommandFailure) {
    let isQuery: (Piece) -> Bool = { if case .query = $0.kind { true } else { false } }
    let kept = pieces.filter { !isQuery($0) && $0.kind != .empty }
    if !kept.isEmpty { try define(kept) }
    for piece in pieces where isQuery(piece) { try perform(piece) }
  }

  private func tellOutputs(of pieces: [Piece], _ path: String) {
    let names = pieces.compactMap { piece -> String? in
      if case .output(let name) = piece.kind { name ?? "…" } else { nil }
    }
    let count = pieces.count { $0.kind != .empty }
    let run = names.isEmpty ? "" : "; \\g runs \(names.joined(separator: ", "))"
    output.confirm("\(path): \(count) statement\(count == 1 ? "" : "s")\(run)")
  }
}

extension NameDescription {
  /// One line: `keyed stream by DestIp`, `rows (DestIp: ip, Rate: u63) every 1s`.
  var summary: String {
    switch kind {
    case "keyed stream": return "keyed stream by \(key)"
    case "feature", "rows":
      let list = columns.map { "\($0.name): \($0.type)" }.joined(separator: ", ")
      return (kind == "rows" ? "stream of rows" : kind) + " (\(list)) every \(window)"
    default: return kind
    }
  }
}
