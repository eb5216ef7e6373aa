import Glibc
import TestSupport
import Testing

/// A session of `salc repl` on a terminal of its own, with a state directory of its own.
struct Session {
  let terminal: PseudoTerminal
  let directory: TemporaryDirectory

  init(
    _ arguments: [String] = [], columns: Int = 100, rows: Int = 40,
    in directory: TemporaryDirectory = TemporaryDirectory(),
    environment: [String: String] = [:]
  ) {
    self.directory = directory
    terminal = PseudoTerminal(
      Tool.salc, ["repl"] + arguments, columns: columns, rows: rows,
      environment: environment.merging(["XDG_STATE_HOME": directory.path]) { $1 })
  }

  /// Waits for the prompt, then types a line.
  @discardableResult
  func enter(_ line: String, after prompt: String = "sal> ") -> Bool {
    let isReady = terminal.expect(prompt)
    #expect(isReady, "no \(prompt)before \(line): \(terminal.screen.text)")
    terminal.type(line + "\r")
    return isReady
  }

  /// What was seen, for a failed expectation.
  var summary: Comment { "\(terminal.screen.text)" }
}

@Suite("salc repl on a terminal") struct ReplTests {
  static let bySource = "Hosts = STREAM Packets BY SourceIp;"
  static let count = "Count = FOREACH Hosts GENERATE count() WINDOW 1s;"

  @Test("the first line says what to type, a capture runs to its end, Ctrl-D leaves")
  func firstSession() {
    let directory = TemporaryDirectory()
    let session = Session(["--pcap", directory.capture()], in: directory)
    #expect(session.terminal.expect("\\? lists commands"))
    session.enter(Self.bySource)
    #expect(session.terminal.expect("Hosts is a keyed stream by SourceIp"), session.summary)
    session.enter(Self.count)
    #expect(session.terminal.expect("Count is a feature (SourceIp: ip, Count:"), session.summary)
    session.enter("Count;")
    #expect(session.terminal.expect("10.0.0.1"), session.summary)
    #expect(session.terminal.expect("4 packets, 2 rows, nothing lost"), session.summary)
    #expect(session.terminal.expect("sal> "))
    session.terminal.type("\u{4}")
    #expect(session.terminal.exitCode() == 0)
  }

  @Test("a statement goes on over lines until its ';'")
  func severalLines() {
    let session = Session()
    session.enter("Hosts = STREAM Packets")
    session.enter("  BY SourceIp // the sender", after: "...> ")
    session.enter(";", after: "...> ")
    #expect(session.terminal.expect("Hosts is a keyed stream by SourceIp"), session.summary)
    session.enter("\\q")
    #expect(session.terminal.exitCode() == 0)
  }

  @Test("an error has its caret, and is mended with the history")
  func mending() {
    let session = Session()
    session.enter("Hosts = STREAM Packets BY SourceIpp;")
    #expect(session.terminal.expect("SAL"), session.summary)
    #expect(session.terminal.expect("<input>:1:27"), session.summary)
    #expect(session.terminal.expect("━━━━━━━━━"), session.summary)
    #expect(session.terminal.expect("did you mean ‘SourceIp’?"), session.summary)
    #expect(session.terminal.expect("sal> "))
    // Up, to the left of the `;`, delete the second p.
    session.terminal.type("\u{1B}[A\u{1B}[D\u{7F}\r")
    #expect(session.terminal.expect("Hosts is a keyed stream by SourceIp"), session.summary)
    session.enter("\\q")
    #expect(session.terminal.exitCode() == 0)
  }

