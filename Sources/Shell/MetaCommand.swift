import Diagnostics
import Session

/// A command of the shell itself, such as `\d`: one file each, and a line in ``MetaCommands/all``,
/// from which help and completion follow.
protocol MetaCommand: Sendable {
  /// The name behind the backslash.
  var name: String { get }
  /// Other names; those for people who are used to a dot (`.tables`).
  var aliases: [String] { get }
  /// What may follow, for help: `[NAME]`.
  var arguments: String { get }
  /// What may follow, for completion.
  var argument: ArgumentKind { get }
  /// One sentence for help, lower case without a full stop.
  var summary: String { get }
  /// Does it.
  func run(_ arguments: CommandArguments, in shell: Shell) throws(CommandFailure)
}

/// What may stand behind a command, for completion.
enum ArgumentKind: Sendable {
  case none
  /// A stream or feature of the session.
  case name
  case `operator`
  case file
  case interface
  case setting
  case job
  case command
  case words([String])
}

/// What follows a command on its line.
struct CommandArguments: Sendable {
  /// The words; quotes keep spaces in one.
  let words: [String]
  /// Whether the line ends in `&`.
  let isBackground: Bool

  /// Takes a line apart.
  init(_ line: some StringProtocol) {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in line {
      if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
      } else if character == "\"" || character == "'" {
        quote = character
        word = word ?? ""
      } else if character.isWhitespace {
        if let whole = word { words.append(whole) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    if let whole = word { words.append(whole) }
    isBackground = words.last == "&"
    if isBackground { words.removeLast() }
    // People end commands as they end statements.
    if let last = words.last, last.hasSuffix(";"), last != ";" {
      words[words.count - 1] = String(last.dropLast())
    } else if words.last == ";" {
      words.removeLast()
    }
    self.words = words.map(FileText.expanded)
  }

  /// The only word, if there is one.
  func only(_ command: String) throws(CommandFailure) -> String? {
    guard words.count <= 1 else {
      throw CommandFailure("\\\(command) takes one argument, not \(words.count)", "", .usage)
    }
    return words.first
  }
}

/// Why a command of the shell did not do what it was asked.
struct CommandFailure: Error {
  /// The kinds beside those of a run.
  enum Kind: Equatable {
    case usage
    case run(FailureKind)
    /// The messages were given already.
    case reported(FailureKind)
  }

  /// What is wrong; lower case without a full stop.
  let message: String
  /// What helps; may be empty.
  let remedy: String
  let kind: Kind

  init(_ message: String, _ remedy: String = "", _ kind: Kind = .run(.query)) {
    self.message = message
    self.remedy = remedy
    self.kind = kind
  }

  /// What was reported already.
  static let reported = CommandFailure("", "", .reported(.query))
}

/// The commands of the shell.
enum MetaCommands {
  /// One line a command, in the order of `\?`.
  static let all: [any MetaCommand] = [
    DescribeCommand(), OperatorsCommand(), ExplainCommand(), WhyCommand(),
    RunCommand(), WatchCommand(), JobsCommand(), ForegroundCommand(), KillCommand(),
    SetCommand(), UnsetCommand(), ExpandedCommand(), TimingCommand(), OutputCommand(),
    IncludeCommand(), SaveCommand(), ForgetCommand(), ResetCommand(), HelpCommand(), QuitCommand(),
  ]

  /// Commands of other shells, and what does their work here.
  private static let foreign = [
    "!": "Ctrl-Z suspends the session, \\q leaves it",
    "shell": "Ctrl-Z suspends the session, \\q leaves it",
    "mode": "\\set format table, json or csv", "pset": "\\set format table, json or csv",
    "e": "the arrows and Ctrl-R call back lines", "edit": "the arrows and Ctrl-R call back lines",
    "copy": "\\o FILE writes rows to a file", "once": "\\o FILE writes rows to a file",
    "c": "\\set pcap FILE or \\set iface NAME chooses the input",
    "connect": "\\set pcap FILE or \\set iface NAME chooses the input",
  ]

  /// Whether a command is called so.
  static func has(_ name: String) -> Bool {
    all.contains { $0.name == name || $0.aliases.contains(name) }
  }

  /// Finds a command by name or alias.
  static func named(_ name: String) throws(CommandFailure) -> any MetaCommand {
    if let found = all.first(where: { $0.name == name || $0.aliases.contains(name) }) {
      return found
    }
    if let remedy = foreign[name] {
      throw CommandFailure("there is no command \\\(name)", remedy, .usage)
    }
    let names = all.flatMap { [$0.name] + $0.aliases }
    let near = nearest(to: name, in: names).map { "; did you mean \\\($0)?" } ?? ""
    throw CommandFailure("there is no command \\\(name)\(near)", "\\? lists them", .usage)
  }
}
