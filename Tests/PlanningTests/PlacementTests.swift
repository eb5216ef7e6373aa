import BPFModel
import DataModel
import Plan
import Planning
import Testing

@Suite("Placement")
struct PlacementTests {
  private func expectPlacement(
    _ text: String, policy: PlacementPolicy = .automatic, _ description: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let plan = optimize(try logicalPlan(text, sourceLocation: sourceLocation))
    let placed = place(plan, policy: policy)
    #expect(placed.description == description + "\n", sourceLocation: sourceLocation)
  }

  private let count = "C = FOREACH (STREAM P BY ip.src) GENERATE count() WINDOW 1s;"

  @Test func countRunsInTheDataPath() throws {
    try expectPlacement(
      count,
      """
      xdp  n0  packets of eth0  (P)
      xdp  a0  aggregate n0 by (ip.src) window 1s: tuples  (C)
      """)
  }

  @Test func hostPolicyExportsWhatTheHostNeeds() throws {
    try expectPlacement(
      count, policy: .host,
      """
      xdp  n0  packets of eth0  (P)
      host a0  aggregate n0 by (ip.src) window 1s: tuples  (C)
             because all operators were asked to run on the host
      export n0: (ip.src), 4 words
      """)
  }

  @Test func hostEngineHasNoDataPath() throws {
    try expectPlacement(
      count, policy: .hostEngine,
      """
      host n0  packets of eth0  (P)
             because the host reads the capture
      host a0  aggregate n0 by (ip.src) window 1s: tuples  (C)
             because the host reads the capture
      """)
  }

  @Test func operatorsThatNeedOrderStayOnTheHost() throws {
    try expectPlacement(
      """
      K = STREAM (FILTER P BY tcp) BY SourceIp;
      Seq = FOREACH K GENERATE first(tcp.seq) WINDOW 1s;
      """,
      """
      xdp  n0  packets of eth0  (P)
      xdp  n1  filter n0 by tcp  (K)
      host a0  aggregate n1 by (SourceIp) window 1s: tuples, present(tcp.seq), earliest(tcp.seq)  \
      (Seq)
             because earliest(tcp.seq) needs the order in which tuples arrive, and receive queues \
      hash DestIp, SourcePort, DestPort too, so a key's tuples arrive on several CPUs
      export n1: (SourceIp, tcp.seq), in order, 6 words
      """)
  }

  @Test func orderNeedingStateLeavesItsNeighboursInTheDataPath() throws {
    let plan = optimize(
      try logicalPlan(
        """
        K = STREAM P BY SourceIp;
        F = FOREACH K GENERATE first(frame.len) WINDOW 1s;
        N = FOREACH K GENERATE count() WINDOW 1s;
        X = FILTER K BY N > 5;
        OUTPUT X (N, F);
        """))
    let placed = place(plan)
    #expect(plan.aggregations.map(\.name) == ["F", "N"])
    #expect(placed.aggregations.map(\.isInDataPath) == [false, true])
    #expect(plan.relations[0].operation == .keys(domain: 1))
  }

  /// No key pins its tuples to one CPU, and the reason says what is in the way.
  @Test(arguments: [
    ("P", "every CPU has tuples of the one global key"),
    ("(STREAM P BY SourceIp)", "hash DestIp, SourcePort, DestPort too"),
    ("(STREAM P BY SourceIp/24, DestIp, SourcePort, DestPort)", "hash SourceIp too"),
    (
      "(STREAM P BY SourceIp, DestIp, SourcePort, DestPort, IpProtocol)",
      "fragments of a flow may arrive on another CPU"
    ),
  ])
  func foldsInOrderStayOnTheHost(stream: String, reason: String) throws {
    for call in ["ewma(frame.len, 0.5)", "descents(frame.len)", "last(frame.len)"] {
      let placed = place(
        optimize(try logicalPlan("E = FOREACH \(stream) GENERATE \(call) WINDOW 1s;")))
      #expect(placed.description.contains("needs the order in which tuples arrive, and"))
      #expect(placed.description.contains(reason), "\(placed)")
      #expect(!placed.exports.contains { !$0.needsOrder })
    }
  }

