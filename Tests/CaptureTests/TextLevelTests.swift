import CText
import TestSupport
import Testing

@testable import Capture

/// What the processor's widest instructions find in text is what is found octet by octet.
@Suite("Text by the levels of the processor")
struct TextLevelTests {
  static let levels = Array(0...salc_text_level().rawValue)

  /// Bytes behind which as many may be read as the functions need.
  private static func padded(_ text: [UInt8], with octet: UInt8) -> [UInt8] {
    text + [UInt8](repeating: octet, count: Int(SALC_TEXT_PAD))
  }

  @Test("separators and line feeds are found where they are", arguments: levels)
  func index(level: UInt32) {
    var random = RandomSource(seed: 41)
    let (room, most) = (700, 40)
    var marks = [Int32](repeating: 0, count: room + Int(SALC_TEXT_ROOM))
    var ends = [UInt32](repeating: 0, count: most + Int(SALC_TEXT_ROOM))
    for _ in 0..<1500 {
      let size = random.number(0...12_000)
      let (perSeparator, perLine) = (random.number(1...80), random.number(1...400))
      let text = (0..<size).map { _ -> UInt8 in
        if random.once(in: perLine) { return 10 }
        return random.once(in: perSeparator) ? 44 : random.choice([97, 0, 0x8A, 0xAC, 13, 34])
      }
      let wanted = random.number(1...most)
      let padded = Self.padded(text, with: random.choice([10, 44]))
      let lines = Int(
        salc_text_index(
          salc_text_level(rawValue: level), padded, UInt64(size), 44, &marks, UInt32(room), &ends,
          UInt32(wanted)))
      let places = text.indices.filter { text[$0] == 44 || text[$0] == 10 }
      let feeds = places.indices.filter { text[places[$0]] == 10 }
      // All that were wanted, but for those whose marks may have had no room.
      #expect(lines <= wanted && lines <= feeds.count)
      if lines < min(wanted, feeds.count) { #expect(feeds[lines] >= room) }
      #expect(ends.prefix(lines).elementsEqual(feeds.prefix(lines).map { UInt32($0 + 1) }))
      let count = lines == 0 ? 0 : feeds[lines - 1] + 1
      #expect(marks.prefix(count).elementsEqual(places.prefix(count).map { Int32($0) }))
    }
  }

  @Test("addresses are four numbers of at most 255 and 3 digits", arguments: levels)
  func addresses(level: UInt32) {
    var random = RandomSource(seed: 43)
    for round in 0..<40 {
      var texts: [[UInt8]] = [[], Array("255.255.255.255".utf8), Array("0.0.0.0".utf8)]
      for _ in 0..<100 {
        let parts = (0..<random.choice([4, 4, 4, 4, 3, 5])).map { _ in
          "\(random.number(0...random.choice([9, 99, 299, 1999])))"
        }
        var text = Array(parts.joined(separator: ".").utf8)
        if random.once(in: 4) {
          text[random.below(text.count)] = random.choice([46, 47, 48, 58, 32, 0x80, 0xAE, 0])
        }
        texts.append(text)
      }
      let follower = round % 2 == 0 ? UInt8(ascii: "7") : UInt8(ascii: ".")
      var (bytes, starts, counts): ([UInt8], [Int32], [Int32]) = ([], [], [])
      for text in texts {
        starts.append(Int32(bytes.count))
        counts.append(Int32(text.count))
        bytes += text + [follower]
      }
      let padded = Self.padded(bytes, with: follower)
      var values = [UInt64](repeating: 0, count: texts.count)
      var families = [UInt8](repeating: 1, count: texts.count)
      let unusual = padded.withUnsafeBufferPointer { text in
        starts.withUnsafeBufferPointer { starts in
          counts.withUnsafeBufferPointer { counts in
            var fields = salc_fields(
              base: text.baseAddress, starts: starts.baseAddress, counts: counts.baseAddress,
              count: UInt32(texts.count))
            return salc_text_ipv4s(
              salc_text_level(rawValue: level), &fields, &values, &families)
          }
        }
      }
      #expect(Int(unusual) == families.count { $0 == 0 })
      for (place, text) in texts.enumerated() {
        let isUsual = text.split(separator: 46).allSatisfy { $0.count <= 3 }
        let expected = isUsual && !text.isEmpty ? FieldText.ipv4(text, text.count) : nil
        #expect(families[place] == (expected == nil ? 0 : 4), "\(text)")
        if let expected { #expect(values[place] == expected, "\(text)") }
      }
    }
  }
}
