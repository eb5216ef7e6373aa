import BPFRuntime
import Compiler
import Session
import TestSupport
import Testing

extension Live {
  @Suite("State", .enabled(if: Requirement.kernel.isMet, "needs the kernel"))
  struct StateTests {
    @Test("one object loads as for 1, 2 and 64 CPUs", arguments: [1, 2, 64])
    func cpus(count: Int) throws {
      let query = try InProcessRun.compile(tableSets: 64)
      var object = try BPFObject.open(try Session.object(of: query))
      try object.configure(
        BPFObject.Configuration(cpus: count, ringBytes: 4096, frags: false, seed: 1))
      let state = try object.load().mapState()
      for cpu in 0..<count {
        for epoch in 0...1 {
          let half = state.half(cpu: cpu, epoch: epoch)
          #expect(half.count == state.halfBytes && half.allSatisfy { $0 == 0 })
          half[half.count - 1] = UInt8(truncatingIfNeeded: 2 * cpu + epoch + 1)
        }
      }
      for cpu in 0..<count {
        let last = (0...1).map { state.half(cpu: cpu, epoch: $0).last }
        #expect(last == [UInt8(2 * cpu + 1), UInt8(2 * cpu + 2)], "halves overlap")
      }
    }
  }
}
