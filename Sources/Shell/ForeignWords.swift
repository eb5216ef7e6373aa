import Operators
import Syntax

/// What people type who know other shells: commands without their backslash, and SQL.
enum ForeignWords {
  private static let statements: [String: String] = [
    "SELECT": "Packets; shows tuples, FILTER Packets BY … chooses some, "
      + "FOREACH … GENERATE … WINDOW … computes",
    "FROM": "\\set pcap FILE chooses the input, then Packets; shows it",
    "SHOW": "\\d lists streams and features, \\set the settings",
    "DESC": "\\d NAME shows what a stream has",
    "CREATE": "NAME = …; defines a stream or a feature",
    "DROP": "\\forget NAME takes a name out of the session",
    "USE": "\\set pcap FILE, or \\set iface NAME",
  ].merging(clauses) { one, _ in one }

  /// Clauses of SQL, which stand behind a name as well.
  private static let clauses: [String: String] = [
    "WHERE": "FILTER NAME BY … chooses rows or tuples",
    "ORDER": "TOP 10 NAME BY FEATURE shows the keys with the largest",
    "LIMIT": "TOP 10 NAME BY FEATURE shows the keys with the largest",
    "GROUP": "STREAM NAME BY FIELD gives a stream a key, FOREACH … GENERATE … WINDOW … computes",
  ]

  /// Lines of other shells and languages, by their first characters.
  private static let openings: [Character: (message: String, remedy: String)] = [
    "!": ("this shell runs no programs", "Ctrl-Z suspends it, \\q leaves it"),
    "#": ("comments start with //", "what is behind # was not read"),
    "@": (
      "SAL has no maps",
      "N = FOREACH (STREAM Packets BY SourceIp) GENERATE count() WINDOW 1s; counts by source"
    ),
  ]

  /// What is wrong with a line that begins like a command or like SQL, and what helps; nil for all
  /// other lines. A name of the session, or one that is being defined, is never foreign.
  static func failure(_ line: Substring, defines: (String) -> Bool) -> CommandFailure? {
    if let first = line.first, let (message, remedy) = openings[first] {
      return CommandFailure(message, remedy)
    }
    let word = String(line.prefix { $0.isLetter })
    let rest = line.dropFirst(word.count).drop { $0.isWhitespace }
    if !word.isEmpty, rest.first == "|", rest.dropFirst().first != "|" {
      return CommandFailure("SAL has no pipes", statements["SELECT"] ?? "")
    }
    let next = rest.prefix { $0.isLetter }.uppercased()
    if let remedy = clauses[next], !keywordSpellings.contains(word.uppercased()) {
      return CommandFailure("SAL has no \(next)", remedy)
    }
    guard word.count > 1, !defines(word), rest.first != "=" else { return nil }
    let opensStatement = rest.first.map { $0.isLetter || "*'\"".contains($0) } ?? false
    if let remedy = statements[word.uppercased()], opensStatement {
      return CommandFailure("SAL has no \(word.uppercased())", remedy)
    }
    let name = word.lowercased()
    if opensStatement, let known = OperatorCatalogue.named(name) {
      return CommandFailure(
        "\(name) computes a feature of a stream, which has a name",
        known.example(over: "Packets").filter { $0 != "\n" })
    }
    guard !keywordSpellings.contains(word.uppercased()), rest.first != "(", rest.first != ".",
      MetaCommands.all.contains(where: { $0.name == name || $0.aliases.contains(name) })
    else { return nil }
    let meant = rest.isEmpty ? name : "\(name) \(rest)"
    return CommandFailure("commands begin with a backslash", "did you mean \\\(meant)?")
  }
}
