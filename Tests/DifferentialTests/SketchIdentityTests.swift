import DataModel
import Operators
import Reference
import TestSupport
import Testing

/// One capture through `--engine host`, the emitted C compiled natively, and `--engine kernel`: the
/// native program leaves the kernel's memory byte for byte, and rows of the kernel's memory are
/// those of the host bit for bit, exported sketches included. So all three have the same sketches.
@Suite(
  "Every operator's sketch is the same on the host, natively and in the kernel",
  .enabled(if: Requirement.kernel.isMet, "needs the kernel"))
struct SketchIdentityTests {
  /// Calls with so few counters of the heaviest items that some have to go: which ones hangs on the
  /// order in which tuples or partials come, though every bound holds (`SummaryTests`). With enough
  /// counters they are in the groups.
  static func hangsOnOrder(_ call: CatalogueCall) -> Bool {
    call.text.contains(" WITHIN 20%") && (call.name == "topk" || call.text.contains("Linf"))
  }

  static let calls = CatalogueCall.Size.allCases.flatMap { CatalogueCall.all($0) }

  /// Several calls a program, since a program takes longer to compile than to run.
  static let groups: [[CatalogueCall]] = stride(from: 0, to: calls.count, by: 14).map {
    Array(calls[$0..<min(calls.count, $0 + 14)])
  }

  private static func text(_ calls: [CatalogueCall], _ window: String) -> String {
    let features = calls.enumerated().map { index, call in
      "F\(index) = FOREACH K GENERATE \(call.text) \(window);"
    }
    let names = calls.indices.map { "F\($0)" }.joined(separator: ", ")
    return "P = PacketStream(\"eth0\");\nK = STREAM P BY IpProtocol;\n"
      + features.joined(separator: "\n") + "\nOUTPUT K (\(names));"
  }

  @Test("every operator is in a group")
  func whole() {
    #expect(Set(Self.calls.map(\.name)) == Set(OperatorCatalogue.all.map(\.name)))
  }

  @Test("natively as in the kernel", arguments: groups)
  func memory(calls: [CatalogueCall]) throws {
    try NativeTests.expectSameMemory(Self.text(calls, "WINDOW 1h"))
  }

  @Test("in the kernel as on the host", arguments: groups)
  func rows(calls: [CatalogueCall]) throws {
    let same = calls.filter { !Self.hangsOnOrder($0) }
    let text = Self.text(same, "WINDOW 2s")
    var captures = [capture]
    if Requirement.captures.isMet {
      captures += TestCaptures.names.filter { $0.hasPrefix("d05") }.map { TestCaptures.path($0) }
    }
    for path in captures {
      let host = try Engines.run(text, over: path, .host).rows
      #expect(!host.isEmpty)
      for way in [Way(engine: .kernel(cpus: 1)), Way(engine: .kernel(cpus: 2), tableSets: 4)] {
        let kernel = try Engines.run(text, over: path, way).rows
        let differences = RowComparison.differences(host, kernel)
        #expect(
          differences.isEmpty, "\(way): \(differences.count), \(differences.prefix(2))\n\(text)")
      }
    }
  }

  private let directory = TemporaryDirectory()

  private var capture: String {
    let path = directory.file("traffic.pcap")
    var profile = PacketGenerator.Profile()
    profile.gap = 4_000_000
    var generator = PacketGenerator(seed: 41, profile: profile)
    FileBytes.write(CaptureFile.classic(generator.frames(2000)), to: path)
    return path
  }
}
