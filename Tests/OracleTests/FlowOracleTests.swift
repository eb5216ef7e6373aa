import TestSupport
import Testing

/// Flow records against those that nfdump's nfpcapd makes of the same captures.
///
/// nfpcapd has a record for each direction. With timeouts beyond the captures' lengths both cut by
/// nothing but the 5-tuple; captures are left out where nfpcapd looks into tunnels, keeps a record
/// for each DNS message, or puts ICMP's type into a port; and flows of IPv6, whose addresses nfdump
/// prints in part.
@Suite(
  "Flows agree with nfpcapd",
  .enabled(if: Requirement.captures.isMet, "needs captures: SALC_TEST_DATA"),
  .enabled(if: Requirement.program("nfpcapd").isMet, "needs the program nfpcapd"))
struct FlowOracleTests {
  private static let captures = [
    "d01_ssh_guessing", "d02_ftp_bruteforce", "d03_dhcp_flood", "d07_qinq_http", "d08_qinqinq",
    "d15_scan_445_horizontal", "d17_scan_vertical", "d23_synflood_small",
    "d25_ssh_hydra_attack",
  ]

  private static let query = """
    F = FlowStream(active: 1h, idle: 1h, direction: one);
    OUTPUT F (SourceIp, SourcePort, DestIp, DestPort, IpLayerProtocol, TotalPackets, TotalBytes);
    """

  @Test("the same 5-tuples, packets and octets", arguments: captures)
  func flows(capture: String) throws {
    let directory = TemporaryDirectory()
    let path = TestCaptures.path(capture + ".pcap")
    let captured = Tool.run(
      try #require(Tool.find("nfpcapd")),
      ["-r", path, "-w", directory.file(""), "-e", "3600,3600"])
    #expect(captured.exitCode == 0, "\(captured.errors)")
    let listed = Tool.run(
      try #require(Tool.find("nfdump")),
      ["-R", directory.file(""), "-N", "-q", "-o", "fmt:%sa,%sp,%da,%dp,%pr,%pkt,%byt"])
    let wanted = listed.output.split(separator: "\n")
      .map { $0.filter { $0 != " " } }.filter { !$0.isEmpty && !$0.contains(":") }.sorted()
    let run = Tool.run(Tool.salc, ["run", "-e", Self.query, "--pcap", path, "--format", "csv"])
    #expect(run.exitCode == 0, "\(run.errors)")
    let found = run.output.split(whereSeparator: \.isNewline).dropFirst().map { line in
      // Behind the time, before the quality.
      line.split(separator: ",").dropFirst().dropLast().joined(separator: ",")
    }.filter { !$0.contains(":") }.sorted()
    #expect(!found.isEmpty)
    #expect(found == wanted)
  }
}
