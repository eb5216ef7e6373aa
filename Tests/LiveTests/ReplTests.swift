import DataModel
import Glibc
import Reference
import TestSupport
import Testing

/// `salc repl` on a terminal, in the namespace of a receiving interface.
struct LiveSession {
  let namespaces: Namespaces
  let terminal: PseudoTerminal
  let directory = TemporaryDirectory()

  init(_ label: String, columns: Int = 100, _ arguments: [String] = []) throws {
    namespaces = try Namespaces(label)
    let ip = try #require(Tool.find("ip"))
    terminal = PseudoTerminal(
      ip,
      ["netns", "exec", namespaces.receiver, Tool.salc, "repl"]
        + ["--iface", namespaces.receivingInterface] + arguments,
      columns: columns, rows: 40, environment: ["XDG_STATE_HOME": directory.path])
  }

  /// Waits for the prompt, then types a line.
  func enter(_ line: String) {
    #expect(terminal.expect("sal> "), summary)
    terminal.type(line + "\r")
  }

  /// Sends frames at a rate; returns how many left.
  func send(_ frames: [CapturedFrame], perSecond: Int = 5000) throws -> UInt64 {
    let tcpreplay = try #require(Tool.find("tcpreplay"))
    let file = directory.file("sent.pcap")
    FileBytes.write(CaptureFile.classic(frames), to: file)
    let before = try #require(sent)
    let outcome = namespaces.run(
      in: namespaces.sender, tcpreplay,
      ["--quiet", "--intf1", namespaces.sendingInterface, "--pps", "\(perSecond)", file])
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
    return try #require(sent) - before
  }

  /// Begins to send frames at a rate.
  func startSending(_ frames: [CapturedFrame], perSecond: Int) throws -> Job {
    let tcpreplay = try #require(Tool.find("tcpreplay"))
    let file = directory.file("sending.pcap")
    FileBytes.write(CaptureFile.classic(frames), to: file)
    return namespaces.start(
      in: namespaces.sender, tcpreplay,
      ["--quiet", "--intf1", namespaces.sendingInterface, "--pps", "\(perSecond)", file])
  }

  /// Packets that left for the interface so far.
  var sent: UInt64? {
    namespaces.counter("tx_packets", of: namespaces.sendingInterface, in: namespaces.sender)
  }

  /// What was seen, for a failed expectation.
  var summary: Comment { "\(terminal.screen.text)" }

  /// The number before a word in the last line that has it: `12 packets, 3 rows`.
  func number(before word: String, inLineWith mark: String) -> UInt64? {
    let lines = terminal.screen.text.split(separator: "\n")
    let words = lines.last { $0.contains(mark) }?.split { $0 == " " || $0 == "," } ?? []
    return words.firstIndex { $0 == word }.flatMap { $0 > 0 ? UInt64(words[$0 - 1]) : nil }
  }

  /// Waits until a program is attached, or none is.
  func waitForProgram(_ isAttached: Bool) -> Bool {
    terminal.wait(60) { namespaces.hasProgram == isAttached }
  }
}

extension Live {
  @Suite(
    "salc repl on an interface", .serialized,
    .enabled(if: Requirement.kernel.isMet, "needs the kernel"),
    .enabled(if: Requirement.program("tcpreplay").isMet, "needs the program tcpreplay"))
  struct ReplTests {
    private static let hosts = "Hosts = STREAM Packets BY SourceIp;"
    private static let count = "Count = FOREACH Hosts GENERATE count() WINDOW 1s;"

    @Test("rows as windows close, a line below them, and Ctrl-C keeps the session")
    func interrupt() throws {
      let session = try LiveSession("replint")
      session.enter(Self.hosts)
      session.enter(Self.count)
      session.enter("Count;")
      #expect(session.waitForProgram(true), session.summary)
      #expect(session.terminal.expect("Ctrl-C stops"), session.summary)
      #expect(session.terminal.expect("nothing lost"), session.summary)
      let sent = try session.send(LiveTraffic.syns(sources: 3, times: 20))
      #expect(session.terminal.expect("10.1.0.2"), session.summary)
      session.terminal.type("\u{3}")
      #expect(session.terminal.expect("\(sent) packets, "), session.summary)
      #expect(session.waitForProgram(false))
      // The session goes on, and so may the query.
      session.enter("Count;")
      #expect(session.waitForProgram(true), session.summary)
      #expect(session.terminal.expect("Ctrl-C stops"), session.summary)
      session.terminal.type("\u{3}")
      #expect(session.terminal.expect(" packets, "), session.summary)
      session.enter("\\q")
      #expect(session.terminal.exitCode() == 0)
    }

    @Test("queries behind the prompt come and go under traffic, each with exact counts")
    func background() throws {
      let session = try LiveSession("replbg")
      session.enter(Self.hosts)
      session.enter(Self.count)
      session.enter("Bytes = FOREACH Hosts GENERATE sum(frame.len) WINDOW 1s;")
      session.enter("Ports = FOREACH Hosts GENERATE countdistinct(SourcePort) WINDOW 2s;")
      session.enter("Count; &")
      #expect(session.terminal.expect("[1] Count on"), session.summary)
      #expect(session.waitForProgram(true), session.summary)
      var sent: [UInt64] = []
      sent.append(try session.send(LiveTraffic.syns(sources: 5, times: 40)))
      session.enter("Bytes; &")
      session.enter("Ports &")
      #expect(session.terminal.expect("[3] Ports on"), session.summary)
      waitForRunning(session, 3)
      sent.append(try session.send(LiveTraffic.syns(sources: 5, times: 60)))
      session.enter("\\kill 2")
      #expect(session.terminal.expect("[2] Bytes has ended"), session.summary)
      #expect(session.number(before: "packets", inLineWith: "[2] Bytes has ended") == sent[1])
      sent.append(try session.send(LiveTraffic.syns(sources: 5, times: 20)))
      session.enter("\\kill 3")
      #expect(session.terminal.expect("[3] Ports has ended"), session.summary)
      #expect(
        session.number(before: "packets", inLineWith: "[3] Ports has ended") == sent[1] + sent[2])
      #expect(session.namespaces.hasProgram)
      session.enter("\\fg 1")
      #expect(session.terminal.expect("Ctrl-C stops"), session.summary)
      session.terminal.type("\u{3}")
      let total = sent.reduce(0, +)
      #expect(session.terminal.expect("\(total) packets, "), session.summary)
      #expect(session.waitForProgram(false))
      session.enter("\\q")
      #expect(session.terminal.exitCode() == 0)
    }

