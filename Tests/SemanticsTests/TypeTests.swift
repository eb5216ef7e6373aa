import Plan
import Testing

@Suite("Types and units")
struct TypeTests {
  @Test func numberIsNoCondition() {
    expectErrors(
      "X = FILTER P BY ⟦SAL0223:tcp.flags & 2⟧;", fixed: "X = FILTER P BY tcp.flags & 2 != 0;")
  }

  @Test func addressesDoNotCompareWithNumbersOrTexts() {
    expectErrors("X = FILTER P BY DestIp ⟦SAL0222:>⟧ 5;")
    expectErrors(
      "X = FILTER P BY DestIp ⟦SAL0222:==⟧ \"10.0.0.1\";",
      fixed: "X = FILTER P BY DestIp == 10.0.0.1;")
    expectErrors("X = FILTER P BY DestPort IN {80, ⟦SAL0222:10.0.0.1⟧};")
  }

  @Test func servicesAreNames() {
    expectErrors("X = FILTER P BY ApplicationProtocol IN {\"ssh\", \"http\"};")
    expectErrors(
      "X = FILTER P BY ApplicationProtocol == ⟦SAL0209:\"htpps\"⟧;",
      fixed: "X = FILTER P BY ApplicationProtocol == \"https\";")
    expectErrors("X = FILTER P BY ApplicationProtocol ⟦SAL0222:==⟧ 80;")
    expectErrors("X = FOREACH P GENERATE sum(⟦SAL0221:ApplicationProtocol⟧) WINDOW 1s;")
    expectErrors("X = STREAM P BY ApplicationProtocol ELSE ⟦SAL0209:\"none\"⟧;")
    expectErrors(
      "K = STREAM P BY ApplicationProtocol ELSE \"domain\";"
        + " N = FOREACH K GENERATE count() WINDOW 1s;"
        + " X = FILTER N BY N > 3 AND ApplicationProtocol NOT IN {\"domain\"};")
  }

  @Test func repeatedFieldsAreAnyOrEach() {
    expectErrors("X = STREAM P BY ip.addr, dns.a;")
    expectErrors("X = FOREACH P GENERATE sum(tcp.port) WINDOW 1s;")
    expectErrors("X = FILTER P BY dns.qry.name == \"A.example.\" OR NOT dns.a IN {10.0.0.0/8};")
    expectErrors("X = FILTER P BY dns.a ⟦SAL0222:==⟧ 5;")
    expectErrors("X = FILTER P BY dns.qry.name ⟦SAL0221:<⟧ \"a\";")
    expectErrors(
      "X = FILTER P BY ⟦SAL0202:dns.qry.nam⟧ == \"a\";",
      fixed: "X = FILTER P BY dns.qry.name == \"a\";")
    expectErrors(
      "K = STREAM P BY dns.a; N = FOREACH K GENERATE count() WINDOW 1s; X = FILTER K BY N > 1;")
    expectErrors(
      "A = STREAM P BY DestIp; J = JOIN A, A BY DestIp ANTI AFTER 1s;"
        + " X = STREAM J BY ⟦SAL0221:dns.a⟧;"
    )
    expectErrors(
      "K = STREAM P BY DestIp; N = FOREACH K GENERATE count() WINDOW 1s;"
        + " X = FILTER K BY ⟦SAL0901:dns.resp.ttl < N⟧;")
    expectErrors("F = NetflowV5Stream(\"f\"); X = FILTER F BY ⟦SAL0202:dns.a⟧ == 10.0.0.1;")
    expectErrors("X = FILTER P BY tcp AND ⟦SAL0221:tcp.port⟧;")
    expectErrors("X = FILTER P BY ip.addr ⟦SAL0222:==⟧ 5;")
    expectErrors(
      "K = STREAM P BY DestIp; N = FOREACH K GENERATE count() WINDOW 1s;"
        + " X = FILTER K BY N > 1 AND tcp.port == 80;")
    expectErrors(
      "X = FILTER P BY ⟦SAL0202:ip.adr⟧ == 10.0.0.1;",
      fixed: "X = FILTER P BY ip.addr == 10.0.0.1;")
  }

