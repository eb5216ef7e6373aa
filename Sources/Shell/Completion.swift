import DataModel
import Operators
import Syntax

/// What the Tab key does to the word at the cursor.
struct Completion: Equatable {
  /// The word at the cursor.
  var word: String
  /// What comes in its place; the word itself where nothing is sure.
  var insertion: String
  /// The choices to show below the line; empty where there is nothing to choose.
  var list = ""
}

/// Something that a word may become.
struct Candidate: Equatable {
  /// The text.
  var text: String
  /// What it is: a type, a kind of name.
  var detail: String
  /// Whether more of the same word follows, as behind a directory.
  var goesOn = false
}

/// Finds what may stand at the cursor.
struct Completer {
  let workspace: Workspace
  /// Numbers of running queries.
  var jobs: [Int] = []
  /// Columns of the terminal.
  var columns = 80

  /// Lines of choices that are shown at most.
  private static let shownLines = 20

  /// Completes the line up to the cursor; `pending` is what the statement has before this line.
  func complete(_ line: String, pending: String = "") -> Completion {
    let (word, candidates) = candidates(line, pending: pending)
    let wanted = word.lowercased()
    var matches = candidates.filter { $0.text.lowercased().hasPrefix(wanted) }
    // The spelling as typed, where that decides.
    let exact = matches.filter { $0.text.hasPrefix(word) }
    if !exact.isEmpty { matches = exact }
    guard let first = matches.first else { return Completion(word: word, insertion: word) }
    if matches.count == 1 {
      return Completion(word: word, insertion: first.text + (first.goesOn ? "" : " "))
    }
    let common = matches.dropFirst().reduce(first.text) { prefix, match in
      String(zip(prefix, match.text).prefix { $0 == $1 }.map { $0.0 })
    }
    if common.count > word.count { return Completion(word: word, insertion: common) }
    return Completion(word: word, insertion: word, list: list(matches))
  }

  /// The word at the cursor and everything that could stand there.
  func candidates(_ line: String, pending: String) -> (word: String, [Candidate]) {
    let start = line.drop { $0.isWhitespace }
    let isBlank = !pending.contains { !$0.isWhitespace }
    if start.hasPrefix("\\") || (start.hasPrefix(".") && isBlank) {
      return commandCandidates(String(start))
    }
    if let path = openQuote(line) {
      let isFile = pending.contains("Pcap") || line.contains("Pcap")
      return (path, isFile ? files(path) : interfaces())
    }
    let word = String(line.reversed().prefix { isPartOfName($0) }.reversed())
    return (word, words(before: pending + String(line.dropLast(word.count)), isBlank))
  }

  private func isPartOfName(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_" || character == "."
  }

  private func commandCandidates(_ line: String) -> (String, [Candidate]) {
    let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
    let mark = line.first ?? "\\"
    let last = line.last?.isWhitespace == true ? "" : words.last ?? ""
    if words.count <= 1 && !last.isEmpty {
      let commands = MetaCommands.all.flatMap { command in
        ([command.name] + command.aliases.filter { $0.count > 2 || mark == "." })
          .map { Candidate(text: String(mark) + $0, detail: command.summary) }
      }
      return (last, commands)
    }
    let name = words.first.map { String($0.dropFirst()) } ?? ""
    guard let command = try? MetaCommands.named(name) else { return (last, []) }
    if case .setting = command.argument, words.count > (last.isEmpty ? 1 : 2),
      let setting = try? Setting.named(words[1])
    {
      return (last, arguments(setting.argument, last))
    }
    return (last, arguments(command.argument, last))
  }

  private func arguments(_ kind: ArgumentKind, _ word: String) -> [Candidate] {
    switch kind {
    case .none: []
    case .name: names()
    case .operator: operators()
    case .file: files(word)
    case .interface: interfaces()
    case .setting: Setting.all.map { Candidate(text: $0.name, detail: $0.summary) }
    case .job: jobs.map { Candidate(text: "\($0)", detail: "query") }
    case .command: MetaCommands.all.map { Candidate(text: $0.name, detail: $0.summary) }
    case .words(let words): words.map { Candidate(text: $0, detail: "") }
    }
  }

