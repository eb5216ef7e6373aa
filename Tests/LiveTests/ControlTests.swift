import DataModel
import Glibc
import TestSupport
import Testing

extension Live {
  /// `salc ps`, `stop`, `reload` and `run --share`, on a running salc's control socket.
  @Suite(
    "The control socket", .serialized,
    .enabled(if: Requirement.kernel.isMet, "needs the kernel"),
    .enabled(if: Requirement.program("tcpreplay").isMet, "needs the program tcpreplay"))
  struct ControlTests {
    private static let count = """
      P = PacketStream("nosuchif0");
      S = STREAM P BY ip.src;
      N = FOREACH S GENERATE count() WINDOW 1h;

      """

    /// A run with a control socket of its own, which is there.
    private struct Controlled {
      let directory = TemporaryDirectory()
      let run: LiveRun
      let socket: String

      init(_ label: String, _ query: String) throws {
        socket = directory.file("control")
        run = try LiveRun(Namespaces(label), query, ["--control", socket])
        let socket = socket
        try #require(run.job.waitUntil(timeout: 20) { access(socket, F_OK) == 0 })
      }

      /// Runs a command on the socket.
      func salc(_ arguments: String...) -> Tool.Outcome { salc(arguments: arguments) }

      func salc(arguments: [String]) -> Tool.Outcome {
        run.namespaces.run(
          in: run.namespaces.receiver, Tool.salc, arguments + ["--control", socket], timeout: 60)
      }
    }

    @Test("ps shows what runs, stop flushes it")
    func listAndStop() throws {
      let controlled = try Controlled("ps", Self.count)
      let sent = try controlled.run.send(LiveTraffic.syns(sources: 3, times: 10))
      usleep(300_000)
      let list = controlled.salc("ps")
      #expect(list.exitCode == 0, "\(list)")
      #expect(list.output.contains("count() WINDOW 1h"), "\(list)")
      #expect(list.output.contains("\(sent)") && list.output.contains("kernel"), "\(list)")
      #expect(controlled.salc("stop", "7").errors.contains("there is no query '7'"))
      let stop = controlled.salc("stop")
      #expect(stop.exitCode == 0, "\(stop)")
      let result = SalcRun(controlled.run.job.wait(timeout: 20))
      #expect(result.outcome.exitCode == 0, "\(result.outcome)")
      #expect(result.total() == sent)
      #expect(result.rows.allSatisfy { $0.quality == .partial })
      #expect(access(controlled.socket, F_OK) != 0, "the socket goes with the run")
    }

    @Test("reload keeps a window's state; a broken text leaves the old query running")
    func reload() throws {
      let controlled = try Controlled(
        "reload", Self.count + "V = FILTER S BY N > 1000; OUTPUT V;")
      let first = try controlled.run.send(LiveTraffic.syns(sources: 3, times: 10))
      let broken = controlled.salc("reload", "-e", Self.count + "V = FILTER S BY M > 5; OUTPUT V;")
      #expect(broken.exitCode == 1 && broken.errors.contains("SAL"), "\(broken)")
      #expect(controlled.salc("ps").output.contains("N > 1000"))
      let good = controlled.salc("reload", "-e", Self.count + "V = FILTER S BY N > 5; OUTPUT V;")
      #expect(good.exitCode == 0 && good.errors.contains("state goes on"), "\(good)")
      #expect(controlled.salc("ps").output.contains("N > 5"))
      let second = try controlled.run.send(LiveTraffic.syns(sources: 3, times: 10))
      usleep(300_000)
      let result = controlled.run.stop()
      #expect(result.outcome.exitCode == 0, "\(result.outcome)")
      #expect(result.total() == first + second, "\(result.rows)")
      #expect(result.lost == 0)
    }

    @Test("a second run is told of the first, and shares its program")
    func share() throws {
      let controlled = try Controlled("share", Self.count)
      let pair = controlled.run.namespaces
      let query = ["run", "-e", Self.count, "--iface", pair.receivingInterface]
      let refused = pair.run(in: pair.receiver, Tool.salc, query)
      #expect(refused.exitCode == 5, "\(refused)")
      #expect(refused.errors.contains("process \(controlled.run.job.pid)"), "\(refused)")
      #expect(refused.errors.contains("--share"), "\(refused)")
      let before = try controlled.run.send(LiveTraffic.syns(sources: 3, times: 10))
      let second = pair.start(
        in: pair.receiver, Tool.salc, query + ["--share", "--format", "json"])
      try #require(second.waitUntil(timeout: 30) { second.output.contains("\"meta\"") })
      let shared = try controlled.run.send(LiveTraffic.syns(sources: 3, times: 10))
      usleep(300_000)
      second.signal(SIGINT)
      let result = SalcRun(second.wait(timeout: 30))
      #expect(result.outcome.exitCode == 0 && result.violations.isEmpty, "\(result.outcome)")
      #expect(result.total() == shared && result.end != nil, "\(result.outcome)")
      let after = try controlled.run.send(LiveTraffic.syns(sources: 3, times: 10))
      usleep(300_000)
      let own = controlled.run.stop()
      #expect(own.total() == before + shared + after, "\(own.outcome)")
      #expect(own.lost == 0)
    }

