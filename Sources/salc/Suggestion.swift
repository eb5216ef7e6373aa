import ArgumentParser

/// "did you mean" for a misspelt command, flag or value.
enum Suggestion {
  /// What to add to the argument parser's answer; empty where nothing is near.
  static func text(_ arguments: [String], answer: String) -> String {
    guard arguments.count > 1 else { return "" }
    if let flag = fileFlag(arguments[1], answer) { return flag }
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

  /// A file behind the query's is meant as its input, where the command reads any.
  private static func fileFlag(_ command: String, _ answer: String) -> String? {
    guard let start = answer.firstRange(of: "Unexpected argument '"),
      case let rest = answer[start.upperBound...], let path = rest.split(separator: "'").first,
      fileExists(String(path)),
      let subcommand = Salc.configuration.subcommands.first(where: {
        $0.configuration.commandName == command
      }),
      case let known = flags(of: [subcommand]), known.contains("--pcap")
    else { return nil }
    let records = ["--csv", "--netflow", "--ipfix", "--sflow"].filter(known.contains)
    guard let last = records.last else { return "\n\na capture is read with --pcap \(path)" }
    let others = records.dropLast().joined(separator: ", ")
    return "\n\na capture is read with --pcap \(path), records with "
      + (others.isEmpty ? last : "\(others) or \(last)")
  }

  private static func flag(_ arguments: [String]) -> String? {
    let known = flags(of: Salc.configuration.subcommands)
    for argument in arguments.dropFirst() where argument.hasPrefix("--") {
      let name = String(argument.prefix { $0 != "=" })
      if !known.contains(name), let near = nearestWord(to: name, in: known) { return near }
    }
    return nil
  }

  /// Every flag of these commands, out of the help's lines that begin with one; usage lines leave
  /// out what is too much for them.
  private static func flags(of commands: [any ParsableCommand.Type]) -> [String] {
    let lines = commands.flatMap { Salc.helpMessage(for: $0).split(separator: "\n") }
    let words = lines.map(\.trimmed).filter { $0.hasPrefix("-") }.flatMap { line in
      // What the flag does stands behind two spaces.
      let end = line.firstRange(of: "  ")?.lowerBound ?? line.endIndex
      return line[..<end].split { " ,/".contains($0) }
    }
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
