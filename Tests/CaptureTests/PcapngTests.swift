import Testing

@testable import Capture

@Suite("pcapng")
struct PcapngTests {
  private static let times = sampleFrames(1).map(\.time)

  @Test("round trip in both byte orders, over several batches", arguments: [false, true])
  func roundTrip(isBigEndian: Bool) {
    let frames = sampleFrames(2500)
    var file = PcapngEncoder(isBigEndian: isBigEndian)
    file.section()
    file.interface()
    for frame in frames {
      file.enhanced(frame.bytes, units: UInt64(frame.time / 1000), wire: frame.wireLength)
    }
    let result = read(file.bytes)
    #expect(result.error == nil)
    #expect(result.frames == frames)
  }

  @Test("obsolete and simple packets, unknown blocks and options passed over")
  func otherBlocks() {
    var file = PcapngEncoder()
    file.section(options: file.option(2, Array("hardware".utf8)) + file.option(0, []))
    file.block(0xBAD, [1, 2, 3, 4, 5, 6, 7, 8])
    file.interface(snapLength: 3, options: file.option(3, Array("Ethernet".utf8)))
    file.block(5, [UInt8](repeating: 0, count: 12))
    let comment = file.option(1, Array("kept".utf8)) + file.option(0, [])
    file.enhanced([1, 2, 3, 4, 5], units: 7, options: comment)
    file.simple([9, 8, 7], wire: 1500)
    file.obsolete([6], units: 9, wire: 60)
    let result = read(file.bytes)
    #expect(result.error == nil)
    #expect(
      result.frames == [
        CopiedFrame(bytes: [1, 2, 3, 4, 5], wireLength: 5, time: 7000),
        CopiedFrame(bytes: [9, 8, 7], wireLength: 1500, time: 7000),
        CopiedFrame(bytes: [6], wireLength: 60, time: 9000),
      ])
  }

  @Test("sections of both byte orders in one file, each with its own interfaces")
  func sections() {
    var little = PcapngEncoder()
    little.section()
    little.interface()
    little.enhanced([1], units: 1)
    var big = PcapngEncoder(isBigEndian: true)
    big.section()
    big.interface(options: big.option(9, [9]))
    big.enhanced([2], units: 2)
    var none = PcapngEncoder()
    none.section()
    none.enhanced([3], units: 3)
    let end = little.bytes.count + big.bytes.count + 28 + 8
    little.append(big)
    little.append(none)
    let result = read(little.bytes)
    #expect(result.frames.map(\.bytes) == [[1], [2]])
    #expect(result.frames.map(\.time) == [1000, 2])
    #expect(
      result.error?.reason
        == .damaged(
          offset: UInt64(end), expected: "one of 0 interfaces", found: "interface 0"))
  }

  @Test("each interface has its own clock and link type")
  func interfaces() {
    var file = PcapngEncoder(isBigEndian: true)
    file.section()
    file.interface(options: file.option(9, [3]))
    file.interface(
      link: 101,
      options: file.option(9, [0x80 | 10]) + file.option(14, file.u64(100)) + file.option(0, []))
    file.interface(options: file.option(9, [12]) + file.option(14, file.u64(UInt64.max)))
    file.enhanced([1], interface: 0, units: 5)
    file.enhanced([0x45], interface: 1, units: 1024 + 512)
    file.enhanced([2], interface: 2, units: 3_000_000_000_999)
    let result = read(file.bytes)
    #expect(result.error == nil)
    #expect(result.frames.map(\.time) == [5_000_000, 101_500_000_000, 2_000_000_000])
    #expect(result.frames.map(\.flags) == [[], .noLinkHeader, []])
    #expect(result.frames[1].bytes == [UInt8](repeating: 0, count: 12) + [8, 0, 0x45])
    #expect(result.frames[1].wireLength == 1)
  }

  @Test("the time units that a capture can have")
  func clocks() throws {
    let units: UInt64 = 123_456_789_012_345_678
    let expected: [(UInt8, Int64)] = [
      (9, 123_456_789_012_345_678), (10, 12_345_678_901_234_567), (19, 12_345_678),
      (0x80 | 63, 13_385_211), (0x80 | 32, 28_744_523_649_184_423),
    ]
    for (resolution, time) in expected {
      let clock = try #require(CaptureClock(resolution: resolution, offset: 0))
      #expect(clock.nanoseconds(units) == time, "resolution \(resolution)")
    }
    #expect(CaptureClock(resolution: 20, offset: 0) == nil)
    #expect(CaptureClock(resolution: 0x80 | 64, offset: 0) == nil)
    #expect(CaptureClock(resolution: 6, offset: 0)?.nanoseconds(.max) == nil)
    #expect(CaptureClock(resolution: 6, offset: .max)?.nanoseconds(1) == nil)
    #expect(CaptureClock(resolution: 9, offset: 0)?.nanoseconds(1 << 63) == nil)
    #expect(CaptureClock(resolution: 0x80, offset: 0)?.nanoseconds(3) == 3_000_000_000)
  }

  @Test("an unsupported link type is an error when its frame comes, not before")
  func unsupportedLink() {
    var file = PcapngEncoder()
    file.section()
    file.interface()
    file.interface(link: 220)
    file.enhanced([1], interface: 0, units: 1)
    let offset = UInt64(file.bytes.count + 8)
    #expect(read(file.bytes).error == nil)
    file.enhanced([2], interface: 1, units: 2)
    let result = read(file.bytes)
    #expect(result.frames.count == 1)
    #expect(result.error?.reason == .unsupportedLinkType(220, offset: offset))
  }

  @Test("cut at every byte, the frames before the cut are given", arguments: [false, true])
  func truncation(isBigEndian: Bool) {
    var file = PcapngEncoder(isBigEndian: isBigEndian)
    file.section()
    var ends = [file.bytes.count]
    file.interface()
    ends.append(file.bytes.count)
    let frames = sampleFrames(6)
    for frame in frames {
      file.enhanced(frame.bytes, units: UInt64(frame.time / 1000), wire: frame.wireLength)
      ends.append(file.bytes.count)
    }
    for length in 4..<file.bytes.count {
      let result = read(Array(file.bytes[..<length]))
      let complete = ends.filter { $0 <= length }.count
      #expect(result.frames == Array(frames[..<max(0, complete - 2)]), "cut at \(length)")
      if ends.contains(length) {
        #expect(result.error == nil, "cut at \(length)")
      } else {
        let offset = UInt64(complete == 0 ? 0 : ends[complete - 1])
        guard case .truncated(offset, _, _) = result.error?.reason else {
          Issue.record("cut at \(length): \(String(describing: result.error))")
          continue
        }
      }
    }
  }

  @Test("a block whose lengths disagree is damage")
  func lengths() {
    var file = PcapngEncoder()
    file.section()
    file.interface()
    let start = file.bytes.count
    file.enhanced([1, 2, 3, 4], units: 1)
    let whole = file.bytes
    var trailer = whole
    trailer[whole.count - 4] = 40
    #expect(
      read(trailer).error?.reason
        == .damaged(
          offset: UInt64(whole.count - 4), expected: "the block's length 36 again", found: "40"))
    for length: UInt8 in [0, 8, 35] {
      var damaged = whole
      damaged[start + 4] = length
      guard case .damaged(UInt64(start + 4), _, "\(length)") = read(damaged).error?.reason else {
        Issue.record("length \(length): \(String(describing: read(damaged).error))")
        continue
      }
    }
    var captured = whole
    captured[start + 20] = 5
    #expect(
      read(captured).error?.reason
        == .damaged(
          offset: UInt64(start + 20), expected: "a frame that ends within its block",
          found: "5 bytes"))
  }
}