    @Test("sinks of a run stay as they were opened; those who share it open their own")
    func sinks() throws {
      let directory = TemporaryDirectory()
      let csv = directory.file("rows.csv")
      let output = "OUTPUT N TO csv(\"\(csv)\");"
      let controlled = try Controlled("sinks", Self.count + output)
      let changed = controlled.salc("reload", "-e", Self.count + output + " OUTPUT S (N);")
      #expect(changed.exitCode == 1 && changed.errors.contains("sinks are open"), "\(changed)")
      let same = controlled.salc("reload", "-e", Self.count + "-- the same\n" + output)
      #expect(same.exitCode == 0, "\(same)")
      let pair = controlled.run.namespaces
      let (named, added) = (directory.file("named.csv"), directory.file("added.csv"))
      let query =
        Self.count + "OUTPUT N TO csv(\"\(named)\");"
      let missing = ["run", "--iface", pair.receivingInterface, "--share", "-e", query]
      let refused = controlled.salc(arguments: missing + ["--to", "csv:/nonexistent/x"])
      #expect(refused.exitCode == 74 && refused.errors.contains("/nonexistent/x"), "\(refused)")
      let second = pair.start(
        in: pair.receiver, Tool.salc,
        missing + ["--to", "csv:\(added)", "--control", controlled.socket])
      try #require(second.waitUntil(timeout: 30) { controlled.salc("ps").output.contains("named") })
      let both = try controlled.run.send(LiveTraffic.syns(sources: 1, times: 10))
      usleep(300_000)
      second.signal(SIGINT)
      let outcome = second.wait(timeout: 30)
      #expect(outcome.exitCode == 0, "\(outcome)")
      for file in [named, added] {
        let rows = String(decoding: FileBytes.read(file) ?? [], as: UTF8.self)
        #expect(rows.contains(",10.1.0.0,\(both),partial"), "\(file): \(rows)")
      }
      let sent = try controlled.run.send(LiveTraffic.syns(sources: 1, times: 10))
      usleep(300_000)
      #expect(controlled.run.stop().outcome.exitCode == 0)
      let rows = String(decoding: FileBytes.read(csv) ?? [], as: UTF8.self)
      #expect(rows.contains(",10.1.0.0,\(both + sent),partial"), "\(rows)")
    }

    @Test("when the run that holds the program ends, those who share it are told")
    func holderEnds() throws {
      let controlled = try Controlled("holder", Self.count)
      let pair = controlled.run.namespaces
      let second = pair.start(
        in: pair.receiver, Tool.salc,
        ["run", "-e", Self.count, "--share", "--control", controlled.socket, "--format", "json"])
      try #require(second.waitUntil(timeout: 30) { second.output.contains("\"meta\"") })
      let sent = try controlled.run.send(LiveTraffic.syns(sources: 3, times: 10))
      usleep(300_000)
      #expect(controlled.run.stop().outcome.exitCode == 0)
      let result = SalcRun(second.wait(timeout: 30))
      #expect(result.outcome.exitCode == 1, "\(result.outcome)")
      #expect(result.outcome.errors.contains("has ended"), "\(result.outcome)")
      #expect(result.total() == sent, "what was gathered is shown")
    }

    @Test("nobody else can connect")
    func foreignUser() throws {
      let controlled = try Controlled("foreign", Self.count)
      let setpriv = try #require(Tool.find("setpriv"))
      chmod(controlled.directory.path, 0o755)
      var status = stat()
      #expect(stat(controlled.socket, &status) == 0 && status.st_mode & 0o777 == 0o600)
      func list() -> Tool.Outcome {
        Tool.run(
          setpriv,
          ["--reuid", "65534", "--regid", "65534", "--clear-groups", Tool.salc, "ps"]
            + ["--control", controlled.socket])
      }
      #expect(list().errors.contains("ermission denied"))
      // Also where a file system does not heed modes: the peer's user is asked.
      chmod(controlled.socket, 0o777)
      let outcome = list()
      #expect(outcome.exitCode == 1 && !outcome.output.contains("WINDOW"), "\(outcome)")
      #expect(controlled.run.stop().outcome.exitCode == 0)
    }

    @Test("a path that is taken, and a socket that is no salc's, are refused before attaching")
    func badPaths() throws {
      let pair = try Namespaces("paths")
      let directory = TemporaryDirectory()
      let taken = directory.write("mine", to: "file")
      for path in [taken, directory.file(String(repeating: "x", count: 120)), "/nowhere/socket"] {
        let outcome = pair.run(
          in: pair.receiver, Tool.salc,
          ["run", "-e", Self.count, "--iface", pair.receivingInterface, "--control", path])
        #expect(outcome.exitCode == 1 && outcome.errors.contains("error:"), "\(outcome)")
        #expect(!pair.hasProgram)
      }
      #expect(FileBytes.read(taken).map { $0 == Array("mine".utf8) } ?? false)
    }
  }
}
