import BPFRuntime
import CodeGeneration
import Testing

@Suite(.serialized)
struct LoadTests {
  @Test func countBySourceCompilesAndLoads() throws {
    let program = try emitted(
      """
      P = PacketStream("e");
      K = STREAM P BY ip.src;
      N = FOREACH K GENERATE count() WINDOW 1s;
      OUTPUT K (N);
      """)
    #expect(Compilers.all.count > 0)
    for compiler in Compilers.all {
      let job = ClangJob(
        compiler: compiler, includeDirectories: [try RuntimeHeaders.locate()])
      let object = try job.compile(program.source)
      _ = try BPFObject.open(object).load()
    }
  }
}
