import Plan
import Testing

/// What programs of `Docs/Language.md` mean, as resolved: before any rule.
@Suite("Plans of programs")
struct PlanSnapshotTests {
  private func expectPlan(
    _ text: String, _ description: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let plan = try plan(
      "P = PacketStream(\"eth0\");\n" + text, sourceLocation: sourceLocation)
    #expect(plan.description == description + "\n", sourceLocation: sourceLocation)
  }

  @Test func victimsOfTwoFeatures() throws {
    try expectPlan(
      """
      Syns    = FILTER P BY tcp.flags.syn AND NOT tcp.flags.ack;
      ByDest  = STREAM Syns BY DestIp;
      Rate    = FOREACH ByDest GENERATE count() WINDOW 1s;
      Sources = FOREACH ByDest GENERATE countdistinct(SourceIp) WITHIN 2% WINDOW 1s;
      Victims = FILTER ByDest BY Rate > 1000 AND Sources > 200;
      OUTPUT Victims;
      """,
      """
      n0  packets of eth0  (P)
      n1  filter n0 by tcp.flags.syn AND NOT tcp.flags.ack  (Syns)
      a0  aggregate n1 by (DestIp) window 1s: tuples  (Rate)
      a1  aggregate n1 by (DestIp) window 1s: distinct (SourceIp), 2^14 registers  (Sources)
      f0  Rate = count() of a0 : u64
      f1  Sources = countdistinct(SourceIp) WITHIN 0.02 CONFIDENCE 0.95 of a1 : u64
      r0  keys of a0, every 1s  (keys of DestIp)
      r1  filter r0 by Rate > 1000 AND Sources > 200, every 1s  (Victims)
      output Victims: r1 (DestIp, Rate, Sources)
      """)
  }

  @Test func numberDividedByDurationIsARateASecond() throws {
    let program = """
      K = STREAM P BY SourceIp;
      N = FOREACH K GENERATE count() WINDOW 10s;
      F = FOREACH K GENERATE first(frame.time) WINDOW 10s;
      L = FOREACH K GENERATE last(frame.time) WINDOW 10s;
      OUTPUT FILTER K BY N / SPAN > 5 AND N / LENGTH > 2 (N);
      """
    func planned(_ span: String, _ length: String) throws -> String {
      let text = program.replacing("SPAN", with: span).replacing("LENGTH", with: length)
      return try plan("P = PacketStream();" + text).description
    }
    #expect(try planned("(L - F)", "10s") == planned("((L - F) / 1s)", "10"))
  }

  @Test func featuresOfDifferentlyFilteredStreamsMeetByKey() throws {
    try expectPlan(
      """
      A = FOREACH (STREAM (FILTER P BY tcp.flags.syn) BY DestIp AS Host) GENERATE count() WINDOW 1s;
      B = FOREACH (STREAM (FILTER P BY udp) BY SourceIp AS Host) GENERATE count() WINDOW 1s;
      Flood = FILTER (STREAM P BY DestIp AS Host) BY A - B >= 3;
      """,
      """
      n0  packets of eth0  (P)
      n1  filter n0 by tcp.flags.syn  (A)
      n2  filter n0 by udp  (B)
      a0  aggregate n1 by (DestIp AS Host) window 1s: tuples  (A)
      a1  aggregate n2 by (SourceIp AS Host) window 1s: tuples  (B)
      a2  aggregate n0 by (DestIp AS Host) window 1s: tuples  (keys of Host)
      f0  A = count() of a0 : u64
      f1  B = count() of a1 : u64
      r0  keys of a2, every 1s  (keys of Host)
      r1  filter r0 by A - B >= 3, every 1s  (Flood)
      output Flood: r1 (Host, A, B)
      """)
  }

