import DataModel
import Reference
import TestSupport
import Testing

/// The naive decoder against answers that two parsers of other people agree on.
@Suite("The naive decoder agrees with the oracle")
struct DecoderOracleTests {
  @Test(
    "totals", .enabled(if: Requirement.captures.isMet, "needs captures: SALC_TEST_DATA"),
    arguments: TestCaptures.names)
  func totals(name: String) throws {
    let answers = try #require(Oracle.answers(of: name))
    let totals = try #require(answers["totals"])
    var counts: [String: Int64] = [:]
    let frames = CaptureFile.frames(of: TestCaptures.path(name))
    for (order, frame) in frames.enumerated() {
      let packet = Fields(packet: NaivePacket(frame, order: order))
      counts["packets", default: 0] += 1
      counts["bytes", default: 0] += Int64(frame.wireLength)
      for (key, holds) in packet.facts where holds { counts[key, default: 0] += 1 }
    }
    for (key, value) in totals.members where key != "ip_fragments" {
      #expect(counts[key] ?? 0 == value.integer, "\(name): \(key)")
    }
  }

  /// What the oracle counts, as predicates over a packet.
  private struct Fields {
    let packet: NaivePacket

    var facts: [(String, Bool)] {
      let isUDP = holds("udp")
      let isIP = holds("ip") || holds("ipv6")
      return [
        ("ipv4", holds("ip")), ("ipv6", holds("ipv6")), ("non_ip", !isIP),
        ("tcp_l4", holds("tcp")), ("udp_l4", isUDP),
        ("syn", holds("tcp.flags.syn") && !holds("tcp.flags.ack")),
        ("synack", holds("tcp.flags.syn") && holds("tcp.flags.ack")),
        ("ack", holds("tcp.flags.ack")), ("fin", holds("tcp.flags.fin")),
        ("rst", holds("tcp.flags.reset")),
        (
          "dns_response",
          isUDP && holds("dns.flags.response") && number("udp.srcport") == 53
        ),
        (
          "dns_query",
          isUDP && holds("dns") && !holds("dns.flags.response") && number("udp.dstport") == 53
        ),
      ]
    }

    private func value(_ name: String) -> Value {
      PacketFields.named(name).map { packet.value($0) } ?? .missing
    }

    private func holds(_ name: String) -> Bool { value(name) == .bool(true) }

    private func number(_ name: String) -> Int64? {
      if case .integer(let number) = value(name) { number } else { nil }
    }
  }
}
