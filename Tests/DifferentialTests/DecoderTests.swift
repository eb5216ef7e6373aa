import CRuntimeBPF
import DataModel
import Reference
import TestSupport
import Testing

/// The C parser of the data path against the naive decoder: the same headers at the same places.
@Suite("The C parser and the naive decoder agree")
struct DecoderTests {
  @Test("on generated traffic", arguments: TestCaptures.generated.map(\.name))
  func generated(name: String) throws {
    let frames = try #require(TestCaptures.generated.first { $0.name == name }).frames
    for (order, frame) in frames.enumerated() where frame.linkType == 1 {
      expectAgreement(frame, "\(name) \(order)")
    }
  }

  @Test(
    "on captures", .enabled(if: Requirement.captures.isMet, "needs captures: SALC_TEST_DATA"),
    arguments: TestCaptures.names)
  func captures(name: String) {
    let frames = CaptureFile.frames(of: TestCaptures.path(name))
    #expect(!frames.isEmpty)
    for (order, frame) in frames.enumerated() { expectAgreement(frame, "\(name) \(order)") }
  }

  @Test("on frames cut at every length")
  func cuts() {
    var generator = PacketGenerator(seed: 77)
    for (order, frame) in generator.frames(60).enumerated() {
      for length in 0..<min(frame.bytes.count, 160) {
        var cut = frame
        cut.bytes.removeLast(frame.bytes.count - length)
        expectAgreement(cut, "\(order) cut at \(length)")
      }
    }
  }

  private func expectAgreement(_ frame: CapturedFrame, _ name: String) {
    let naive = NaivePacket(frame, order: 0)
    var layers = sal_layers()
    frame.bytes.withUnsafeBufferPointer {
      sal_parse($0.baseAddress, UInt32(frame.bytes.count), 0, &layers)
    }
    let offsets = withUnsafeBytes(of: layers.offset) { Array($0.bindMemory(to: UInt16.self)) }
    for layer in Layer.allCases {
      let isPresent = layers.present >> UInt32(layer.rawValue) & 1 == 1
      let found = isPresent ? Int(offsets[layer.rawValue]) : nil
      #expect(found == naive.offset(of: layer), "\(name): \(layer)")
    }
    let transport = layers.protocol == UInt16(0xFFFF) ? nil : UInt8(layers.protocol)
    #expect(transport == naive.transportProtocol, "\(name): protocol")
  }
}
