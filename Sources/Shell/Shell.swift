import Diagnostics
import Glibc
public import Session
import Terminal

/// An interactive session: reads statements and commands, and does what they say.
///
/// Where standard input is no terminal it is a script: no prompts, and the first error ends it.
public final class Shell {
  /// How a session begins.
  public struct Options: Sendable {
    /// The interface that queries attach to.
    public var interface: String?
    /// The capture that queries read.
    public var capture: String?
    /// Where operators run: auto, host or kernel.
    public var place = "auto"
    /// How rows are written.
    public var format: OutputFormat?
    /// Files to read before the first prompt.
    public var files: [String] = []

    /// A session without input and statements.
    public init() {}
  }

  /// How a session ended.
  public enum End: Sendable, Hashable {
    case finished
    /// A script ended at an error of this kind.
    case failed(FailureKind)
    /// A script ended at a command that is wrong.
    case usage
  }

  var workspace = Workspace(schemaOf: Session.schema(of:))
  var settings = Settings()
  let output: ShellOutput
  /// What live queries share.
  let hubs = LiveHubs()
  /// Queries behind the prompt, by number.
  var jobs: [QueryRun] = []
  var isExpanded = false
  var showsTime = false
  /// The target that ran last, for `\watch`.
  var lastTarget: Workspace.Target?
  /// Whether Ctrl-C ended the last query.
  var wasInterrupted = false
  /// Set by `\q`.
  var isLeaving = false
  /// Names of files that are being read, outermost first.
  var including: [String] = []
  let history = History(environment: { getenv($0).map { String(cString: $0) } })

  /// The interface of `Packets` before there is an input.
  static let noInput = "input"

  private let options: Options
  private let inputText: Int
  private let builtInText: Int

  /// A session on standard input.
  public init(_ options: Options) {
    self.options = options
    let isInteractive = isatty(STDIN_FILENO) == 1
    output = ShellOutput(isInteractive: isInteractive)
    builtInText = workspace.addText(named: "<built in>")
    inputText = workspace.addText(named: isInteractive ? "<input>" : "<stdin>")
  }

  /// Runs the session to its end.
  public func run() -> End {
    ShellSignals.install()
    let end: End
    do throws(CommandFailure) {
      try begin()
      end = output.isInteractive ? converse() : try script()
    } catch {
      end = report(error, at: "")
    }
    endJobs()
    return end
  }

  private func begin() throws(CommandFailure) {
    nameInput()
    if let interface = options.interface { try Setting.named("iface").set(&settings, interface) }
    if let capture = options.capture { try Setting.named("pcap").set(&settings, capture) }
    try Setting.named("place").set(&settings, options.place)
    if let format = options.format { settings.format = format }
    nameInput()
    for file in options.files { try include(file) }
  }

  /// Defines `Packets` as the input, unless somebody defined it otherwise.
  func nameInput() {
    let source =
      switch settings.input {
      case .interface(let name)?: "PacketStream(\"\(name.quoted)\")"
      case .capture(let path)?: "PcapStream(\"\(path.quoted)\")"
      case nil: "PacketStream(\"\(Self.noInput)\")"
      }
    workspace.defineBuiltIn("Packets = \(source);", text: builtInText)
  }

  // MARK: Reading

  private func converse() -> End {
    // The line editor's settings of the terminal are not a guard's.
    TerminalGuard.watch()
    greet()
    let reader = makeReader()
    for entry in history.load() { reader.remember(entry) }
    while !isLeaving && !ShellSignals.mustEnd {
      if let notice = takeNotices() { output.say(notice) }
      let isPending = workspace.texts[inputText].isPending
      switch reader.read(prompt: isPending ? "...> " : "sal> ") {
      case .end:
        if !ShellSignals.mustEnd { output.say("\n") }
        isLeaving = true
      case .interrupted:
        workspace.withText(inputText) { $0.discardPending() }
        output.say("^C\n")
      case .line(let line):
        do throws(CommandFailure) {
          try take(line, from: inputText, remember: reader.remember)
        } catch {
          workspace.withText(inputText) { $0.discardPending() }
          _ = report(error, at: "")
        }
      }
      if output.isBroken { isLeaving = true }
    }
    return .finished
  }

  private func script() throws(CommandFailure) -> End {
    let reader = PlainReader(showsPrompt: false, notices: { nil })
    while !isLeaving && !ShellSignals.mustEnd {
      switch reader.read(prompt: "") {
      case .interrupted: return .failed(.interrupted)
      case .end:
        if let rest = workspace.takeRest(from: inputText) { try perform(rest) }
        try waitForJobs()
        return .finished
      case .line(let line):
        let number = workspace.texts[inputText].nextLine
        do throws(CommandFailure) {
          try take(line, from: inputText, remember: { _ in })
        } catch {
          return report(error, at: "\(workspace.texts[inputText].name):\(number): ")
        }
      }
    }
    return ShellSignals.mustEnd ? .failed(.interrupted) : .finished
  }

