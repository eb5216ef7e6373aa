import Testing

@testable import Capture

@Suite("Classic pcap")
struct PcapTests {
  @Test("round trip in both byte orders and resolutions", arguments: [false, true], [false, true])
  func roundTrip(isBigEndian: Bool, isNanosecond: Bool) {
    let frames = sampleFrames(2500)
    let encoder = PcapEncoder(isBigEndian: isBigEndian, isNanosecond: isNanosecond)
    let result = read(classicPcap(frames, encoder))
    #expect(result.error == nil)
    #expect(result.frames == frames)
  }

  @Test("nanoseconds survive in a nanosecond file and are cut in a microsecond one")
  func resolution() {
    let frame = CopiedFrame(bytes: [1, 2, 3], wireLength: 3, time: 1_000_000_123_456_789)
    let fine = read(classicPcap([frame], PcapEncoder(isNanosecond: true)))
    #expect(fine.frames.map(\.time) == [1_000_000_123_456_789])
    let coarse = read(classicPcap([frame], PcapEncoder(isNanosecond: false)))
    #expect(coarse.frames.map(\.time) == [1_000_000_123_456_000])
  }

  @Test("a time after 2038 is after 2038")
  func unsignedSeconds() {
    let time = Int64(UInt32.max) * 1_000_000_000 + 999_999_999
    let frame = CopiedFrame(bytes: [], wireLength: 0, time: time)
    #expect(read(classicPcap([frame])).frames.map(\.time) == [time])
  }

  @Test("a snap length cuts the bytes and leaves the wire length")
  func snapLength() {
    let frame = CopiedFrame(
      bytes: [UInt8](repeating: 9, count: 1500), wireLength: 1500, time: 5)
    let result = read(classicPcap([frame], PcapEncoder(snapLength: 96)))
    #expect(result.frames.map(\.bytes.count) == [96])
    #expect(result.frames.map(\.wireLength) == [1500])
  }

  @Test("the largest frame is read, one byte more is damage")
  func frameLimit() {
    let largest = CopiedFrame(
      bytes: [UInt8](repeating: 1, count: 262_144), wireLength: 262_144, time: 1)
    let encoder = PcapEncoder(snapLength: .max)
    #expect(read(classicPcap([largest, largest], encoder)).frames == [largest, largest])
    var larger = largest
    larger.bytes.append(1)
    let result = read(classicPcap([largest, larger], encoder))
    #expect(result.frames == [largest])
    #expect(
      result.error?.reason
        == .damaged(
          offset: 24 + 16 + 262_144 + 8, expected: "a captured length of at most 262144",
          found: "262145"))
  }

  @Test("cut at every byte, the frames before the cut are given and the offset is right")
  func truncation() {
    let frames = sampleFrames(9)
    let whole = classicPcap(frames)
    var starts = [24]
    for frame in frames { starts.append(starts.last! + 16 + frame.bytes.count) }
    for length in 1..<whole.count {
      let result = read(Array(whole[..<length]))
      let complete = starts.lastIndex { $0 <= length } ?? 0
      #expect(result.frames == Array(frames[..<complete]), "cut at \(length)")
      if starts.contains(length) {
        #expect(result.error == nil, "cut at \(length)")
      } else if length < 4 {
        #expect(result.error?.reason == .notACapture(head: Array(whole[..<length])))
      } else {
        let offset = UInt64(length < 24 ? 0 : starts[complete])
        guard case .truncated(offset, _, _) = result.error?.reason else {
          Issue.record("cut at \(length): \(String(describing: result.error))")
          continue
        }
      }
    }
  }

  @Test("the error comes again when asked again, and says where")
  func errorStays() throws {
    let whole = classicPcap(sampleFrames(2))
    let capture = try CaptureFile(bytes: Array(whole.dropLast()), path: "a.pcap")
    var batch = FrameBatch()
    #expect(try capture.nextBatch(into: &batch))
    #expect(batch.count == 1)
    for _ in 0..<2 {
      let error = #expect(throws: CaptureError.self) { try capture.nextBatch(into: &batch) }
      #expect(
        error?.description
          == "a.pcap: truncated at byte 40: expected a frame of 37 bytes, bytes missing: 1")
      #expect(error?.isDataError == true)
    }
  }

  @Test("version and link type are checked")
  func header() {
    var version = classicPcap([])
    version[4] = 3
    #expect(
      read(version).error?.reason == .unsupportedFormat("is pcap of version 3; only 2 is known"))
    let usb = classicPcap([], PcapEncoder(linkType: 220))
    #expect(read(usb).error?.reason == .unsupportedLinkType(220, offset: 20))
    // The upper bits of the field tell the length of a frame check sequence.
    let checked = classicPcap(sampleFrames(1), PcapEncoder(linkType: 0x2400_0001))
    #expect(read(checked).frames.count == 1)
  }
}
