import DataModel
import Glibc
import Reference
import TestSupport
import Testing

extension Live {
  /// Real packets on a real interface: two namespaces and a veth pair that the test makes.
  @Suite(
    "Live on an interface", .serialized,
    .enabled(if: Requirement.kernel.isMet, "needs the kernel"),
    .enabled(if: Requirement.program("tcpreplay").isMet, "needs the program tcpreplay"))
  struct InterfaceTests {
    static let count = """
      P = PacketStream("nosuchif0");
      N = FOREACH (STREAM P BY SourceIp) GENERATE count() WINDOW 1s;
      """

    /// Ways to run a query that must all say the same.
    private static let ways: [[String]] = [
      [], ["--place", "host"], ["--place", "kernel"], ["--attach", "native"],
      ["--attach", "generic"], ["--table-sets", "4"],
    ]

    @Test("reports exactly what was sent, source by source", arguments: ways)
    func exact(options: [String]) throws {
      let run = try LiveRun(Namespaces("exact"), Self.count, options)
      let sent = try run.send(LiveTraffic.syns(sources: 50, times: 40), ["--pps", "20000"])
      usleep(200_000)
      let result = run.stop()
      #expect(result.outcome.exitCode == 0, "\(result.outcome.errors)")
      #expect(result.violations.isEmpty)
      #expect(sent == 2000)
      #expect(result.lost == 0)
      #expect(result.countsBySource.count == 50)
      #expect(result.countsBySource.values.allSatisfy { $0 == 40 }, "\(result.countsBySource)")
      #expect(result.end?["packets"]?.integer == Int64(sent))
      let mode = options.contains("generic") ? "generic" : "native"
      #expect(result.meta?["attach"]?.string == mode)
      let place = options.contains("host") ? "host" : "kernel"
      #expect(result.meta?["placement"]?.string == place)
      #expect(result.outcome.errors.contains("ms apart"), "\(result.outcome.errors)")
    }

    @Test(
      "a capture over the wire: the counts of its own bytes",
      .enabled(if: Requirement.captures.isMet, "needs captures: SALC_TEST_DATA is not set"))
    func capture() throws {
      let frames = CaptureFile.frames(of: TestCaptures.path("d01_ssh_guessing.pcap"))
      var expected: [String: UInt64] = [:]
      for frame in frames where frame.bytes[12] == 8 && frame.bytes[13] == 0 {
        let source = frame.bytes[26..<30].map(String.init).joined(separator: ".")
        expected[source, default: 0] += 1
      }
      let run = try LiveRun(Namespaces("capture"), Self.count)
      let sent = try run.send(frames)
      usleep(200_000)
      let result = run.stop()
      #expect(sent == UInt64(frames.count))
      #expect(result.countsBySource == expected)
    }

    @Test("--windows shows so many windows and none of the next", arguments: [1, 3])
    func windows(count: Int) throws {
      let run = try LiveRun(
        Namespaces("windows"), Self.count.replacing("1s", with: "500ms"), ["--windows", "\(count)"])
      while run.job.isRunning { _ = try? run.send(LiveTraffic.syns(sources: 2, times: 5)) }
      let result = SalcRun(run.job.wait(timeout: 20))
      #expect(result.outcome.exitCode == 0, "\(result.outcome.errors)")
      let starts = Set(result.rows.map(\.start))
      // The first window is cut short, perhaps to nothing.
      #expect((count - 1...count).contains(starts.count), "\(starts)")
      #expect(result.end?["packets"]?.integer == Int64(result.total()))
    }

    /// Frames of 9000 bytes lie in several buffers, of which the program sees the first.
    @Test("jumbo frames are counted whole, in the driver")
    func jumbo() throws {
      let query = """
        P = PacketStream();
        K = STREAM P BY SourceIp;
        N = FOREACH K GENERATE count() WINDOW 60s;
        B = FOREACH K GENERATE sum(frame.len) WINDOW 60s;
        OUTPUT K (N, B);
        """
      let run = try LiveRun(Namespaces("jumbo", mtu: 9000), query, ["--attach", "native"])
      let sizes = [60, 1500, 3600, 9014]
      let sent = try run.send(LiveTraffic.udp(sizes: sizes, times: 25), ["--pps", "2000"])
      usleep(200_000)
      let result = run.stop()
      #expect(sent == UInt64(sizes.count * 25))
      #expect(result.meta?["attach"]?.string == "native", "\(result.outcome.errors)")
      #expect(result.lost == 0)
      let bytes = result.rows.reduce(Int64(0)) { sum, row in
        if case .integer(let count) = row.values[2] { sum + count } else { sum }
      }
      #expect(bytes == Int64(sizes.reduce(0, +) * 25), "\(result.rows)")
    }

    @Test("an interface that is down is told, with the command that mends it")
    func down() throws {
      let pair = try Namespaces("down")
      let ip = try #require(Tool.find("ip"))
      let interface = pair.receivingInterface
      for (state, isTold) in [("up", false), ("down", true)] {
        let set = Tool.run(ip, ["-n", pair.receiver, "link", "set", "dev", interface, state])
        try #require(set.exitCode == 0, "\(set.errors)")
        let outcome = pair.run(
          in: pair.receiver, Tool.salc,
          ["run", "-e", Self.count, "--iface", interface, "--for", "100ms"])
        #expect(outcome.exitCode == 0, "\(outcome)")
        #expect(
          outcome.errors.contains("sudo ip link set dev \(interface) up") == isTold,
          "\(outcome.errors)")
      }
    }

    @Test("the SYN flood is seen while it lasts")
    func victims() throws {
      let sample = try #require(Sample.all.first { $0.name == "syn-flood" })
      let run = try LiveRun(Namespaces("victims"), sample.text)
      _ = try run.send(LiveTraffic.syns(sources: 500, times: 10))
      usleep(1_300_000)
      let result = run.stop()
      #expect(result.rows.contains { $0.values.first?.description == "10.99.0.2" })
    }

    @Test("--for and --windows end a run", arguments: [["--for", "2s"], ["--windows", "2"]])
    func limits(options: [String]) throws {
      let run = try LiveRun(Namespaces("limits"), Self.count, options)
      for _ in 0..<5 where run.job.isRunning {
        _ = try run.send(LiveTraffic.syns(sources: 2, times: 5))
        usleep(700_000)
      }
      let result = SalcRun(run.job.wait(timeout: 20))
      #expect(result.outcome.exitCode == 0 && !result.outcome.timedOut, "\(result.outcome)")
      #expect(result.end != nil)
      #expect(!run.namespaces.hasProgram)
    }
  }
}