  private func makeReader() -> any LineReader {
    let complete: (String) -> Completion = { [self] line in
      Completer(
        workspace: workspace, jobs: jobs.map(\.number), columns: output.columns
      ).complete(line, pending: workspace.texts[inputText].pendingText)
    }
    if let reader = EditingReader(notices: takeNotices, complete: complete) { return reader }
    output.remark("libedit is not installed: no history and no Tab key (apt install libedit2)")
    return PlainReader(showsPrompt: true, notices: takeNotices)
  }

  /// Takes a line: a command of the shell, or a part of a statement.
  func take(
    _ line: String, from text: Int, remember: (String) -> Void
  ) throws(CommandFailure) {
    let words = line.drop { $0.isWhitespace }
    let isPending = workspace.texts[text].isPending
    if words.first == "\\" || isDotted(words, isPending) {
      workspace.withText(text) { $0.skip(line) }
      record(String(words), remember)
      return try command(words.dropFirst())
    }
    if !isPending, let command = bareCommand(words) {
      workspace.withText(text) { $0.skip(line) }
      record(String(words), remember)
      return try command.run(CommandArguments(""), in: self)
    }
    let foreign = isPending ? nil : ForeignWords.failure(words, defines: workspace.defines)
    if let foreign {
      workspace.withText(text) { $0.skip(line) }
      record(String(words), remember)
      throw foreign
    }
    workspace.withText(text) { $0.append(line) }
    let pieces = workspace.takePieces(from: text)
    for piece in pieces { record(String(decoding: piece.utf8, as: UTF8.self), remember) }
    for piece in pieces { try perform(piece) }
  }

  /// Whether a line is a command with a dot, such as `.help`. Within a statement a line may go on
  /// with a member, `.count(0)`, so there only names of commands are.
  private func isDotted(_ line: Substring, _ isPending: Bool) -> Bool {
    guard line.first == ".", line.dropFirst().first?.isLetter == true else { return false }
    let name = line.dropFirst().prefix { $0.isLetter }
    let next = line.dropFirst(name.count + 1).first
    return !isPending || next?.isWhitespace ?? true && MetaCommands.has(String(name))
  }

  /// Words that people try before they know better.
  private func bareCommand(_ line: Substring) -> (any MetaCommand)? {
    let word = line.filter { !$0.isWhitespace && $0 != ";" }.lowercased()
    guard !workspace.defines(word) else { return nil }
    return switch word {
    case "help", "?": HelpCommand()
    case "quit", "exit", "quit()", "exit()": QuitCommand()
    default: nil
    }
  }

  private func record(_ entry: String, _ remember: (String) -> Void) {
    guard output.isInteractive, including.isEmpty else { return }
    let lines = History.oneLine(entry).map { [$0] } ?? entry.split(separator: "\n").map(String.init)
    for line in lines where line.contains(where: { !$0.isWhitespace }) {
      remember(line)
      history.add(line)
    }
  }

  private func command(_ line: Substring) throws(CommandFailure) {
    let name = line.prefix { !$0.isWhitespace && $0 != ";" }
    try MetaCommands.named(String(name))
      .run(CommandArguments(line.dropFirst(name.count)), in: self)
  }

  /// Gives up the statement that was begun.
  func discardPending() { workspace.withText(inputText) { $0.discardPending() } }

  /// The failure of a command that was given a name the session does not have.
  func unknown(_ name: String) -> CommandFailure {
    CommandFailure(
      "nothing is called \(name)",
      nearest(to: name, in: workspace.names).map { "did you mean \($0)?" } ?? "\\d lists names")
  }

  /// Waits; false once Ctrl-C was pressed or the session ends.
  func pause(seconds: Double) -> Bool {
    var rest = seconds
    while rest > 0 {
      if ShellSignals.takeInterrupt() || ShellSignals.mustEnd { return false }
      usleep(50_000)
      rest -= 0.05
    }
    return !ShellSignals.takeInterrupt()
  }

  // MARK: Telling

  /// Tells an error and how the session ends by it, where it is a script.
  private func report(_ failure: CommandFailure, at place: String) -> End {
    switch failure.kind {
    case .usage:
      output.error(failure.message, failure.remedy, place: place)
      return .usage
    case .run(let kind):
      // Where the reader of the output is gone there is nobody to tell.
      if kind == .closedOutput { return .failed(kind) }
      output.error(failure.message, failure.remedy, place: place)
      return .failed(kind)
    case .reported(let kind): return .failed(kind)
    }
  }

  private func greet() {
    output.say("salc: statements end in ';', \\? lists commands, Tab completes, \\q leaves\n")
    switch settings.input {
    case .interface(let name)?: output.say("Packets come from \(name).\n")
    case .capture(let path)?: output.say("Packets come from \(path).\n")
    case nil:
      let hasSource = workspace.names.contains { $0 != "Packets" }
      if !hasSource {
        output.say("No input yet: \\set pcap FILE, or \\set iface NAME. Try \\d Packets.\n")
      }
    }
  }
}

extension String {
  /// As it stands between the quotes of a string literal.
  var quoted: String {
    map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
  }
}
