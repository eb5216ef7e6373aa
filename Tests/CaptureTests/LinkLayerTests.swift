import Testing

@testable import Capture

@Suite("Link types")
struct LinkLayerTests {
  private static let packet4: [UInt8] = [0x45, 1, 2, 3]
  private static let packet6: [UInt8] = [0x60, 4, 5]

  struct Case: Sendable, CustomTestStringConvertible {
    let link: UInt32
    let frame: [UInt8]
    let type: UInt16
    let payload: [UInt8]
    var testDescription: String { "link type \(link), type \(type)" }
  }

  private static func cooked(_ type: [UInt8]) -> [UInt8] { [UInt8](repeating: 7, count: 14) + type }
  private static func cooked2(_ type: [UInt8]) -> [UInt8] {
    type + [UInt8](repeating: 7, count: 18)
  }

  private static let cases: [Case] = [
    Case(link: 101, frame: packet4, type: 0x0800, payload: packet4),
    Case(link: 12, frame: packet6, type: 0x86DD, payload: packet6),
    Case(link: 14, frame: [0x55, 1], type: 0, payload: [0x55, 1]),
    Case(link: 101, frame: [], type: 0, payload: []),
    Case(link: 228, frame: packet4, type: 0x0800, payload: packet4),
    Case(link: 229, frame: packet6, type: 0x86DD, payload: packet6),
    Case(link: 113, frame: cooked([0x86, 0xDD]) + packet6, type: 0x86DD, payload: packet6),
    Case(
      link: 113, frame: cooked([0x81, 0]) + [0, 5, 8, 0], type: 0x8100, payload: [0, 5, 8, 0]),
    Case(link: 113, frame: cooked([8]), type: 0, payload: []),
    Case(link: 276, frame: cooked2([8, 0]) + packet4, type: 0x0800, payload: packet4),
    Case(link: 276, frame: [8, 0, 1], type: 0, payload: []),
    Case(link: 0, frame: [2, 0, 0, 0] + packet4, type: 0x0800, payload: packet4),
    Case(link: 0, frame: [0, 0, 0, 30] + packet6, type: 0x86DD, payload: packet6),
    Case(link: 108, frame: [0, 0, 0, 24] + packet6, type: 0x86DD, payload: packet6),
    Case(link: 108, frame: [0, 0, 0, 99] + packet6, type: 0, payload: packet6),
    Case(link: 0, frame: [2, 0], type: 0, payload: []),
  ]

  @Test("frames without Ethernet get a header that is zero but for the type", arguments: cases)
  func madeUpHeader(_ example: Case) {
    let frame = CopiedFrame(bytes: example.frame, wireLength: 1500, time: 4)
    let file = classicPcap([frame, frame], PcapEncoder(linkType: example.link))
    let header =
      [UInt8](repeating: 0, count: 12) + [
        UInt8(example.type >> 8), UInt8(example.type & 0xFF),
      ]
    let shown = CopiedFrame(
      bytes: header + example.payload, wireLength: 1500, time: 4, flags: .noLinkHeader)
    let result = read(file)
    #expect(result.error == nil)
    #expect(result.frames == [shown, shown])
  }

  @Test("more bytes than the room for made-up headers come in several batches")
  func arena() throws {
    let payload = [0x45] + [UInt8](repeating: 3, count: 262_143)
    let frames = (0..<20).map {
      CopiedFrame(bytes: payload, wireLength: 262_144, time: Int64($0))
    }
    let file = classicPcap(frames, PcapEncoder(linkType: 101))
    let capture = try CaptureFile(bytes: file)
    var batch = FrameBatch()
    var sizes: [Int] = []
    var times: [Int64] = []
    while try capture.nextBatch(into: &batch) {
      sizes.append(batch.count)
      for row in 0..<batch.count {
        #expect(batch[row].capturedLength == 262_158)
        #expect(batch[row].bytes[14] == 0x45 && batch[row].bytes[262_157] == 3)
        times.append(batch[row].time)
      }
    }
    #expect(sizes == [7, 7, 6])
    #expect(times == Array(0..<20))
  }
}
