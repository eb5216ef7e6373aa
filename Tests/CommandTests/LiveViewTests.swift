import Glibc
import TestSupport
import Testing

/// The live view of a capture, which stays until it is left: what the user types and sees.
@Suite("Live view of a capture") struct LiveViewTests {
  let directory = TemporaryDirectory()

  private func start(
    _ options: [String] = ["--format", "live"], columns: Int = 80, rows: Int = 24,
    environment: [String: String] = [:]
  ) -> PseudoTerminal {
    PseudoTerminal(
      Tool.salc, ["run", "-e", Given.bySource, "--pcap", directory.capture()] + options,
      columns: columns, rows: rows, environment: environment)
  }

  /// Waits until the view shows the capture's last window.
  private func isShown(_ terminal: PseudoTerminal) -> Bool {
    terminal.wait {
      terminal.screen.isAlternate && terminal.screen.text.contains("10.0.0.2")
        && terminal.screen.text.contains("ended")
    }
  }

  @Test("q gives the terminal back and prints the summary")
  func quit() {
    let terminal = start()
    #expect(isShown(terminal), "\(terminal.text)")
    #expect(!terminal.isCooked)
    terminal.type("q")
    #expect(terminal.exitCode() == 0)
    #expect(terminal.isCooked && !terminal.screen.isAlternate)
    #expect(terminal.screen.text == "4 packets, 2 rows, nothing lost")
    // The cursor is visible and lines wrap again.
    #expect(terminal.text.contains("\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"))
  }

  @Test("Ctrl-C leaves as well")
  func interrupt() {
    let terminal = start()
    #expect(isShown(terminal))
    terminal.type("\u{3}")
    #expect(terminal.exitCode() == 0)
    #expect(terminal.isCooked && !terminal.screen.isAlternate)
  }

  @Test("40 and 200 columns, and a window that is dragged between them")
  func sizes() {
    let terminal = start(columns: 40, rows: 10)
    #expect(isShown(terminal), "\(terminal.text)")
    #expect(terminal.screen.lines.contains { $0.contains("Count▼") })
    let narrow = terminal.screen.lines[0]
    terminal.resize(columns: 200, rows: 50)
    #expect(
      terminal.wait {
        terminal.screen.lines[0] != narrow && terminal.screen.lines[49].contains("q leaves")
      }, "\(terminal.screen.text)")
    terminal.resize(columns: 20, rows: 4)
    #expect(terminal.wait { terminal.screen.lines[3].hasPrefix("the input has ended") })
    terminal.type("q")
    #expect(terminal.exitCode() == 0)
  }

  @Test("keys: help, plan with what flowed, filter, pause, order")
  func keys() {
    let terminal = start(columns: 110)
    #expect(isShown(terminal))
    terminal.type("?")
    #expect(terminal.wait { terminal.screen.text.contains("pause the screen") })
    terminal.type("e")
    #expect(
      terminal.wait {
        terminal.screen.lines.contains { $0.contains("n0") && $0.contains("4 packets") }
          && terminal.screen.lines.contains { $0.contains("o0") && $0.contains("2 rows") }
      }, "\(terminal.screen.text)")
    // No program in the kernel reads a capture.
    #expect(terminal.screen.lines.contains { $0.hasPrefix("HOST") })
    #expect(!terminal.screen.lines.contains { $0.hasPrefix("XDP") }, "\(terminal.screen.text)")
    terminal.type("e/10.9")
    #expect(terminal.wait { terminal.screen.lines.last?.hasPrefix("/10.9") == true })
    #expect(
      terminal.wait { terminal.screen.text.contains("0 of 1 rows") }, "\(terminal.screen.text)")
    terminal.type("\u{7F}0\r")
    #expect(terminal.wait { terminal.screen.text.contains("1 of 1 rows with “10.0”") })
    terminal.type(" ")
    #expect(terminal.wait { terminal.screen.text.contains("PAUSED") })
    terminal.type(" \u{1B}[C")
    #expect(
      terminal.wait {
        terminal.screen.text.contains("Bytes▼") && !terminal.screen.text.contains("PAUSED")
      })
    terminal.type("r")
    #expect(terminal.wait { terminal.screen.text.contains("Bytes▲") })
    terminal.type("q")
    #expect(terminal.exitCode() == 0)
  }

  @Test(
    "a crash, and a signal that kills, give the terminal back first",
    arguments: [SIGSEGV, SIGABRT, SIGILL, SIGQUIT, SIGHUP])
  func crash(signal: Int32) {
    // Swift's own crash reporter would ask on the terminal what to show, for half a minute.
    let terminal = start(environment: ["SWIFT_BACKTRACE": "enable=no"])
    #expect(isShown(terminal))
    terminal.signal(signal)
    #expect(terminal.exitCode() == 128 + signal)
    #expect(terminal.isCooked && !terminal.screen.isAlternate, "\(terminal.screen.text)")
  }

  @Test("a window that is closed ends the run")
  func hangUp() {
    let terminal = start()
    #expect(isShown(terminal))
    terminal.hangUp()
    #expect(terminal.exitCode() == 128 + SIGHUP)
  }

  @Test(
    "Ctrl-Z gives the terminal to the shell, fg takes it again",
    .enabled(if: Requirement.program("bash").isMet, "needs the program bash"))
  func suspend() throws {
    let bash = try #require(Tool.find("bash"))
    let terminal = PseudoTerminal(
      bash, ["--norc", "--noprofile", "-i"], environment: ["PS1": "ready>", "SALC": Tool.salc])
    #expect(terminal.expect("ready>"))
    let query = directory.write(Given.bySource, to: "q.sal")
    terminal.type("$SALC run \(query) --pcap \(directory.capture()) --format live\r")
    #expect(isShown(terminal), "\(terminal.text)")
    terminal.type("\u{1A}")
    #expect(terminal.expect("Stopped"), "\(terminal.text)")
    #expect(terminal.expect("ready>") && !terminal.screen.isAlternate)
    terminal.type("fg\r")
    #expect(isShown(terminal), "\(terminal.screen.text)")
    terminal.type("q")
    #expect(terminal.expect("4 packets, 2 rows"))
    #expect(terminal.expect("ready>") && !terminal.screen.isAlternate)
    terminal.type("exit\r")
    #expect(terminal.exitCode() == 0)
  }

  @Test("NO_COLOR draws without colours, FORCE_COLOR wins nothing over it")
  func noColor() {
    let terminal = start(environment: ["NO_COLOR": "1", "FORCE_COLOR": "1"])
    #expect(isShown(terminal))
    terminal.type("?")
    #expect(terminal.wait { terminal.screen.text.contains("pause the screen") })
    terminal.type("q")
    #expect(terminal.exitCode() == 0)
    // SGR 30…37 and 90…97 are colours; bold and reverse are not.
    for color in (30...37).map({ "\($0)m" }) { #expect(!terminal.text.contains("[\(color)")) }
    #expect(!terminal.text.contains(";31m"))
  }

  @Test("a dumb terminal and a pipe get plain rows, and are told why")
  func plain() {
    let dumb = start(environment: ["TERM": "dumb"])
    #expect(dumb.exitCode() == 0)
    #expect(dumb.text.contains("10.0.0.2") && !dumb.text.contains("\u{1B}"), "\(dumb.text)")
    #expect(dumb.text.contains("plain rows"))
    let piped = salc(
      "run", "-e", Given.bySource, "--pcap", directory.capture(), "--format", "live")
    #expect(piped.exitCode == 0 && piped.errors.contains("plain rows"), "\(piped.summary)")
    let table = salc("run", "-e", Given.bySource, "--pcap", directory.capture())
    #expect(piped.output == table.output)
    #expect(!table.errors.contains("plain rows"))
  }

  @Test("the commands of Docs/LiveView.md that read a capture")
  func documented() {
    let commands = Repository.text("Docs/LiveView.md").split(separator: "\n").map(String.init)
      .filter { $0.hasPrefix("salc ") && $0.contains("--pcap") }
    #expect(commands.count == 2)
    for command in commands {
      let words = command.split(separator: " ").dropFirst().map { word in
        word == "capture.pcap"
          ? directory.capture()
          : word.hasPrefix("samples/") ? Repository.root + "/" + word : String(word)
      }
      let terminal = PseudoTerminal(Tool.salc, words)
      #expect(
        terminal.wait { terminal.screen.text.contains("10.0.0.") }, "\(terminal.screen.text)")
      #expect(terminal.screen.isAlternate == command.contains("--format live"))
      terminal.type("q")
      #expect(terminal.exitCode() == 0)
      #expect(terminal.isCooked && !terminal.screen.isAlternate)
    }
  }

  @Test("without --format a capture's rows are printed, on a terminal too")
  func captureIsPrinted() {
    let terminal = start([])
    #expect(terminal.exitCode() == 0)
    #expect(!terminal.text.contains("\u{1B}[?1049h"))
    #expect(terminal.screen.text.contains("10.0.0.2"))
  }

  @Test("the query may come from standard input; keys come from the terminal")
  func standardInput() {
    let query = directory.write(Given.bySource, to: "q.sal")
    let terminal = PseudoTerminal(
      "/bin/sh",
      ["-c", "cat \(query) | \(Tool.salc) run - --pcap \(directory.capture()) --format live"])
    #expect(isShown(terminal), "\(terminal.text)")
    terminal.type("q")
    #expect(terminal.exitCode() == 0)
    #expect(terminal.isCooked && !terminal.screen.isAlternate)
  }
}

