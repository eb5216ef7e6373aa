import DataModel
import TestSupport
import Testing

/// Values of every field within DNS messages, with how often each occurs, against tshark.
@Suite(
  "Fields of DNS messages are tshark's",
  .enabled(if: Requirement.captures.isMet, "needs captures: SALC_TEST_DATA"),
  .enabled(if: Requirement.program("tshark").isMet, "needs the program tshark"))
struct DNSOracleTests {
  /// Captures with messages in plain packets: tshark looks into tunnels and into what an error of
  /// ICMP quotes, salc does not.
  private static let captures = [
    "d04_wikipedia_browse.pcap", "d05_web_dns_mix_76s.pcap", "d12_ipv6_fragmented_dns.pcap",
    "d18_dns_tunnel_iodine.pcap", "d19_mixed_small.pcap", "d20_vlan_flows.pcap",
  ]

  /// The longest datagram whose message is read whole.
  private static let longest = PacketBytes.limit + 8

  private static let members = RepeatedGroup.all.filter { $0.bytes == .dns }.flatMap(\.members)

  private static let program = Program(
    "messages",
    ["U = FILTER P BY udp.length <= \(longest);"]
      + members.enumerated().map { index, member in
        "N\(index) = FOREACH (STREAM U BY \(member.name)) GENERATE count() \(Question.ever);"
      })

  /// The differential tests compare the engines; this one is about what they all read.
  @Test("on the host")
  func host() throws {
    let tshark = try #require(Tool.find("tshark"))
    let directory = TemporaryDirectory()
    let query = directory.write(Self.program.text, to: "query.sal")
    var compared = 0
    for capture in Self.captures where TestCaptures.names.contains(capture) {
      // Fragments end within a message, and say so.
      let run = SalcRun.replay(
        query, capture: TestCaptures.path(capture), ["--engine", "host"])
      #expect(run.outcome.exitCode == 0, "\(capture): \(run.outcome.errors)")
      let answers = Answers(run)
      let counts = try #require(Self.counts(of: capture, tshark: tshark))
      for (index, member) in Self.members.enumerated() {
        var own: [String: Int64] = [:]
        for row in answers.rows["N\(index)"] ?? [] {
          own[Self.shape(row.values[0].description), default: 0] += Answers.number(row) ?? 0
        }
        #expect(own == counts[index], "\(capture): \(member.name)")
        compared += own.count
      }
    }
    #expect(compared > 100)
  }

  /// Values of each member by their number, as tshark has them.
  private static func counts(of capture: String, tshark: String) -> [[String: Int64]]? {
    let outcome = Tool.run(
      tshark,
      [
        "-n", "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE", "-r",
        TestCaptures.path(capture), "-Y",
        "udp.port == 53 && !icmp && udp.length <= \(longest)", "-T", "fields", "-E", "occurrence=a",
        "-E", "aggregator=|",
      ] + members.flatMap { ["-e", $0.name] })
    guard outcome.exitCode == 0 else { return nil }
    var counts = [[String: Int64]](repeating: [:], count: members.count)
    for line in outcome.output.split(separator: "\n") {
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard fields.count == members.count else { return nil }
      for (index, field) in fields.enumerated() {
        for value in field.split(separator: "|") {
          counts[index][shape(String(value)), default: 0] += 1
        }
      }
    }
    return counts
  }

  /// A value as both write it: tshark keeps the case of names, prints what is no text as it comes,
  /// and writes classes in hexadecimal digits.
  private static func shape(_ value: String) -> String {
    if value == "<Root>" { return "." }
    if value.hasPrefix("0x"), let number = Int(value.dropFirst(2), radix: 16) {
      return String(number)
    }
    let isText = value.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "\\") }
    return isText ? value.lowercased() : "no text"
  }
}