  @Test func sumsThatMaySaturateStayOnTheHost() throws {
    try expectPlacement(
      "S = FOREACH P GENERATE sum(tcp.seq) WINDOW 1h;",
      """
      xdp  n0  packets of eth0  (P)
      host a0  aggregate n0 by () window 1h: tuples, total(tcp.seq)  (S)
             because total(tcp.seq) may saturate within a pane, which only the host tells
      export n0: (tcp.seq), 4 words
      """)
  }

  @Test func sumsThatCannotSaturateLeaveTheHost() throws {
    let plan = try logicalPlan("S = FOREACH P GENERATE sum(frame.len) WINDOW 1h;")
    #expect(place(plan).aggregations == [.dataPath])
  }

  @Test func squaresOfWideValuesStayOnTheHost() throws {
    let plan = try logicalPlan("V = FOREACH P GENERATE var(tcp.seq * 2) WINDOW 1s;")
    #expect(
      place(plan).aggregations == [
        .host(reason: "squares of tcp.seq * 2 may need more than 64 bits each")
      ])
  }

  @Test func wideKeysStayOnTheHost() throws {
    let plan = try logicalPlan(
      "N = FOREACH (STREAM P BY SourceIp, DestIp, ipv6.src, ipv6.dst) GENERATE count() WINDOW 1s;"
    )
    #expect(
      place(plan).aggregations == [
        .host(reason: "the table's key has 9 words, and the data path's tables take 6")
      ])
  }

  @Test func distinctIsPrefilteredWhereOnlyItsKeyMatters() throws {
    try expectPlacement(
      """
      New = DISTINCT P BY SourceIp, DestIp WINDOW 10s;
      N = FOREACH (STREAM New BY SourceIp) GENERATE count() WINDOW 10s;
      """,
      """
      xdp  n0  packets of eth0  (P)
      both n1  distinct n0 by (SourceIp, DestIp) window 10s  (New)
      host a0  aggregate n1 by (SourceIp) window 10s: tuples  (N)
             because DISTINCT before it is completed on the host
      export n1: (SourceIp, DestIp), 7 words
      """)
  }

  @Test(
    "DISTINCT stays on the host",
    arguments: [
      "S = FOREACH D GENERATE sum(frame.len) WINDOW 10s;",
      "S = FOREACH (STREAM D BY SourceIp) GENERATE count() WINDOW 10s;",
      "S = FOREACH (FILTER D BY tcp) GENERATE count() WINDOW 10s;",
      "OUTPUT D (DestIp);",
    ])
  func distinctNeedsTheFirstTuple(use: String) throws {
    let plan = optimize(
      try logicalPlan("D = DISTINCT P BY SourceIp/24, DestIp WINDOW 10s;\n" + use))
    let placed = place(plan)
    #expect(
      placed.nodes[1]
        == .host(
          reason: "what follows DISTINCT reads more than its key, so the first tuple matters"))
    #expect(placed.exports.map(\.needsOrder) == [true])
  }

  @Test func filtersOnSetsRunInTheDataPath() throws {
    try expectPlacement(
      """
      K = STREAM P BY DestIp;
      Rate = FOREACH K GENERATE count() WINDOW 1s;
      Hot = FILTER K BY Rate > 10;
      D = FOREACH Hot GENERATE countdistinct(SourceIp) WINDOW 1s;
      """,
      """
      xdp  n0  packets of eth0  (P)
      xdp  n1  filter n0 by (DestIp) IN set0  (Hot)
      xdp  a0  aggregate n0 by (DestIp) window 1s: tuples  (Rate)
      xdp  a1  aggregate n1 by (DestIp) window 1s: distinct (SourceIp), 2^14 registers  (D)
      """)
  }

  @Test func tableBeyondTheBudgetSpills() throws {
    var small = TargetProfile.xdp
    small.halfBytesMax = 1 << 20
    small.tableEntries = 1 << 16
    let plan = try logicalPlan(count)
    guard case .host(let reason) = place(plan, target: small).aggregations[0] else {
      Issue.record("the table does not fit, and was placed")
      return
    }
    #expect(reason.hasPrefix("its state of 1025 KiB exceeds the"))
  }
}
