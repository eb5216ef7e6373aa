import DataModel
import Glibc
import Reference
import TestSupport
import Testing

extension Live {
  /// The live view over packets that pass, through a terminal.
  @Suite(
    "Live view", .serialized, .enabled(if: Requirement.kernel.isMet, "needs the kernel"),
    .enabled(if: Requirement.program("tcpreplay").isMet, "needs the program tcpreplay"))
  struct LiveViewTests {
    static let query = """
      Packets = PacketStream();
      BySource = STREAM Packets BY SourceIp;
      Count = FOREACH BySource GENERATE count() WINDOW 1s;
      Bytes = FOREACH BySource GENERATE sum(frame.len) WINDOW 1s;
      OUTPUT BySource (Count, Bytes);
      """

    /// `salc run` without `--format`, on a terminal in the receiving namespace.
    private func start(
      _ pair: Namespaces, _ options: [String] = [], columns: Int = 100, rows: Int = 24
    ) throws -> PseudoTerminal {
      let ip = try #require(Tool.find("ip"))
      let terminal = PseudoTerminal(
        ip,
        ["netns", "exec", pair.receiver, Tool.salc, "run", "-e", Self.query]
          + ["--iface", pair.receivingInterface] + options, columns: columns, rows: rows)
      let isThere = terminal.wait(60) { terminal.screen.isAlternate && pair.hasProgram }
      try #require(isThere, "\(terminal.text)")
      return terminal
    }

    /// Sends so many packets of each of so many sources.
    private func send(_ pair: Namespaces, sources: Int, times: Int) throws {
      let tcpreplay = try #require(Tool.find("tcpreplay"))
      let directory = TemporaryDirectory()
      let file = directory.file("sent.pcap")
      FileBytes.write(
        CaptureFile.classic(LiveTraffic.syns(sources: sources, times: times)), to: file)
      let outcome = pair.run(
        in: pair.sender, tcpreplay,
        ["--quiet", "--intf1", pair.sendingInterface, "--topspeed", file], timeout: 60)
      try #require(outcome.exitCode == 0, "\(outcome.errors)")
    }

    private static func seconds() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    @Test("rows of traffic appear, packets flow through the plan, q leaves all as it was")
    func traffic() throws {
      let pair = try Namespaces("view")
      let began = Self.seconds()
      let terminal = try start(pair)
      let before = try #require(
        pair.counter("rx_packets", of: pair.receivingInterface, in: pair.receiver))
      try send(pair, sources: 5, times: 40)
      #expect(
        terminal.wait { terminal.screen.text.contains("10.1.0.4") }, "\(terminal.screen.text)")
      let head = terminal.screen.lines[0]
      #expect(head.hasPrefix(pair.receivingInterface), "\(head)")
      #expect(head.contains("native") || head.contains("generic"), "\(head)")
      #expect(terminal.screen.lines.contains { $0.contains("Count▼") })
      terminal.type("e")
      #expect(
        terminal.wait {
          terminal.screen.text.contains("200 packets") && terminal.screen.text.contains("partials")
        }, "\(terminal.screen.text)")
      terminal.type("q")
      #expect(terminal.exitCode() == 0)
      #expect(terminal.isCooked && !terminal.screen.isAlternate)
      let frames = terminal.text.parts(separatedBy: "\u{1B}[1;1H").count - 1
      #expect(
        Double(frames) <= (Self.seconds() - began) * 10 + 1, "redrawn at most ten times a second")
      let received = try #require(
        pair.counter("rx_packets", of: pair.receivingInterface, in: pair.receiver))
      #expect(
        terminal.screen.text.contains("\(received - before) packets, "), "\(terminal.screen.text)")
      #expect(terminal.screen.text.contains("nothing lost"))
      #expect(!pair.hasProgram)
    }

    @Test("Ctrl-C ends the run with the last window; the clock's remark comes after the screen")
    func interrupt() throws {
      let pair = try Namespaces("view-int")
      let terminal = try start(pair)
      try send(pair, sources: 2, times: 10)
      #expect(
        terminal.wait { terminal.screen.text.contains("10.1.0.1") }, "\(terminal.screen.text)")
      terminal.type("\u{3}")
      #expect(terminal.exitCode() == 0)
      #expect(terminal.isCooked && !terminal.screen.isAlternate)
      #expect(terminal.screen.text.contains("20 packets, "), "\(terminal.screen.text)")
      #expect(terminal.screen.text.contains("note: clock:"), "\(terminal.screen.text)")
    }

    @Test("the command of Docs/LiveView.md that reads an interface")
    func documented() throws {
      let pair = try Namespaces("view-doc")
      let lines = Repository.text("Docs/LiveView.md").split(separator: "\n")
      let command = try #require(lines.first { $0.hasPrefix("salc ") && $0.contains("--iface") })
      let words = command.split(separator: " ").dropFirst().map { word in
        word == "eth0"
          ? pair.receivingInterface
          : word.hasPrefix("samples/") ? Repository.root + "/" + word : String(word)
      }
      let ip = try #require(Tool.find("ip"))
      let terminal = PseudoTerminal(ip, ["netns", "exec", pair.receiver, Tool.salc] + words)
      #expect(terminal.wait(60) { terminal.screen.isAlternate && pair.hasProgram })
      #expect(terminal.wait { terminal.screen.text.contains("no rows yet") })
      terminal.type("q")
      #expect(terminal.exitCode() == 0)
      #expect(terminal.isCooked && !terminal.screen.isAlternate && !pair.hasProgram)
    }

    @Test("a query that shares another's program has the view as well")
    func shared() throws {
      let pair = try Namespaces("view-share")
      let directory = TemporaryDirectory()
      let socket = directory.file("control")
      let holder = try LiveRun(pair, Self.query, ["--control", socket])
      try #require(holder.job.waitUntil(timeout: 20) { access(socket, F_OK) == 0 })
      let terminal = try start(pair, ["--share", "--control", socket])
      try send(pair, sources: 3, times: 20)
      #expect(
        terminal.wait { terminal.screen.text.contains("10.1.0.2") }, "\(terminal.screen.text)")
      #expect(terminal.screen.lines[0].contains("native"), "\(terminal.screen.lines[0])")
      terminal.type("q")
      #expect(terminal.exitCode() == 0)
      #expect(terminal.isCooked && !terminal.screen.isAlternate)
      #expect(terminal.screen.text.contains("60 packets, "), "\(terminal.screen.text)")
      #expect(pair.hasProgram, "the other query goes on")
      #expect(holder.stop().outcome.exitCode == 0)
    }

    @Test("a terminal that is closed ends the run and detaches the program")
    func hangUp() throws {
      let pair = try Namespaces("view-hup")
      let terminal = try start(pair)
      terminal.hangUp()
      #expect(terminal.exitCode(timeout: 30) != nil)
      for _ in 0..<100 where pair.hasProgram { usleep(50_000) }
      #expect(!pair.hasProgram)
    }
  }
}