  @Test func onlyPayloadsContainTexts() {
    expectErrors("X = FILTER P BY tcp.payload NOT CONTAINS \"zorro\" AND payload CONTAINS \"a\";")
    expectErrors("X = FILTER P BY ⟦SAL0221:DestIp⟧ CONTAINS \"zorro\";")
    expectErrors("X = FILTER P BY payload CONTAINS ⟦SAL0251:\"\"⟧;")
    expectErrors(
      "X = FILTER P BY payload CONTAINS ⟦SAL0251:\"\(String(repeating: "z", count: 33))\"⟧;")
    expectErrors("X = FILTER P BY payload CONTAINS ⟦SAL0221:5⟧;")
    expectErrors("X = FILTER P BY ⟦SAL0221:payload⟧ == \"zorro\";")
    expectErrors("X = STREAM P BY ⟦SAL0221:payload⟧;")
    expectErrors(
      "N = FOREACH (STREAM P BY DestIp) GENERATE count() WINDOW 1s;"
        + " X = FILTER N BY ⟦SAL0232:payload⟧ CONTAINS \"zorro\";")
  }

  @Test func arithmeticNeedsNumbers() {
    expectErrors("X = FILTER P BY ⟦SAL0221:SourceIp⟧ + 1 > 5;")
    expectErrors("X = FILTER P BY ⟦SAL0221:1.5⟧ & 1 == 1;")
    expectErrors("X = FOREACH P GENERATE sum(⟦SAL0221:SourceIp⟧) WINDOW 1s;")
  }

  @Test func valueThatMayLeave64BitsIsRefused() {
    expectErrors("X = FOREACH P GENERATE sum(⟦SAL0225:tcp.seq * tcp.ack⟧) WINDOW 1s;")
    expectErrors("X = FILTER P BY ⟦SAL0225:1 << frame.len⟧ > 5;")
    expectErrors("X = FILTER P BY frame.len < ⟦SAL0224:9999999999999999999⟧;")
  }

  @Test func realValueInAnOperatorIsRefused() {
    expectErrors(
      "X = FOREACH P GENERATE sum(⟦SAL0226:frame.len / 2⟧) WINDOW 1s;",
      fixed: "X = FOREACH P GENERATE sum(div(frame.len, 2)) WINDOW 1s;")
  }

  @Test func decidedComparisonsAreWarnings() {
    expectErrors("X = FILTER P BY ⟦SAL0227:tcp.dstport == 70000⟧;")
    // A list of rows is lowered to several conditions; its value is told of once.
    expectErrors("X = FILTER P BY (SourcePort, DestPort) NOT IN {(⟦SAL0227:70000⟧, 53), (80, 81)};")
    expectErrors("X = FILTER P BY ⟦SAL0228:frame.len >= 0⟧;")
    expectErrors("X = FILTER P BY DestPort IN {80, ⟦SAL0227:99999⟧};")
    expectErrors("X = FILTER P BY ⟦SAL0227:ip.src IN 2001:db8::/32⟧;")
    expectErrors(
      "X = FILTER P BY ⟦SAL0227:DestPort BETWEEN 10 AND 5⟧;",
      fixed: "X = FILTER P BY DestPort BETWEEN 5 AND 10;")
  }

  @Test func rowsHaveNoFieldsOfTuples() {
    expectErrors(
      "R = FOREACH (STREAM P BY DestIp) GENERATE count() WINDOW 1s;"
        + " X = FILTER R BY ⟦SAL0232:frame.len⟧ > 5;")
  }

  @Test func featureCannotBeFolded() {
    expectErrors(
      "A = FOREACH P GENERATE count() WINDOW 1s;"
        + " B = FOREACH P GENERATE sum(⟦SAL0230:A⟧) WINDOW 1s;")
  }

  @Test func streamIsNoValue() {
    expectErrors("S = FILTER P BY tcp; X = FILTER P BY ⟦SAL0231:S⟧ == 5;")
  }

