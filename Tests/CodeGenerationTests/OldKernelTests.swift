import BPFModel
import BPFRuntime
import CodeGeneration
import Planning
import Testing

/// What is emitted keeps to what Linux 6.1 reads, whichever clang made it; checked on the bytes,
/// because the kernel at hand is newer.
@Suite struct OldKernelTests {
  @Test(arguments: Queries.all.keys.sorted())
  func objectsHoldNothingNewer(name: String) throws {
    let program = try emitted(Queries.all[name] ?? "", policy: .dataPath)
    for compiler in Compilers.all {
      let facts = try facts(program.source, compiler)
      #expect(facts.newer.isEmpty, "\(compiler.path): \(facts.newer)")
      #expect(facts.instructions > 100)
      #expect(facts.excess(over: .xdp) == nil)
      // The estimate is of one path: no more than all paths and all calls together.
      #expect(program.instructions < facts.instructions)
    }
  }

  /// The check sees what it looks for.
  @Test func newerThingsAreSeen() throws {
    let source = """
      #include <linux/bpf.h>
      #define SEC(N) __attribute__((section(N), used))
      struct { int (*type)[33]; int (*map_flags)[1 << 14]; } arena SEC(".maps");
      static long (*later)(void *) = (void *)211;
      __attribute__((noinline)) static int deep(volatile char *p) {
        volatile char room[200]; room[p[0] & 127] = 1; return room[3]; }
      SEC("xdp") int f(struct xdp_md *x) {
        volatile char own[96]; own[x->data & 63] = 2; return deep(own) + later(x); }
      """
    for compiler in Compilers.all {
      let facts = try facts(source, compiler)
      #expect(Set(facts.newer) == ["helper 211", "map type 33", "map flags 16384"])
      // 96 and 200 bytes, each rounded up to 32 or more with what clang spills.
      #expect((320...384).contains(facts.stackBytes), "\(facts)")
      let narrow = TargetProfile(
        name: "narrow", tableEntries: 16, halfBytesMax: 1 << 20, stackBytesMax: 256,
        instructionsMax: 4)
      let excess = try #require(facts.excess(over: narrow))
      #expect(excess.contains("of 256 B of stack") && excess.contains("of 4 instructions"))
    }
  }

  private func facts(_ source: String, _ compiler: Clang) throws -> ObjectFacts {
    let job = ClangJob(compiler: compiler, includeDirectories: [try RuntimeHeaders.locate()])
    return try #require(ObjectFacts(try job.compile(source)))
  }
}
