import DataModel
import Glibc
import TestSupport
import Testing

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

  @Test("reports exactly what was sent")
  func exact() throws {
    let run = try LiveRun(Namespaces("exact"), Self.count)
    let sent = try run.send(LiveTraffic.syns(sources: 50, times: 40))
    usleep(1_200_000)
    let result = run.stop()
    #expect(result.outcome.exitCode == 0, "\(result.outcome.errors)")
    #expect(result.violations.isEmpty)
    #expect(sent == 2000)
    #expect(result.total() == sent)
    #expect(result.lost == 0)
    #expect(Set(result.rows.map { $0.values[0] }).count == 50)
    #expect(result.end?["packets"]?.integer == Int64(sent))
    #expect(result.meta?["attach"]?.string == "native")
  }

  @Test("the same with everything on the host, and in generic mode")
  func otherWays() throws {
    for options in [["--place", "host"], ["--place", "kernel"], ["--attach", "generic"]] {
      let run = try LiveRun(Namespaces("ways"), Self.count, options)
      let sent = try run.send(LiveTraffic.syns(sources: 20, times: 50), ["--pps", "20000"])
      usleep(600_000)
      let result = run.stop()
      #expect(result.total() + result.lost == sent, "\(options)")
      #expect(result.lost == 0, "\(options)")
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

  @Test("received and lost add up to what was sent, at the highest rate")
  func flood() throws {
    let packets = getenv("SALC_FLOOD_PACKETS").flatMap { Int(String(cString: $0)) } ?? 1_000_000
    let run = try LiveRun(
      Namespaces("flood"), Self.count, ["--ring-bytes", "65536", "--place", "host"])
    let frames = LiveTraffic.syns(sources: 5000, times: 2)
    let loops = max(1, packets / frames.count)
    let sent = try run.send(frames, ["--topspeed", "--preload-pcap", "--loop", "\(loops)"])
    usleep(1_500_000)
    let received = run.namespaces.counter(
      "rx_packets", of: run.namespaces.receivingInterface, in: run.namespaces.receiver)
    let result = run.stop()
    #expect(sent == UInt64(loops * frames.count))
    #expect(received == sent)
    #expect(result.end?["packets"]?.integer == Int64(sent))
    #expect(result.total() + result.lost == sent)
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