  @Test func slowloris() throws {
    try expectPlan(
      """
      Tcp = STREAM (FILTER P BY tcp) BY DestIp;
      Conns = FOREACH Tcp GENERATE countdistinct(SourceIp, SourcePort) WINDOW 1s;
      Bytes = FOREACH Tcp GENERATE sum(IpBytes) WINDOW 1s;
      Slow = FILTER Tcp BY Conns >= 5 AND Bytes >= 500 AND Bytes / Conns <= 90;
      """,
      """
      n0  packets of eth0  (P)
      n1  filter n0 by tcp  (Tcp)
      a0  aggregate n1 by (DestIp) window 1s: distinct (SourceIp, SourcePort), 2^14 registers  \
      (Conns)
      a1  aggregate n1 by (DestIp) window 1s: tuples, total(IpBytes)  (Bytes)
      f0  Conns = countdistinct(SourceIp, SourcePort) of a0 : u64
      f1  Bytes = sum(IpBytes) of a1 : i64
      r0  keys of a1, every 1s  (keys of DestIp)
      r1  filter r0 by Conns >= 5 AND Bytes >= 500 AND Bytes / Conns <= 90, every 1s  (Slow)
      output Slow: r1 (DestIp, Conns, Bytes)
      """)
  }

  @Test func tenTalkers() throws {
    try expectPlan(
      """
      K = STREAM P BY SourceIp;
      Bytes = FOREACH K GENERATE sum(frame.len) WINDOW 60s;
      Pkts = FOREACH K GENERATE count() WINDOW 60s;
      OUTPUT TOP 10 K BY Bytes (Bytes, Pkts);
      """,
      """
      n0  packets of eth0  (P)
      a0  aggregate n0 by (SourceIp) window 1m: tuples, total(frame.len)  (Bytes, Pkts)
      f0  Bytes = sum(frame.len) of a0 : i64
      f1  Pkts = count() of a0 : u64
      r0  keys of a0, every 1m  (keys of SourceIp)
      r1  top 10 of r0 by Bytes, every 1m  (Output)
      output Output: r1 (SourceIp, Bytes, Pkts)
      """)
  }

  @Test func distinctPairsCountedByNetwork() throws {
    try expectPlan(
      """
      New = DISTINCT P BY SourceIp/24, DestIp WINDOW 1d;
      N = FOREACH (STREAM New BY SourceIp/24) GENERATE count() WINDOW 1h;
      """,
      """
      n0  packets of eth0  (P)
      n1  distinct n0 by (SourceIp/24/64 AS SourceIp/24, DestIp) window 1d  (New)
      a0  aggregate n1 by (SourceIp/24/64 AS SourceIp/24) window 1h: tuples  (N)
      f0  N = count() of a0 : u64
      r0  keys of a0, every 1h  (keys of SourceIp/24)
      output N: r0 (SourceIp/24, N)
      """)
  }

  @Test func zorroAsksASetForAMinute() throws {
    try expectPlan(
      """
      Telnet = FILTER P BY tcp.dstport == 23;
      K = STREAM Telnet BY DestIp, IpBytes;
      Same = FOREACH K GENERATE count() WINDOW 1s;
      Suspect = FILTER Same BY Same >= 40;
      Zorro = FILTER Telnet BY (DestIp, IpBytes) IN Suspect WITHIN 60s;
      OUTPUT Zorro (SourceIp, DestIp AS Victim, frame.len * 2 AS Twice);
      """,
      """
      n0  packets of eth0  (P)
      n1  filter n0 by tcp.dstport == 23  (Telnet)
      n2  filter n1 by (DestIp, IpBytes) IN set0 WITHIN 1m  (Zorro)
      a0  aggregate n1 by (DestIp, IpBytes) window 1s: tuples  (Same)
      f0  Same = count() of a0 : u64
      r0  keys of a0, every 1s  (keys of DestIp, IpBytes)
      r1  filter r0 by Same >= 40, every 1s  (Suspect)
      set0  keys (DestIp, IpBytes) of r1, lag 100ms
      output Zorro: n2 (SourceIp, DestIp AS Victim, frame.len * 2 AS Twice)
      """)
  }

