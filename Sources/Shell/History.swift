import Glibc

/// The lines of earlier sessions: `$XDG_STATE_HOME/salc/history`, or `~/.local/state/salc/history`,
/// which only its owner can read.
///
/// Each entry is added to the file as it is made, so that a killed terminal loses nothing and
/// sessions side by side do not overwrite each other.
/// Source: XDG Base Directory Specification 0.8.
struct History {
  /// The file; nil where there is neither a state directory nor a home.
  let path: String?
  /// Entries that are read, and that stay when the file has grown to twice as many.
  static let limit = 10_000

  init(environment: (String) -> String?) {
    let state = environment("XDG_STATE_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
    let home = environment("HOME").flatMap { $0.isEmpty ? nil : $0 + "/.local/state" }
    path = (state ?? home).map { $0 + "/salc/history" }
  }

  /// The entries, oldest first; makes the directories, and cuts the file where it has grown long.
  func load() -> [String] {
    guard let path else { return [] }
    var directory = ""
    for part in path.split(separator: "/").dropLast() {
      directory += "/" + part
      // Only what is new becomes private; what exists is its owner's business.
      mkdir(directory, 0o700)
    }
    guard let bytes = try? FileText.read(path) else { return [] }
    let entries = String(decoding: bytes, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
    let kept = Array(entries.suffix(Self.limit))
    if entries.count > 2 * Self.limit {
      let text = kept.joined(separator: "\n") + "\n"
      _ = try? FileText.write(path, Array(text.utf8))
    }
    return kept
  }

  /// Adds an entry; a history that cannot be written is no reason to stop.
  func add(_ entry: String) {
    guard let path else { return }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    _ = FileText.writeAll(Array((entry + "\n").utf8), to: descriptor)
    close(descriptor)
  }

  /// A statement of several lines as one line, so that it can be called back and mended whole; nil
  /// where a comment to the end of the line forbids it.
  static func oneLine(_ statement: String) -> String? {
    let lines = statement.split(whereSeparator: \.isNewline)
    if lines.count > 1, lines.contains(where: { $0.contains("//") || $0.contains("--") }) {
      return nil
    }
    return lines.map { line in
      var line = line
      while line.last?.isWhitespace == true { line.removeLast() }
      return String(line.drop(while: { $0 == " " || $0 == "\t" }))
    }.joined(separator: " ")
  }
}
