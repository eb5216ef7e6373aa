import BPFModel
import BPFRuntime
import CodeGeneration
import Planning
import Testing

/// The kernel accepts what is emitted, whichever clang made it.
@Suite(.serialized)
struct LoadTests {
  @Test(arguments: Queries.all.keys.sorted(), [nil, 4])
  func everyQueryLoads(name: String, tableSets: Int?) throws {
    let program = try emitted(
      Queries.all[name] ?? "", policy: .dataPath, tableSets: tableSets)
    try expectLoads(program)
  }

  @Test(arguments: ["count", "flood", "predicates"])
  func everyQueryLoadsAsDecoderAlone(name: String) throws {
    try expectLoads(try emitted(Queries.all[name] ?? "", policy: .host))
  }

  @Test func tablesShrinkUntilTheStateFits() throws {
    var target = TargetProfile.xdp
    target.halfBytesMax = 1 << 20
    let whole = try emitted(Queries.flows, policy: .dataPath)
    let placed = try placed(Queries.flows, policy: .dataPath)
    let small = try #require(emit(placed, target: target))
    #expect(whole.stateBytes > 1 << 20)
    #expect(small.stateBytes <= 1 << 20)
  }

  private func expectLoads(_ program: EmittedProgram) throws {
    #expect(!Compilers.all.isEmpty, "no clang with a BPF target")
    for compiler in Compilers.all {
      let job = ClangJob(
        compiler: compiler, includeDirectories: [try RuntimeHeaders.locate()])
      let object = try job.compile(program.source)
      _ = try BPFObject.open(object).load()
      let alone = ClangJob(compiler: compiler, includeDirectories: [])
      _ = try alone.compile(try standalone(program))
    }
  }
}
