import BPFRuntime
import Testing

@Suite struct VerifierLogTests {
  @Test func aLogOfLinux69NamesFileAndLine() throws {
    let log = VerifierLog(
      """
      0: R1=ctx() R10=fp0
      ; unsigned char *data = (void *)(long)ctx->data; @ rejected.bpf.c:10
      0: (61) r1 = *(u32 *)(r1 +0)          ; R1_w=pkt(r=0)
      ; seen += data[200] @ home; @ query.sal:2
      1: (71) r1 = *(u8 *)(r1 +200)
      invalid access to packet, off=200 size=1, R1(id=0,off=200,r=0)
      R1 offset is outside of the packet
      processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0

      """)
    #expect(log.objection == "R1 offset is outside of the packet")
    let statement = try #require(log.statement)
    #expect(statement.file == "query.sal")
    #expect(statement.line == 2)
    #expect(statement.text == "seen += data[200] @ home;")
    #expect("\(log)".contains("at query.sal:2: seen += data[200] @ home;"))
  }

  @Test func aLogOfLinux61HasTheTextAlone() throws {
    let log = VerifierLog(
      "; seen += data[200];\n1: (71) r1 = *(u8 *)(r1 +200)\nR1 type=ctx expected=fp\n")
    #expect(log.statement?.text == "seen += data[200];")
    #expect(log.statement?.file == nil)
    #expect(log.statement?.line == nil)
    #expect(log.objection == "R1 type=ctx expected=fp")
  }

  @Test func anEmptyLogObjectsToNothing() {
    #expect(VerifierLog("").objection == "")
    #expect(VerifierLog("").statement == nil)
  }
}
