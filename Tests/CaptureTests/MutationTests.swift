import TestSupport
import Testing

@testable import Capture

/// Whatever the bytes: no crash, no hang, frames that lie within the capture.
@Suite("Mutated captures")
struct MutationTests {
  private static let seeds: [[UInt8]] = {
    var sections = PcapngEncoder()
    for isBigEndian in [false, true] {
      var part = PcapngEncoder(isBigEndian: isBigEndian)
      part.section(options: part.option(2, [1, 2, 3]))
      part.interface(options: part.option(9, [9]) + part.option(14, part.u64(5)))
      part.interface(link: 113, snapLength: 64)
      for (index, frame) in sampleFrames(4).enumerated() {
        part.enhanced(frame.bytes, interface: UInt32(index % 2), units: UInt64(frame.time))
      }
      part.simple([1, 2, 3], wire: 9)
      part.obsolete([4], units: 4)
      sections.append(part)
    }
    return [
      classicPcap(sampleFrames(5)),
      classicPcap(sampleFrames(5), PcapEncoder(linkType: 276, isBigEndian: true)),
      sections.bytes, gzipped(sections.bytes),
    ]
  }()

  @Test("seeded mutations", arguments: 0..<4, 0..<4)
  func mutations(index: Int, seed: UInt64) {
    let original = Self.seeds[index]
    var generator = RandomSource(seed: seed &* 4 &+ UInt64(index))
    for _ in 0..<3000 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...4, using: &generator) { mutate(&bytes, &generator) }
      if bytes.starts(with: [0x1F, 0x8B]) {
        let packed = BytesStream(bytes, step: 13)
        let stream = GzipStream(packed, path: "test")
        check(read(stream, bufferBytes: 256), atMost: 1 << 30)
      } else {
        check(read(bytes), atMost: bytes.count)
        // The same through a small buffer must say the same.
        let whole = read(bytes)
        let pieces = read(BytesStream(bytes, step: 13), bufferBytes: 32)
        #expect(whole.frames == pieces.frames)
        #expect(whole.error == pieces.error)
      }
    }
  }

  private func check(
    _ result: (frames: [CopiedFrame], error: CaptureError?), atMost limit: Int
  ) {
    #expect(result.frames.reduce(0) { $0 + $1.bytes.count } <= limit + result.frames.count * 14)
    if let error = result.error { #expect(error.description.hasPrefix("test: ")) }
  }

  private func mutate(_ bytes: inout [UInt8], _ generator: inout RandomSource) {
    guard !bytes.isEmpty else { return }
    let at = Int.random(in: 0..<bytes.count, using: &generator)
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 1: bytes[at] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &generator)!
    case 2: bytes.removeSubrange(at..<min(bytes.count, at + 4))
    case 3: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: at)
    case 4: bytes.removeLast(bytes.count - at)
    default:
      let length = min(8, bytes.count - at)
      let from = Int.random(in: 0...(bytes.count - length), using: &generator)
      bytes.replaceSubrange(at..<(at + length), with: bytes[from..<(from + length)])
    }
  }
}
