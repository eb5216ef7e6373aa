/// What `salc new` begins a query with. Each is in standard form, and its test passes on
/// `ExampleCapture`.
struct QueryTemplate {
  let name: String
  let summary: String
  private let body: String

  /// The query's text, with a test on a capture of this name.
  func text(capture: String) -> String {
    "-- \(summary)\n--\n-- pcap: \(capture)\n" + body
  }

  static let all = [
    QueryTemplate(
      name: "talkers", summary: "The sources that send the most bytes, each minute.",
      body: """
        -- expect: 2026-01-01T00:00:00Z SourceIp=192.0.2.80 Bytes=5324 Count=6
        -- expect: 2026-01-01T00:00:00Z SourceIp=10.0.0.66 Bytes=1080 Count=20
        -- expect: 2026-01-01T00:00:00Z SourceIp=10.0.0.2 Bytes=250 Count=4
        Packets = PacketStream("eth0");
        BySource = STREAM Packets BY SourceIp;
        Bytes = FOREACH BySource GENERATE sum(frame.len) WINDOW 60s;
        Count = FOREACH BySource GENERATE count() WINDOW 60s;
        Talkers = TOP 3 BySource BY Bytes;
        OUTPUT Talkers (Bytes, Count);

        """),
    QueryTemplate(
      name: "scan", summary: "Who tries many doors and finds most of them shut, each minute.",
      body: """
        -- expect: 2026-01-01T00:00:00Z Host=10.0.0.66 Tried=20 Open=0
        Packets = PacketStream("eth0");
        Tries = FILTER Packets BY tcp.flags.syn AND NOT tcp.flags.ack;
        Answers = FILTER Packets BY tcp.flags.syn AND tcp.flags.ack;
        ByHost = STREAM Tries BY SourceIp AS Host;
        Tried = FOREACH ByHost GENERATE countdistinct(DestIp, DestPort) WINDOW 60s;
        Doors = STREAM Answers BY DestIp AS Host;
        Open = FOREACH Doors GENERATE countdistinct(SourceIp, SourcePort) WINDOW 60s;
        Scanners = FILTER ByHost BY Tried - Open >= 10;
        OUTPUT Scanners (Tried, Open);

        """),
    QueryTemplate(
      name: "dns", summary: "Questions and answers of each host, each minute.",
      body: """
        -- expect: 2026-01-01T00:00:00Z Host=10.0.0.2 Questions=2 Answers=2
        Packets = PacketStream("eth0");
        Question = FILTER Packets BY dns AND NOT dns.flags.response;
        Answer = FILTER Packets BY dns AND dns.flags.response;
        ByHost = STREAM Question BY SourceIp AS Host;
        Questions = FOREACH ByHost GENERATE count() WINDOW 60s;
        Answers = FOREACH (STREAM Answer BY DestIp AS Host) GENERATE count() WINDOW 60s;
        OUTPUT ByHost (Questions, Answers);

        """),
    QueryTemplate(
      name: "sizes", summary: "Packets and their lengths for each transport protocol and minute.",
      body: """
        -- expect: 2026-01-01T00:00:00Z IpProtocol=6 Count=28 Mean=232.57 Greatest=1054
        -- expect: 2026-01-01T00:00:00Z IpProtocol=17 Count=4 Mean=71.0 Greatest=71
        Packets = PacketStream("eth0");
        ByProtocol = STREAM Packets BY IpProtocol;
        Count = FOREACH ByProtocol GENERATE count() WINDOW 60s;
        Mean = FOREACH ByProtocol GENERATE ave(frame.len) WINDOW 60s;
        Greatest = FOREACH ByProtocol GENERATE max(frame.len) WINDOW 60s;
        OUTPUT ByProtocol (Count, Mean, Greatest);

        """),
    QueryTemplate(
      name: "tuples", summary: "Every packet that opens a TCP connection, as it comes.",
      body: """
        -- expect: 2026-01-01T00:00:00.06Z SourceIp=10.0.0.2 SourcePort=40000 DestPort=443
        Packets = PacketStream("eth0");
        Opening = FILTER Packets BY tcp.flags.syn AND NOT tcp.flags.ack;
        Busy = FILTER Opening BY tcp.dstport == 443;
        OUTPUT Busy (SourceIp, SourcePort, DestIp, DestPort);

        """),
  ]
}