  @Test func operatorIsNoFunction() {
    expectErrors("X = FILTER P BY ⟦SAL0206:count⟧() > 5;")
  }

  @Test(
    "predicates, lowered",
    arguments: [
      ("tcp AND NOT udp OR arp", "(tcp AND NOT udp) OR arp"),
      ("tcp.flags.syn == 1 AND tcp.flags.ack == 0", "tcp.flags.syn AND tcp.flags.ack == 0"),
      ("frame.len = 60", "frame.len == 60"),
      ("SourceIp == 10.0.0.0/8", "SourceIp IN {10.0.0.0/8}"),
      ("DestIp != 10.0.0.1", "DestIp NOT IN {10.0.0.1}"),
      ("SourceIp < DestIp", "SourceIp < DestIp"),
      ("DestPort NOT IN {443, 80, 80}", "DestPort NOT IN {80, 443}"),
      ("DestPort NOT BETWEEN 10 AND 20", "DestPort < 10 OR DestPort > 20"),
      ("eth.src == 00:00:00:00:01:00", "eth.src == 256"),
      // Real division: cross products, by the sign of the denominator.
      ("frame.len / 3 > 5", "frame.len > 15"),
      ("frame.len / -3 > 5", "frame.len < -15"),
      ("frame.len * 0.1 > 6.4", "frame.len * 5 > 320"),
      (
        "IpBytes / tcp.window <= 2",
        "tcp.window_size_value > 0 AND IpBytes <= 2 * tcp.window_size_value"
      ),
      (
        "IpBytes / (HopLimit - 3) < 2",
        "(HopLimit - 3 > 0 AND IpBytes < 2 * (HopLimit - 3)) "
          + "OR (HopLimit - 3 < 0 AND IpBytes > 2 * (HopLimit - 3))"
      ),
      ("frame.len / 2 IN {1.5, 2}", "frame.len == 3 OR frame.len == 4"),
      ("tcp.flags & 2 == 2", "tcp.flags & 2 == 2"),
      ("tcp.flags | 1 ^ 2 == 3", "(tcp.flags | 1) ^ 2 == 3"),
      ("div(frame.len, 4) % 3 << 2 == 0", "(div(frame.len, 4) % 3) << 2 == 0"),
      ("frame.time > 5", "frame.time > 5000000000"),
      ("frame.time - frame.time < 1ms", "frame.time - frame.time < 1000000"),
      ("(tcp AND udp) == false", "NOT (tcp AND udp)"),
      // A repeated field compares as any of its values.
      ("ip.addr == 10.0.0.1", "ip.src IN {10.0.0.1} OR ip.dst IN {10.0.0.1}"),
      ("NOT ip.addr == 10.0.0.1", "NOT (ip.src IN {10.0.0.1} OR ip.dst IN {10.0.0.1})"),
      ("ip.addr != 10.0.0.1", "ip.src NOT IN {10.0.0.1} OR ip.dst NOT IN {10.0.0.1}"),
      (
        "tcp.port BETWEEN 1 AND 9 AND udp",
        "((tcp.srcport >= 1 AND tcp.srcport <= 9) OR (tcp.dstport >= 1 AND tcp.dstport <= 9)) "
          + "AND udp"
      ),
      ("udp.port - 1 IN {52}", "udp.srcport - 1 IN {52} OR udp.dstport - 1 IN {52}"),
      (
        "tcp.port == ip.ttl OR eth.addr == 00:00:00:00:01:00",
        "tcp.srcport == ip.ttl OR tcp.dstport == ip.ttl OR eth.src == 256 OR eth.dst == 256"
      ),
    ])
  func lowering(text: String, lowered: String) throws {
    let plan = try plan("P = PacketStream(\"eth0\"); X = FILTER P BY \(text);")
    guard case .filter(let predicate) = plan.nodes[1].operation else {
      Issue.record("no filter")
      return
    }
    #expect(predicate.text == lowered)
  }
}
