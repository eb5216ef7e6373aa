import BPFRuntime
import Glibc
import Testing

@Suite(.enabled(if: Kernel.isUsable, Kernel.reason)) struct StateTests {
  @Test(arguments: Fixture.compilers, [1, 2, 64])
  func oneObjectLoadsForAnyNumberOfCPUs(_ clang: Clang, _ cpus: Int) throws {
    let program = try Fixture.load(
      Fixture.object(clang), .init(cpus: cpus, ringBytes: 1 << 16))
    #expect(program.cpus == cpus)
    #expect(program.identity.name == "salc_main")
    #expect(program.cost.instructions > 50)
    #expect(program.cost.verifiedInstructions >= program.cost.instructions / 2)
    let state = try program.mapState()
    #expect(state.halfBytes == Half.bytes)
    #expect(state.stride % 8 == 0)

    let run = try TestRun(program)
    let frame = Fixture.frame(from: 0x0a00_0001)
    for cpu in try PinnedThread.allowed() {
      let pinned = try PinnedThread(cpu: cpu)
      #expect(try run.replay(frame) == 2)
      _ = consume pinned
    }
    let control = try program.mapControl()
    let used = try PinnedThread.allowed()
    let without = try control.bytes(of: "no_half").load(as: UInt64.self)
    #expect(without == UInt64(used.filter { $0 >= cpus }.count))
    for cpu in 0..<cpus {
      let half = Half(state.half(cpu: cpu, epoch: 0))
      #expect(half.packets == (used.contains(cpu) ? 1 : 0))
      #expect(Half(state.half(cpu: cpu, epoch: 1)).packets == 0)
    }
  }

  @Test(arguments: Fixture.compilers)
  func framesOfAllLengthsAreReplayed(_ clang: Clang) throws {
    let program = try Fixture.load(
      Fixture.object(clang), .init(cpus: 1, ringBytes: 4096, frags: true))
    #expect(program.frags == true)
    let pinned = try PinnedThread(cpu: 0)
    let control = try program.mapControl()
    let run = try TestRun(program)
    // A runt is padded; its true lengths are told.
    control.describeFrame(order: 1, wireLength: 10, capturedLength: 10)
    #expect(try run.replay([UInt8](repeating: 8, count: 14)) == 2)
    control.describeFrame(order: 2, wireLength: 0, capturedLength: 0)
    let lengths = [60, 1500, 3520, 3521, 9000, 65_535, TestRun.longestFrame]
    for length in lengths {
      #expect(try run.replay(Fixture.frame(from: 1, length: length)) == 2)
    }
    // Cut by a snap length: 60 bytes of 1 500.
    control.describeFrame(order: 3, wireLength: 1500, capturedLength: 60)
    #expect(try run.replay(Fixture.frame(from: 1, length: 60)) == 2)
    let state = try program.mapState()
    let half = Half(state.half(cpu: 0, epoch: 0))
    #expect(half.packets == UInt64(lengths.count + 2))
    #expect(half.truncated == 1)
    var tallies: [UInt32: Tally] = [:]
    half.add(to: &tallies)
    #expect(
      tallies == [
        1: Tally(
          packets: UInt64(lengths.count + 1), bytes: UInt64(lengths.reduce(1500, +)))
      ])
    _ = consume pinned
  }

  @Test func framesThatCannotBeReplayedSayWhy() throws {
    let program = try Fixture.load(.init(cpus: 1, ringBytes: 4096))
    let run = try TestRun(program)
    let short = try #require(throws: BPFError.self) { try run.replay([1, 2, 3]) }
    #expect("\(short)".contains("pad it to 14 bytes"))
    let long = try #require(throws: BPFError.self) {
      try run.replay(Fixture.frame(from: 1, length: 100_000))
    }
    #expect("\(long)".contains("100000 bytes"))
    #expect("\(long)".contains("frames above 64 KiB cannot be replayed"))
  }

  @Test func theControlWordChoosesTheHalf() throws {
    let program = try Fixture.load(.init(cpus: 1, ringBytes: 4096))
    let pinned = try PinnedThread(cpu: 0)
    let control = try program.mapControl()
    let state = try program.mapState()
    let run = try TestRun(program)
    for (tick, epoch) in [(UInt64(5_000_000), 0), (6_000_000, 1), (7_000_000, 1)] {
      control.setWord(tickNanoseconds: tick, epoch: epoch)
      #expect(control.word == tick << 1 | UInt64(epoch))
      _ = try run.replay(Fixture.frame(from: 9))
    }
    #expect(Half(state.half(cpu: 0, epoch: 0)).packets == 1)
    #expect(Half(state.half(cpu: 0, epoch: 1)).packets == 2)
    state.clear(epoch: 1)
    #expect(Half(state.half(cpu: 0, epoch: 0)).packets == 1)
    #expect(state.half(cpu: 0, epoch: 1).allSatisfy { $0 == 0 })
    _ = consume pinned
  }

  @Test func variablesAreFoundByTheirNamesAndConstantsSet() throws {
    let program = try Fixture.load(.init(cpus: 1, ringBytes: 4096, seed: 0x1234_5678_9abc_def0))
    let pinned = try PinnedThread(cpu: 0)
    let control = try program.mapControl()
    let state = try program.mapState()
    let names = ["no_half", "sal_control", "seen_seed", "shortest"]
    #expect(control.variables.map(\.name) == names)
    #expect(control.variables.first { $0.name == "sal_control" }?.size == 32)
    let shortest = try #require(control.variables.first { $0.name == "shortest" })
    let run = try TestRun(program)
    _ = try run.replay(Fixture.frame(from: 3, length: 60))
    control.publish(100, to: shortest)
    _ = try run.replay(Fixture.frame(from: 3, length: 60))
    _ = try run.replay(Fixture.frame(from: 3, length: 100))
    var tallies: [UInt32: Tally] = [:]
    Half(state.half(cpu: 0, epoch: 0)).add(to: &tallies)
    #expect(tallies == [3: Tally(packets: 2, bytes: 160)])
    #expect(try control.bytes(of: "seen_seed").load(as: UInt64.self) == 0x1234_5678_9abc_def0)
    let error = try #require(throws: BPFError.self) { _ = try control.bytes(of: "nowhere") }
    #expect("\(error)" == "the BPF object has no variable 'nowhere'")
    _ = consume pinned
  }

  @Test func stateOutlivesAProgramAndServesTheNext() throws {
    let object = try Fixture.object()
    let pinned = try PinnedThread(cpu: 0)
    let kept = try stateAfterThreeFrames(object)
    let second = try Fixture.load(
      object, .init(cpus: 2, ringBytes: 4096, reusedState: kept.descriptor))
    let run = try TestRun(second)
    _ = try run.replay(Fixture.frame(from: 7))
    var tallies: [UInt32: Tally] = [:]
    let state = try second.mapState()
    Half(state.half(cpu: 0, epoch: 0)).add(to: &tallies)
    #expect(tallies == [7: Tally(packets: 4, bytes: 240)])

    let error = try #require(throws: BPFError.self) {
      _ = try Fixture.load(object, .init(cpus: 64, ringBytes: 4096, reusedState: kept.descriptor))
    }
    #expect("\(error)".contains("'sal_state' does not fit this program: it has 4 entries"))
    #expect("\(error)".contains("needs 128 entries"))
    _ = consume pinned
  }

  @Test func valuesThatCannotBeHonouredAreRefused() throws {
    let object = try Fixture.object()
    for (configuration, text) in [
      (BPFObject.Configuration(cpus: 0), "0 CPUs are not between 1 and 4096"),
      (BPFObject.Configuration(ringBytes: 5000), "a ring of 5000 bytes is not a power of two"),
    ] {
      let error = try #require(throws: BPFError.self) {
        _ = try Fixture.load(object, configuration)
      }
      #expect("\(error)".contains(text))
    }
  }

  @Test func bytesThatAreNoObjectAreRefused() throws {
    for bytes in [
      [], [UInt8](repeating: 0x41, count: 1000), Array(try Fixture.object().prefix(900)),
    ] {
      let error = try #require(throws: BPFError.self) { _ = try BPFObject.open(bytes) }
      guard case .invalidObject(let reason, _) = error else {
        Issue.record("not refused as an object: \(error)")
        continue
      }
      #expect(!reason.contains("nknown"), "a reason, not a number")
    }
  }

  @Test(arguments: Fixture.compilers)
  func aRefusalOfTheVerifierLeadsToTheQuery(_ clang: Clang) throws {
    let query = "# rejected\nFOREACH packet GENERATE bad;\n"
    let object = try Fixture.job(clang).compile(
      Fixture.source("rejected.bpf.c"), name: "rejected.bpf.c", companions: ["query.sal": query])
    let error = try #require(throws: BPFError.self) {
      _ = try Fixture.load(object, .init(cpus: 1, ringBytes: 4096))
    }
    guard case .verifier(let log, let number) = error else {
      Issue.record("not the verifier's refusal: \(error)")
      return
    }
    #expect("\(number)".hasPrefix("EACCES"))
    #expect(log.objection.contains("R1 offset is outside of the packet"))
    let statement = try #require(log.statement)
    // Linux 6.9 and later name the place; clang 14 gives the function's file to every line of it.
    #expect(statement.line == nil || statement.line == 2)
    if !clang.version.contains(" 14.") {
      #expect(statement.text == "FOREACH packet GENERATE bad;")
      #expect(statement.file == nil || statement.file == "query.sal")
    }
  }

  /// The object lesson of an emitted program, `runtime-bpf/examples`, under the same contract.
  @Test(arguments: Fixture.compilers)
  func theModelOfAnEmittedProgramRuns(_ clang: Clang) throws {
    let source = try Fixture.text(Fixture.headers + "/../examples/count_by_src.bpf.c")
    let object = try Fixture.job(clang).compile(source, name: "count_by_src.bpf.c")
    let program = try Fixture.load(object, .init(cpus: 1, ringBytes: 1 << 16, frags: true, seed: 3))
    let pinned = try PinnedThread(cpu: 0)
    let control = try program.mapControl()
    let state = try program.mapState()
    let run = try TestRun(program)
    let lengths = [60, 1500, 9000, 65_535]
    for (index, length) in lengths.enumerated() {
      control.setWord(tickNanoseconds: UInt64(index), epoch: index & 1)
      #expect(try run.replay(Fixture.frame(from: UInt32(index), length: length)) == 2)
    }
    for epoch in 0...1 {
      let half = Half(state.half(cpu: 0, epoch: epoch))
      #expect(half.packets == 2)
      #expect(half.whole == 2)
    }
    _ = consume pinned
  }

  @Test func anObjectOfTwoProgramsIsNotOurs() throws {
    let source = try Fixture.source("count.bpf.c")
    let object = try Fixture.job().compile(
      source + "\nSEC(\"xdp\") int other(struct xdp_md *ctx)\n{\n\treturn XDP_PASS;\n}\n")
    let error = try #require(throws: BPFError.self) { _ = try BPFObject.open(object) }
    #expect("\(error)".contains("it does not hold exactly one XDP program"))
  }

  /// The program itself is gone when this returns.
  private func stateAfterThreeFrames(_ object: [UInt8]) throws -> MapHandle {
    let program = try Fixture.load(object, .init(cpus: 2, ringBytes: 4096))
    let run = try TestRun(program)
    for _ in 0..<3 { _ = try run.replay(Fixture.frame(from: 7)) }
    return try program.keepState()
  }
}