  @Test("Ctrl-R finds an entry of an earlier session; the history is private")
  func history() throws {
    let directory = TemporaryDirectory()
    let first = Session(in: directory)
    first.enter(Self.bySource)
    first.enter("Others = STREAM Packets BY DestIp;")
    first.enter("\\q")
    #expect(first.terminal.exitCode() == 0)
    var status = stat()
    #expect(stat(directory.file("salc/history"), &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
    #expect(stat(directory.file("salc"), &status) == 0 && status.st_mode & 0o777 == 0o700)
    let second = Session(in: directory)
    #expect(second.terminal.expect("sal> "))
    second.terminal.type("\u{12}Hosts")
    #expect(second.terminal.wait { second.terminal.screen.text.contains(Self.bySource) })
    second.terminal.type("\r")
    #expect(second.terminal.expect("Hosts is a keyed stream"), second.summary)
    second.enter("\\q")
    #expect(second.terminal.exitCode() == 0)
  }

  @Test("Tab completes keywords, fields with their types, names, commands and files")
  func completion() {
    let directory = TemporaryDirectory()
    _ = directory.capture()
    let session = Session(in: directory)
    #expect(session.terminal.expect("sal> "))
    session.terminal.type("Hosts = STR\tPac\tBY SourceI\t;\r")
    #expect(session.terminal.expect("Hosts is a keyed stream by SourceIp"), session.summary)
    #expect(session.terminal.expect("sal> "))
    session.terminal.type("X = FILTER Packets BY tcp.flags.s\t")
    #expect(session.terminal.wait { session.terminal.screen.currentLine.contains("tcp.flags.syn") })
    session.terminal.type("\u{3}")
    #expect(session.terminal.expect("sal> "))
    session.terminal.type("X = FILTER Packets BY tcp.flags.\t\t")
    #expect(session.terminal.wait { session.terminal.screen.text.contains("tcp.flags.push") })
    #expect(session.terminal.screen.text.contains("tcp.flags.syn "), session.summary)
    #expect(session.terminal.screen.text.contains("bool"), session.summary)
    session.terminal.type("\u{3}")
    #expect(session.terminal.expect("sal> "))
    session.terminal.type("\\set pc\t\(directory.path)/thr\t")
    #expect(session.terminal.wait { session.terminal.screen.text.contains("three.pcap") })
    session.terminal.type("\r")
    session.enter("\\set pcap")
    #expect(session.terminal.expect("pcap = \(directory.path)/three.pcap"), session.summary)
    session.enter("\\q")
    #expect(session.terminal.exitCode() == 0)
  }

  @Test("a redefinition checks what depended on it, and says what no longer holds")
  func redefinition() {
    let directory = TemporaryDirectory()
    let session = Session(["--pcap", directory.capture()], in: directory)
    session.enter(Self.bySource)
    session.enter(Self.count)
    session.enter("Busy = FILTER Hosts BY Count > 1;")
    session.enter("Busy;")
    #expect(session.terminal.expect("4 packets, 1 row"), session.summary)
    session.enter("Hosts = STREAM Packets BY DestIp;")
    #expect(session.terminal.expect("Hosts is now a keyed stream by DestIp"), session.summary)
    #expect(session.terminal.expect("still right: Count, Busy"), session.summary)
    session.enter("Busy;")
    #expect(session.terminal.expect("10.0.0.9"), session.summary)
    session.enter("Count = FOREACH Packets GENERATE count() WINDOW 1s;")
    session.enter("Count = Packets;")
    #expect(session.terminal.expect("Busy is no longer right"), session.summary)
    #expect(session.terminal.expect("<input>:3:"), session.summary)
    session.enter(Self.count)
    #expect(session.terminal.expect("right again: Busy"), session.summary)
    session.enter("\\q")
    #expect(session.terminal.exitCode() == 0)
  }

  @Test("Ctrl-C clears the line and what was begun")
  func clearing() {
    let session = Session()
    session.enter("Hosts = STREAM Packets")
    #expect(session.terminal.expect("...> "))
    session.terminal.type("BY Sour\u{3}")
    #expect(session.terminal.expect("^C"), session.summary)
    session.enter("\\d Hosts")
    #expect(session.terminal.expect("nothing is called Hosts"), session.summary)
    session.enter("\\q")
    #expect(session.terminal.exitCode() == 0)
  }