    @Test("queries that come and go while packets pass cost those that stay none of them")
    func backgroundUnderTraffic() throws {
      let session = try LiveSession("repltrf")
      session.enter(Self.hosts)
      session.enter(Self.count)
      session.enter("Bytes = FOREACH Hosts GENERATE sum(frame.len) WINDOW 1s;")
      session.enter("Ports = FOREACH Hosts GENERATE countdistinct(SourcePort) WINDOW 2s;")
      session.enter("Count; &")
      #expect(session.waitForProgram(true), session.summary)
      let before = try #require(session.sent)
      let sending = try session.startSending(
        LiveTraffic.syns(sources: 5, times: 600), perSecond: 400)
      session.enter("Bytes; &")
      session.enter("Ports; &")
      waitForRunning(session, 3)
      session.enter("\\kill 2")
      #expect(session.terminal.expect("[2] Bytes has ended"), session.summary)
      session.enter("\\kill 3")
      #expect(session.terminal.expect("[3] Ports has ended"), session.summary)
      #expect(sending.isRunning, "the changes came while packets passed")
      #expect(sending.wait(timeout: 60).exitCode == 0)
      let sent = try #require(session.sent) - before
      for query in ["[2] Bytes has ended", "[3] Ports has ended"] {
        let seen = try #require(session.number(before: "packets", inLineWith: query))
        #expect(seen > 0 && seen < sent, "\(query): \(seen) of \(sent)")
      }
      session.enter("\\fg 1")
      #expect(session.terminal.expect("Ctrl-C stops"), session.summary)
      session.terminal.type("\u{3}")
      #expect(session.terminal.expect("\(sent) packets, "), session.summary)
      #expect(session.terminal.expect("nothing lost"), session.summary)
      session.enter("\\q")
      #expect(session.terminal.exitCode() == 0)
    }

    /// Waits until `\ps` shows that so many queries are attached.
    private func waitForRunning(_ session: LiveSession, _ count: Int) {
      let hasAll = session.terminal.wait(60) {
        session.enter("\\ps")
        _ = session.terminal.expect("no  query")
        // The list is whole once the prompt is back, which the next line waits for.
        _ = session.terminal.wait { session.terminal.unmatched.contains("sal> ") }
        let lines = session.terminal.unmatched.split(whereSeparator: \.isNewline)
        return lines.count { $0.contains(" native ") } == count
      }
      #expect(hasAll, session.summary)
    }

    @Test("a closed window and SIGTERM leave nothing attached", arguments: [SIGHUP, SIGTERM])
    func killed(signal: Int32) throws {
      let session = try LiveSession("replhup")
      session.enter(Self.hosts)
      session.enter(Self.count)
      session.enter("Count; &")
      #expect(session.waitForProgram(true), session.summary)
      session.enter("Count;")
      #expect(session.terminal.expect("Ctrl-C stops"), session.summary)
      if signal == SIGHUP { session.terminal.hangUp() } else { session.terminal.signal(signal) }
      #expect(session.terminal.exitCode(timeout: 60) != nil)
      #expect(!session.namespaces.hasProgram)
    }

    @Test("a narrow terminal keeps the line below the rows on one line")
    func narrow() throws {
      let session = try LiveSession("replnar", columns: 40)
      session.enter(Self.hosts)
      session.enter(Self.count)
      session.enter("Count;")
      #expect(session.terminal.expect("Ctrl-C stops"), session.summary)
      // Over a second and a half, with a window's end in it.
      let isOneLine = !session.terminal.wait(1.5) {
        session.terminal.screen.lines.count { $0.contains("Ctrl-C") } > 1
      }
      #expect(isOneLine, session.summary)
      // Rows may be on their way; the line is drawn again behind them.
      #expect(
        session.terminal.wait(2) {
          session.terminal.screen.currentLine.hasPrefix("Ctrl-C stops")
        }, session.summary)
      session.terminal.type("\u{3}")
      #expect(session.terminal.expect("packets, "), session.summary)
      session.enter("\\q")
      #expect(session.terminal.exitCode() == 0)
    }

    @Test("a script of live queries ends at its limits")
    func script() throws {
      let namespaces = try Namespaces("replscr")
      let directory = TemporaryDirectory()
      let script = directory.write(
        """
        \(Self.hosts)
        \(Self.count)
        \\set for 1s
        Count; &
        Count;
        """, to: "script")
      let outcome = namespaces.run(
        in: namespaces.receiver, "/bin/sh",
        ["-c", "\(Tool.salc) repl --iface \(namespaces.receivingInterface) < \(script)"],
        timeout: 60)
      #expect(outcome.exitCode == 0 && !outcome.timedOut, "\(outcome)")
      #expect(!namespaces.hasProgram)
    }
  }
}
