import Testing

/// Words that people write where SAL has numbers, and conditions that no packet meets.
@Suite("Words beside fields, headers beside headers")
struct WordTests {
  @Test(
    "services, protocols and texts name what was meant",
    arguments: [
      ("DestPort == ⟦SAL0202:http⟧", "DestPort == 80"),
      ("⟦SAL0202:ssh⟧ == tcp.srcport", "22 == tcp.srcport"),
      ("udp.dstport IN {⟦SAL0202:dns⟧, 5353}", "udp.dstport IN {53, 5353}"),
      ("IpProtocol IN {⟦SAL0202:tcp⟧, 17}", "IpProtocol IN {6, 17}"),
      ("DestPort ⟦SAL0222:==⟧ \"https\"", "DestPort == 443"),
      ("IpProtocol == ⟦SAL0202:sctp⟧", "IpProtocol == 132"),
      ("IpProtocol ⟦SAL0222:==⟧ udp", "IpProtocol == 17"),
      ("ApplicationProtocol == ⟦SAL0202:http⟧", "ApplicationProtocol == \"http\""),
    ])
  func words(_ condition: String, _ fixed: String) {
    expectErrors("X = FILTER P BY \(condition);", fixed: "X = FILTER P BY \(fixed);")
  }

  @Test("what other languages call otherwise is named with what is meant")
  func calls() {
    expectErrors(
      "K = STREAM P BY SourceIp; H = FOREACH K GENERATE ⟦SAL0204:p99⟧(frame.len) WINDOW 1s;",
      fixed: "K = STREAM P BY SourceIp; H = FOREACH K GENERATE quantile(frame.len, 0.99) WINDOW 1s;"
    )
    expectErrors(
      "X = FILTER P BY ⟦SAL0206:len⟧(payload) > 3;", fixed: "X = FILTER P BY payload.len > 3;")
    for name in ["p100", "p0"] {
      let none = Resolved("H = FOREACH P GENERATE \(name)(frame.len) WINDOW 1s;").rendered
      #expect(!none.contains("quantile(frame.len"), "\(none)")
    }
    let counted = Resolved(
      "P = PacketStream(); M = FOREACH P GENERATE median(frame.len - 14) WINDOW 1s;"
    ).rendered
    #expect(counted.contains("‘median’ takes fields as they are"), "\(counted)")
    #expect(counted.contains("TRANSFORM (frame.len - 14) : Value"), "\(counted)")
  }

  @Test(
    "records name the protocol's number by other words", arguments: ["VastStream", "IpfixStream"])
  func recordWords(_ source: String) {
    let resolved = Resolved("P = \(source)(\"f\"); OUTPUT FILTER P BY IpProtocol == udp;")
    #expect(resolved.rendered.contains("‘udp’ is protocol 17"), "\(resolved.rendered)")
  }

  @Test func aFlagIsAFieldOfItsOwn() {
    let resolved = Resolved("P = PacketStream(); OUTPUT FILTER P BY tcp.flags == SYN;")
    #expect(resolved.rendered.contains("‘tcp.flags.syn’ asks for that bit"))
    // A word that means nothing there gets no such note.
    let other = Resolved("P = PacketStream(); OUTPUT FILTER P BY DestPort == qqqqq;").rendered
    #expect(!other.contains("port "), "\(other)")
  }

  @Test(
    "no packet has two transports or two networks",
    arguments: [
      "⟦SAL0227:tcp AND udp⟧", "⟦SAL0227:udp AND tcp.flags.syn⟧", "⟦SAL0227:ip AND ipv6⟧",
      "⟦SAL0227:ip.src == 10.0.0.1 AND ipv6.hopopts⟧", "⟦SAL0227:icmp.type == 8 AND ipv6⟧",
      "frame.len > 9 AND (⟦SAL0227:tcp.srcport == 1 AND udp.srcport == 1⟧ OR arp)",
      "⟦SAL0227:arp AND tcp⟧",
    ])
  func headers(_ condition: String) {
    expectMessages("P = PacketStream(); OUTPUT FILTER P BY \(condition);")
  }

  @Test(
    "but many have one of two",
    arguments: [
      "tcp OR udp", "(tcp OR udp) AND DestPort == 53", "NOT tcp AND udp", "icmp AND ip",
      "tcp.dstport == 53 OR udp.dstport == 53", "tcp AND (udp OR ip)", "dns AND tcp",
      "tcp == 0 AND udp == 1", "ipv6 AND ipv6.fraghdr AND udp",
    ])
  func alternatives(_ condition: String) {
    expectMessages("P = PacketStream(); OUTPUT FILTER P BY \(condition);")
  }

  @Test func whatStandsBehindAnErrorIsNotMissing() {
    expectErrors("N = FOREACH P GENERATE count()⟦SAL0102:,⟧ sum(frame.len) WINDOW 1s;")
  }
}