/// The progress bar of captures.
@Suite("Progress of captures") struct ProgressTests {
  let directory = TemporaryDirectory()

  /// A capture of so many seconds with a packet of each of three hosts in each.
  private func capture(seconds: Int) -> String {
    var frames: [(seconds: Int, source: UInt8)] = []
    for second in 0..<seconds { for host in 1...3 { frames.append((second, UInt8(host))) } }
    FileBytes.write(Given.capture(frames), to: directory.file("long\u{1B}[2J.pcap"))
    return directory.file("long\u{1B}[2J.pcap")
  }

  @Test("a bar with share, rate and time left, which leaves no trace")
  func bar() {
    // More rows than a terminal takes unread: the run waits for the reader, and so takes a while.
    let terminal = PseudoTerminal(
      Tool.salc,
      ["run", "-e", Given.bySource, "--pcap", capture(seconds: 20_000), "--format", "table"],
      columns: 120)
    #expect(terminal.expect("10.0.0.1"))
    usleep(1_300_000)
    #expect(terminal.expect(" packets/s", timeout: 60), "\(terminal.unmatched.suffix(300))")
    #expect(terminal.expect("left\u{1B}[K"))
    #expect(terminal.exitCode(timeout: 120) == 0)
    let text = terminal.text
    #expect(text.contains("long\\u{1B}[2J.pcap  "), "the file's name is shown, but cannot act")
    #expect(terminal.screen.lines.contains { $0.hasPrefix("60000 packets, 60000 rows") })
    #expect(!terminal.screen.text.contains("packets/s"))
  }

  @Test("no bar where standard error is no terminal")
  func piped() {
    let outcome = salc("run", "-e", Given.bySource, "--pcap", capture(seconds: 20_000))
    #expect(outcome.exitCode == 0)
    #expect(outcome.errors == "60000 packets, 60000 rows, nothing lost\n", "\(outcome.summary)")
  }
}
