import Plan
import Testing

@Suite struct FirstQueryTests {
  @Test func countsPacketsBySource() throws {
    let plan = try plan(
      """
      P = PacketStream("eth0");
      BySource = STREAM P BY ip.src;
      Count = FOREACH BySource GENERATE count() WINDOW 1s;
      OUTPUT Count;
      """)
    #expect(
      plan.description == """
        n0  packets of eth0  (P)
        a0  aggregate n0 by (ip.src) window 1s: tuples  (Count)
        f0  Count = count() of a0 : u64
        r0  keys of a0, every 1s  (keys of ip.src)
        output Count: r0 (ip.src, Count)

        """)
  }
}