  @Test func rowsAndTuplesOfOneFilter() throws {
    try expectPlan(
      """
      K = STREAM P BY SourceIp;
      Rate = FOREACH K GENERATE count() WINDOW 1s;
      Hot = FILTER K BY Rate > 10;
      Ports = FOREACH Hot GENERATE countdistinct(DestPort) WINDOW 1s;
      OUTPUT Hot; OUTPUT Ports;
      """,
      """
      n0  packets of eth0  (P)
      n1  filter n0 by (SourceIp) IN set0  (Hot)
      a0  aggregate n0 by (SourceIp) window 1s: tuples  (Rate)
      a1  aggregate n1 by (SourceIp) window 1s: distinct (DestPort), 2^14 registers  (Ports)
      f0  Rate = count() of a0 : u64
      f1  Ports = countdistinct(DestPort) of a1 : u64
      r0  keys of a0, every 1s  (keys of SourceIp)
      r1  filter r0 by Rate > 10, every 1s  (Hot)
      r2  keys of a1, every 1s  (keys of SourceIp)
      set0  keys (SourceIp) of r1, lag 100ms
      output Hot: r1 (SourceIp, Rate)
      output Ports: r2 (SourceIp, Ports)
      """)
  }

  @Test func differentWindowsMeetAtTheShortest() throws {
    try expectPlan(
      """
      K = STREAM P BY SourceIp;
      Rate = FOREACH K GENERATE count() WINDOW 1s;
      Mean = FOREACH K GENERATE ave(frame.len) WINDOW 5s;
      X = FILTER K BY Rate > 10 AND Mean > 100.5;
      """,
      """
      n0  packets of eth0  (P)
      a0  aggregate n0 by (SourceIp) window 1s: tuples  (Rate)
      a1  aggregate n0 by (SourceIp) window 5s: tuples, present(frame.len), total(frame.len)  (Mean)
      f0  Rate = count() of a0 : u64
      f1  Mean = ave(frame.len) of a1 : float
      r0  keys of a0, every 1s  (keys of SourceIp)
      r1  filter r0 by Rate > 10 AND Mean > 201 / 2, every 1s  (X)
      output X: r1 (SourceIp, Rate, Mean)
      """)
  }

  @Test func globalAndSubsetFeaturesInAPredicate() throws {
    try expectPlan(
      """
      K = STREAM P BY SourceIp, DestPort;
      N = FOREACH K GENERATE count() WINDOW 1s;
      BySource = FOREACH (STREAM P BY SourceIp) GENERATE count() WINDOW 1s;
      All = FOREACH P GENERATE count() WINDOW 1s;
      X = FILTER K BY N / BySource > 0.5 AND BySource / All > 0.1 AND SourceIp != 10.0.0.0/8;
      """,
      """
      n0  packets of eth0  (P)
      a0  aggregate n0 by (SourceIp, DestPort) window 1s: tuples  (N)
      a1  aggregate n0 by (SourceIp) window 1s: tuples  (BySource)
      a2  aggregate n0 by () window 1s: tuples  (All)
      f0  N = count() of a0 : u64
      f1  BySource = count() of a1 : u64
      f2  All = count() of a2 : u64
      r0  keys of a0, every 1s  (keys of SourceIp, DestPort)
      r1  filter r0 by N / BySource[SourceIp] > 1 / 2 AND BySource[SourceIp] / All[] > 1 / 10 \
      AND SourceIp NOT IN {10.0.0.0/8}, every 1s  (X)
      output X: r1 (SourceIp, DestPort, N, BySource[SourceIp] AS BySource, All[] AS All)
      """)
  }

  @Test func featureBesideTupleFieldsSplitsThePredicate() throws {
    try expectPlan(
      """
      K = STREAM P BY SourceIp;
      Rate = FOREACH K GENERATE count() WINDOW 1s;
      X = FILTER K BY tcp AND Rate > 10 AND Rate < 100 AND NOT frame.len > 60;
      OUTPUT X (SourceIp, frame.len);
      """,
      """
      n0  packets of eth0  (P)
      n1  filter n0 by tcp AND NOT frame.len > 60 AND (SourceIp) IN set0  (X)
      a0  aggregate n0 by (SourceIp) window 1s: tuples  (Rate)
      f0  Rate = count() of a0 : u64
      r0  keys of a0, every 1s  (keys of SourceIp)
      r1  filter r0 by Rate > 10 AND Rate < 100, every 1s  (X)
      set0  keys (SourceIp) of r1, lag 100ms
      output X: n1 (SourceIp, frame.len)
      """)
  }

