import ArgumentParser

/// "did you mean" for a misspelt command, flag or value.
enum Suggestion {
  /// What to add to the argument parser's answer; empty where nothing is near.
  static func text(_ arguments: [String], answer: String) -> String {
    guard arguments.count > 1 else { return "" }
    if let flag = fileFlag(answer) { return flag }
    guard let found = command(arguments[1]) ?? flag(arguments) ?? value(answer) else { return "" }
    return answer.contains("ean '\(found)'") ? "" : "\n\ndid you mean '\(found)'?"
  }

  /// What to answer where help is asked for what is no command; nil elsewhere.
  static func unknownTopic(_ arguments: [String]) -> String? {
    guard arguments.count > 2, arguments[1] == "help" else { return nil }
    let commands = Salc.configuration.subcommands.compactMap { $0.configuration.commandName }
    guard let word = arguments.dropFirst(2).first(where: { !$0.hasPrefix("-") }),
      word != "help", !commands.contains(word)
    else { return nil }
    let near = nearestWord(to: word, in: commands).map { "did you mean '\($0)'? " } ?? ""
    return "Error: no command is called '\(word)'. \(near)Commands are "
      + commands.joined(separator: ", ") + "."
  }

  private static func command(_ word: String) -> String? {
    let commands = Salc.configuration.subcommands.compactMap { $0.configuration.commandName }
    guard !word.hasPrefix("-"), !commands.contains(word) else { return nil }
    return nearestWord(to: word, in: commands).map { "salc \($0)" }
  }

  /// A file behind the query's is meant as its input.
  private static func fileFlag(_ answer: String) -> String? {
    guard let start = answer.firstRange(of: "Unexpected argument '"),
      case let rest = answer[start.upperBound...], let path = rest.split(separator: "'").first,
      fileExists(String(path))
    else { return nil }
    return "\n\na capture is read with --pcap \(path), records with --csv, --netflow, --ipfix or "
      + "--sflow"
  }

  private static func flag(_ arguments: [String]) -> String? {
    let known = Self.flags
    for argument in arguments.dropFirst() where argument.hasPrefix("--") {
      let name = String(argument.prefix { $0 != "=" })
      if !known.contains(name), let near = nearestWord(to: name, in: known) { return near }
    }
    return nil
  }

  /// Every flag of every command, out of the usage lines.
  private static var flags: [String] {
    let usages = Salc.configuration.subcommands.map { Salc.usageString(for: $0) }
    let words = usages.joined(separator: " ").split { " []|=".contains($0) }
    let flags = words.filter { $0.hasPrefix("--") }.map(String.init)
    return Set(flags + ["--help", "--version"]).sorted()
  }

  /// The answer names the value that it refuses and, in quotes, those that it takes.
  private static func value(_ answer: String) -> String? {
    let quoted = answer.split(separator: "'", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    guard answer.contains("The value '"), answer.contains("Please provide one of"),
      let refused = quoted.first
    else { return nil }
    return nearestWord(to: refused, in: quoted.dropFirst().filter { !$0.hasPrefix("-") })
  }
}