  @Test("40 and 200 columns: nothing is wider than the terminal", arguments: [40, 200])
  func widths(columns: Int) {
    let directory = TemporaryDirectory()
    let session = Session(["--pcap", directory.capture()], columns: columns, in: directory)
    session.enter(Self.bySource)
    session.enter("\\d Packets")
    session.enter("\\?")
    #expect(session.terminal.expect("\\q"), session.summary)
    #expect(session.terminal.expect("sal> "))
    session.terminal.type(Self.count + "\r")
    #expect(session.terminal.expect("Count is a feature"), session.summary)
    session.enter("\\q")
    #expect(session.terminal.exitCode() == 0)
    let text = session.terminal.text
    let fields = text.split(whereSeparator: \.isNewline).filter { $0.contains("tcp.flags.syn") }
    #expect(!fields.isEmpty && fields.allSatisfy { $0.count <= columns }, "\(fields)")
    #expect(fields.contains { $0.contains("Synchronize") } == (columns == 200), "\(fields)")
  }

  @Test("\\i, \\o, \\save: a file is read, rows are kept, and the session can be read again")
  func files() {
    let directory = TemporaryDirectory()
    let query = directory.write(Given.bySource, to: "q.sal")
    let session = Session(["--pcap", directory.capture()], in: directory)
    session.enter("\\i \(query)")
    #expect(session.terminal.expect("5 statements; \\g runs BySource"), session.summary)
    session.enter("\\o \(directory.file("rows.txt"))")
    session.enter("\\g")
    #expect(session.terminal.expect("4 packets, 2 rows"), session.summary)
    session.enter("\\o")
    session.enter("Big = FILTER BySource BY Bytes > 100;")
    session.enter("\\save \(directory.file("saved.sal"))")
    #expect(session.terminal.expect("wrote"), session.summary)
    session.enter("\\q")
    #expect(session.terminal.exitCode() == 0)
    let rows = FileBytes.read(directory.file("rows.txt")).map {
      String(decoding: $0, as: UTF8.self)
    }
    #expect(rows?.contains("10.0.0.1") == true)
    let again = Session(
      [directory.file("saved.sal"), "--pcap", directory.capture()], in: directory)
    again.enter("\\d")
    #expect(again.terminal.expect("Big "), again.summary)
    again.enter("\\q")
    #expect(again.terminal.exitCode() == 0)
    let run = salc("run", directory.file("saved.sal"), "--pcap", directory.capture())
    #expect(run.exitCode == 0 && run.output.contains("10.0.0.1"), "\(run.summary)")
  }

  @Test("near misses are named, and help is where people look for it")
  func suggestions() {
    let session = Session()
    session.enter("help")
    #expect(session.terminal.expect("\\explain"), session.summary)
    session.enter("\\explian Packets")
    #expect(session.terminal.expect("did you mean \\explain?"), session.summary)
    session.enter(".tables")
    #expect(session.terminal.expect("Packets  source"), session.summary)
    session.enter("\\set ifcae lo")
    #expect(session.terminal.expect("did you mean iface?"), session.summary)
    session.enter("Packets;")
    #expect(session.terminal.expect("there is no input yet"), session.summary)
    session.enter("packets;")
    #expect(session.terminal.expect("did you mean ‘Packets’?"), session.summary)
    session.enter(".quit")
    #expect(session.terminal.exitCode() == 0)
  }

  @Test("\\watch runs again until Ctrl-C; \\x and \\timing change what is shown")
  func watching() {
    let directory = TemporaryDirectory()
    let session = Session(["--pcap", directory.capture()], in: directory)
    session.enter(Self.bySource)
    session.enter(Self.count)
    session.enter("\\timing")
    session.enter("\\x")
    session.enter("\\watch 0.2 Count")
    for _ in 0..<3 {
      #expect(session.terminal.expect("SourceIp │ 10.0.0.1"), session.summary)
      #expect(session.terminal.expect("Time: "), session.summary)
    }
    session.terminal.type("\u{3}")
    session.enter("\\q")
    #expect(session.terminal.exitCode() == 0)
  }
}
