import DataModel
import Planning
import Reference
import TestSupport
import Testing

/// Every row of the field table as a key, in every engine.
@Suite("Each field is the same in every engine")
struct FieldTests {
  /// So many fields share a program, and each of its keyed streams has a table of its own.
  private static let together = 8
  static let chunks = stride(from: 0, to: PacketFields.all.count, by: together).map {
    Array(PacketFields.all[$0..<min($0 + together, PacketFields.all.count)])
  }

  private static func program(_ fields: [PacketField]) -> String {
    var lines = ["P = PacketStream(\"eth0\");"]
    for (index, field) in fields.enumerated() {
      lines.append("K\(index) = STREAM P BY \(field.name);")
      lines.append("N\(index) = FOREACH K\(index) GENERATE count() WINDOW 2s;")
    }
    return lines.joined(separator: "\n")
  }

  private static var traffic: [CapturedFrame] {
    var profile = PacketGenerator.Profile()
    profile.oddOnceIn = 2
    var generator = PacketGenerator(seed: 4711, profile: profile)
    return generator.frames(1500)
  }

  @Test("as a key, on the host", arguments: chunks.indices)
  func host(chunk: Int) throws {
    let text = Self.program(Self.chunks[chunk])
    try Comparison(text, Self.traffic, "fields \(chunk)").expect([.host])
  }

  @Test(
    "as a key, in the kernel", .enabled(if: Requirement.kernel.isMet, "needs the kernel"),
    arguments: chunks.indices)
  func kernel(chunk: Int) throws {
    let text = Self.program(Self.chunks[chunk])
    try Comparison(text, Self.traffic, "fields \(chunk)").expect([
      Way(engine: .kernel(cpus: 1)), Way(engine: .kernel(cpus: 2), placement: .host),
    ])
  }

  @Test("the traffic has each header that the parser knows")
  func everyLayer() {
    let packets = Self.traffic.enumerated().map { NaivePacket($0.element, order: $0.offset) }
    for layer in Layer.allCases {
      #expect(packets.contains { $0.offset(of: layer) != nil }, "\(layer)")
    }
  }
}
