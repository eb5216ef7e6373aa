import DataModel
import Glibc
import Reference
import Sinks
import TestSupport
import Testing

extension Live {
  /// Flow records of live packets: every packet in exactly one record, timeouts by the live clock.
  @Suite(
    "Flows of live packets", .serialized,
    .enabled(if: Requirement.kernel.isMet, "needs the kernel"))
  struct FlowTests {
    private static let text = """
      F = FlowStream("salcrx", active: 60s, idle: 1s);
      OUTPUT F (SourcePort, DestPort, FirstSeenSrcPacketCount AS S, FirstSeenDestPacketCount AS D,
        SrcTotalBytes, DestTotalBytes, RecordForceOut AS Forced);
      """

    /// A question and its answer of each of many clients.
    private static func frames(_ clients: Int) -> [[UInt8]] {
      (0..<clients).flatMap { client in
        let (host, port) = ([10, 1, UInt8(client / 256), UInt8(client % 256)], 40_000 + client)
        let server: [UInt8] = [10, 2, 0, 1]
        let question = FrameBuilder.udp(source: port, destination: 53, payload: [1, 2, 3])
        let answer = FrameBuilder.udp(source: 53, destination: port, payload: [1, 2, 3, 4, 5])
        return [
          FrameBuilder.ethernet(
            type: 0x800,
            payload: FrameBuilder.ipv4(
              source: host, destination: server, protocol: 17, payload: question)),
          FrameBuilder.ethernet(
            type: 0x800,
            payload: FrameBuilder.ipv4(
              source: server, destination: host, protocol: 17, payload: answer)),
        ]
      }
    }

    @Test(
      "a pause longer than idle makes two records of a flow, and nothing is lost or counted twice")
    func records() throws {
      let clients = 300
      let frames = Self.frames(clients)
      // Two bursts, each of all frames twice, and more than the timeout between them.
      let traffic = FrameSender(
        frames: frames, milliseconds: 2, framesEach: 2 * frames.count, pause: 2_300_000)
      let result = try InProcessRun.run(
        Namespaces("flows"), InProcessRun.compile(Self.text, tableSets: 4), traffic: traffic)
      #expect(result.totals.packets == UInt64(4 * frames.count), "\(result.totals)")
      #expect(result.totals.lostTuples == 0, "\(result.losses)")
      #expect(result.rows.count == 2 * clients)
      let bytes: [Value] = [2, 2, 2 * 31, 2 * 33].map { .integer($0) }
      for row in result.rows {
        #expect(row.values[1] == .integer(53), "the client is the source: \(row)")
        #expect(Array(row.values[2...5]) == bytes, "\(row)")
      }
      let ports = Dictionary(grouping: result.rows, by: { $0.values[0] })
      #expect(ports.count == clients && ports.values.allSatisfy { $0.count == 2 })
    }

    /// Each of 600 clients asks two ports of one server from four ports: 2 400 flows, of which the
    /// first basic window of `topk` takes 1 000.
    @Test(
      "salc run samples/sal/disclosure.sal --iface: the published program finds a server live",
      .enabled(if: Requirement.program("tcpreplay").isMet, "needs the program tcpreplay"))
    func disclosure() throws {
      let pair = try Namespaces("disclosure")
      let job = pair.start(
        in: pair.receiver, Tool.salc,
        ["run", Repository.root + "/samples/sal/disclosure.sal", "--format", "json"]
          + ["--iface", pair.receivingInterface])
      let run = LiveRun(pair, job)
      let isAttached = job.waitUntil(timeout: 30) { pair.hasProgram }
      try #require(isAttached, "not attached: \(job.wait(timeout: 1))")
      let frames = (0..<2400).map { index in
        let (client, round) = (index % 600, index / 600)
        let segment = FrameBuilder.tcp(
          source: 1024 + round, destination: (client + round) % 2 == 0 ? 80 : 443, flags: 2)
        let packet = FrameBuilder.ipv4(
          source: [10, 1, UInt8(client / 250), UInt8(client % 250)],
          destination: [10, 99, 0, 2], protocol: 6, payload: segment)
        return CapturedFrame(
          time: 1_700_000_000_000_000_000,
          bytes: FrameBuilder.ethernet(type: 0x0800, payload: packet))
      }
      #expect(try run.send(frames) == 2400)
      usleep(300_000)
      let result = run.stop()
      #expect(result.outcome.exitCode == 0, "\(result.outcome)")
      #expect(result.end?["packets"]?.integer == 2400)
      // The largest flow is a SYN of 40 octets, which nobody answers.
      #expect(result.rows.count == 1400)
      #expect(
        result.rows.allSatisfy { row in
          [row.values[0], row.values[1], row.values[3]] == [.real(40), .real(0), .real(0)]
        }, "\(result.rows.prefix(2))")
    }

    @Test("a program over records of VAST runs on an interface")
    func published() throws {
      let frames = Self.frames(20)
      let traffic = FrameSender(
        frames: frames, milliseconds: 1, framesEach: frames.count, pause: 100_000)
      let result = try InProcessRun.run(
        Namespaces("vast"),
        InProcessRun.compile(Repository.text("samples/sal/short.sal"), takesPackets: true),
        traffic: traffic)
      #expect(result.rows.count == 20)
      #expect(result.rows.allSatisfy { $0.values == [.real(31), .real(31)] }, "\(result.rows)")
    }
  }
}