  /// What may follow a piece of a statement.
  private func words(before text: String, _ isFirst: Bool) -> [Candidate] {
    let before = text.split { !isPartOfName($0) && $0 != "=" }.map { $0.uppercased() }
    let trimmed = text.reversed().drop { $0.isWhitespace }
    let last = before.last ?? ""
    let sources = ["PacketStream(\"", "PcapStream(\""].map {
      Candidate(text: $0, detail: "source", goesOn: true)
    }
    let openers = keywordsOpeningStreams.sorted().map { Candidate(text: $0, detail: "keyword") }
    if trimmed.isEmpty || trimmed.first == ";" {
      return names() + [Candidate(text: "OUTPUT", detail: "keyword")] + openers
    }
    if trimmed.first == "=", !before.contains("BY") { return openers + sources + names() }
    if last == "GENERATE" { return operators() }
    if ["FILTER", "STREAM", "FOREACH", "OUTPUT", "DISTINCT"].contains(last) { return names() }
    if before.dropLast().last == "TOP" { return names() }
    let keywords = keywordSpellings.map { Candidate(text: $0, detail: "keyword") }
    return fields() + names() + operators() + keywords
  }

  private func names() -> [Candidate] {
    workspace.names.map { Candidate(text: $0, detail: workspace.describe($0)?.kind ?? "") }
  }

  private func fields() -> [Candidate] {
    PacketFields.names.map { name in
      Candidate(text: name, detail: PacketFields.named(name).map { "\($0.field.type)" } ?? "")
    } + RepeatedGroup.names.map { Candidate(text: $0, detail: "several a packet") }
  }

  private func operators() -> [Candidate] {
    OperatorCatalogue.all.flatMap { entry in
      ([entry.name] + entry.aliases).map {
        Candidate(text: $0 + "(", detail: "operator", goesOn: true)
      }
    }
  }

  private func interfaces() -> [Candidate] {
    Interfaces.names.map { Candidate(text: $0, detail: "interface") }
  }

  private func files(_ path: String) -> [Candidate] {
    FileText.completions(of: path).map {
      Candidate(text: $0, detail: "", goesOn: $0.hasSuffix("/"))
    }
  }

  /// What stands behind a quote that is still open.
  private func openQuote(_ line: String) -> String? {
    let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
    return parts.count % 2 == 0 ? parts.last.map(String.init) : nil
  }

  /// Choices with what they are, in as many columns as fit.
  private func list(_ matches: [Candidate]) -> String {
    let texts = matches.map(\.text)
    let widest = texts.map(\.count).max() ?? 0
    let detailed = matches.map(\.detail.count).max() ?? 0
    let cell = min(columns - 1, widest + 2 + (detailed > 0 ? detailed + 3 : 0))
    let across = max(1, (columns - 1) / max(1, cell))
    let fitting = across * Self.shownLines
    var lines: [String] = []
    let shown = matches.prefix(fitting)
    let rows = (shown.count + across - 1) / across
    for row in 0..<rows {
      var line = ""
      for index in stride(from: row, to: shown.count, by: rows) {
        let match = shown[index]
        let padding = String(repeating: " ", count: max(1, widest + 2 - match.text.count))
        let text = match.detail.isEmpty ? match.text : match.text + padding + match.detail
        let isLast = index + rows >= shown.count
        line += isLast ? text : text.padded(to: cell)
      }
      lines.append(String(line.prefix(columns - 1)))
    }
    if matches.count > shown.count {
      lines.append("… and \(matches.count - shown.count) more; type another letter")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension String {
  /// At most so many characters, those at its beginning.
  func beginning(of count: Int) -> String { self.count > count ? prefix(count - 1) + "…" : self }

  /// At most so many characters, those at its end: of a path, the file.
  func end(of count: Int) -> String { self.count > count ? "…" + suffix(count - 1) : self }

  /// With spaces behind it, at least so many characters wide.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
