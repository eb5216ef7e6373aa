import Glibc
import TestSupport
import Testing

extension Live {
  /// The highest rate that a veth pair takes: live frames straight into the peer's receive ring.
  @Suite(
    "Flood", .serialized, .enabled(if: Requirement.kernel.isMet, "needs the kernel"),
    .enabled(if: Requirement.program("clang").isMet, "needs the program clang"))
  struct FloodTests {
    /// Of a run of CI; scripts/benchmarks sets ten millions.
    private static let packets =
      getenv("SALC_FLOOD_PACKETS").flatMap { UInt64(String(cString: $0)) } ?? 1_000_000

    @Test(
      "received + lost = sent, closed from both ends",
      arguments: [[], ["--place", "host", "--ring-bytes", "65536"], ["--table-sets", "64"]])
    func closure(options: [String]) throws {
      let directory = TemporaryDirectory()
      let flood = try FloodGenerator(into: directory)
      let run = try LiveRun(Namespaces("flood"), InterfaceTests.count, options)
      let pair = run.namespaces
      let outcome = pair.run(
        in: pair.sender, flood.program,
        flood.arguments(pair.sendingInterface, Self.packets, sources: 1 << 14))
      try #require(outcome.exitCode == 0, "\(outcome.errors)")
      usleep(300_000)
      func counter(_ name: String, isSender: Bool) throws -> UInt64 {
        try #require(
          isSender
            ? pair.counter(name, of: pair.sendingInterface, in: pair.sender)
            : pair.counter(name, of: pair.receivingInterface, in: pair.receiver))
      }
      let left = try counter("tx_packets", isSender: true)
      let refused = try counter("tx_dropped", isSender: true)
      let arrived = try counter("rx_packets", isSender: false)
      let result = run.stop(SIGTERM)
      #expect(result.outcome.exitCode == 0, "\(result.outcome.errors)")
      #expect(left + refused == Self.packets, "left \(left), refused \(refused)")
      #expect(arrived == left)
      #expect(result.end?["packets"]?.integer == Int64(arrived))
      #expect(result.total() + result.lost == arrived)
      let shown = result.losses.flatMap { $0["lost"]?.members ?? [] }
        .reduce(0) { $0 + UInt64($1.value.integer ?? 0) }
      #expect(shown == result.lost, "each window says what it lost")
    }
  }
}