  @Test func rankingsHaveMembers() throws {
    try expectPlan(
      """
      K = STREAM P BY SourceIp, DestPort ELSE 0;
      T = FOREACH K GENERATE topk(DestIp, 3, frame.len) WINDOW 10s;
      X = FILTER K BY T.value(0) > 0.5 AND T.key != 10.0.0.1;
      OUTPUT TOP 5 X BY T.count(0) PER SourceIp;
      """,
      """
      n0  packets of eth0  (P)
      a0  aggregate n0 by (SourceIp, DestPort ELSE 0) window 10s: tally of (DestIp) by \
      frame.len  (T)
      f0  T = topk(DestIp, 3, frame.len) of a0 : ranking
      r0  keys of a0, every 10s  (keys of SourceIp, DestPort)
      r1  filter r0 by T.value(0) > 1 / 2 AND T.key(0) NOT IN {10.0.0.1}, every 10s  (X)
      r2  top 5 of r1 by T.count(0) per SourceIp, every 10s  (Output)
      output Output: r2 (SourceIp, DestPort, T)
      """)
  }

  @Test func globalFeatures() throws {
    try expectPlan(
      """
      OUTPUT FOREACH P GENERATE count() WINDOW 1s;
      V = FOREACH P GENERATE var(tcp.window * 2 - 5) WINDOW 1s;
      D = FOREACH P GENERATE countdistinct(SourceIp) EXACT WINDOW 1s;
      OUTPUT V; OUTPUT D;
      """,
      """
      n0  packets of eth0  (P)
      a0  aggregate n0 by () window 1s: tuples, present((tcp.window_size_value * 2) - 5), \
      total((tcp.window_size_value * 2) - 5), squares((tcp.window_size_value * 2) - 5)  (count(), V)
      a1  aggregate n0 by () window 1s: tally of (SourceIp)  (D)
      f0  count() = count() of a0 : u64
      f1  V = var((tcp.window_size_value * 2) - 5) of a0 : float
      f2  D = countdistinct(SourceIp) EXACT of a1 : u64
      r0  keys of a0, every 1s  (keys of all tuples)
      r1  keys of a1, every 1s  (keys of all tuples)
      output Output: r0 (count())
      output V: r0 (V)
      output D: r1 (D)
      """)
  }

  @Test func listedFeaturesOfAKeyedStream() throws {
    try expectPlan(
      """
      K = STREAM P BY SourceIp;
      N = FOREACH K GENERATE count() WINDOW 1s;
      OUTPUT K (N, N * 2 + 1 AS Odd, N > 5 AS Hot);
      """,
      """
      n0  packets of eth0  (P)
      a0  aggregate n0 by (SourceIp) window 1s: tuples  (N)
      f0  N = count() of a0 : u64
      r0  keys of a0, every 1s  (keys of SourceIp)
      output K: r0 (SourceIp, N, (N * 2) + 1 AS Odd, N > 5 AS Hot)
      """)
  }

  @Test func withoutOutputEveryUnusedNameIsOne() throws {
    try expectPlan(
      """
      A = FILTER P BY arp;
      B = FOREACH (STREAM P BY eth.src) GENERATE max(frame.len) WINDOW 1s;
      """,
      """
      n0  packets of eth0  (P)
      n1  filter n0 by arp  (A)
      a0  aggregate n0 by (eth.src) window 1s: tuples, present(frame.len), greatest(frame.len)  (B)
      f0  B = max(frame.len) of a0 : u32
      r0  keys of a0, every 1s  (keys of eth.src)
      output A: n1 (SourceIp, SourcePort, DestIp, DestPort, IpProtocol, frame.len)
      output B: r0 (eth.src, B)
      """)
  }
}
