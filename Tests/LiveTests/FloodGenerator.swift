import TestSupport
import Testing

/// The generator of `Fixtures`, compiled: live frames straight into the peer's receive ring.
struct FloodGenerator {
  let program: String
  private let object: String

  init(into directory: TemporaryDirectory) throws {
    let clang = try #require(Tool.find("clang"))
    let fixtures = Repository.root + "/Tests/LiveTests/Fixtures"
    program = directory.file("flood")
    object = directory.file("flood.o")
    for arguments in [
      ["-O2", "-o", program, fixtures + "/flood.c", "-lbpf"],
      ["-O2", "-g", "-target", "bpf", "-c", "-o", object, fixtures + "/flood.bpf.c"],
    ] {
      let outcome = Tool.run(clang, arguments)
      try #require(outcome.exitCode == 0, "\(outcome.errors)")
    }
  }

  /// So many packets of `sources` addresses (a power of two): once, or in each second.
  func arguments(
    _ interface: String, _ packets: UInt64, sources: Int = 1 << 16, eachSecond: Bool = false
  ) -> [String] {
    [interface, object, "\(packets)", "\(sources - 1)"] + (eachSecond ? ["seconds"] : [])
  }
}
