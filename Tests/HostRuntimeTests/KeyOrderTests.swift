import DataModel
import TestSupport
import Testing

@testable import HostRuntime

/// Sorting packed keys is the order of their values, whether they fit a word or not.
@Suite struct KeyOrderTests {
  @Test(arguments: [
    [ScalarType.ipv4], [.unsigned(bits: 16), .ipv4], [.signed], [.unsigned(bits: 8)],
    [.ip, .unsigned(bits: 16)], [.signed, .unsigned(bits: 8)], [.mac], [.text],
    [.unsigned(bits: 16), .text], [.text, .ip, .text],
  ])
  func placesAreTheOrderOfKeys(_ types: [ScalarType]) throws {
    let layout = KeyLayout(types: types)
    let order = KeyOrder(layout)
    let width = max(layout.wordCount, 1)
    var random = RandomSource(seed: 7)
    // Seen in another order than theirs.
    let codes = (0..<300).compactMap { TextTable.code("\($0 * 7919 % 300).example") }
    try #require(codes.count == 300)
    for count in [0, 1, 255, 256, 3000] {
      var keys = [UInt64](repeating: 0, count: count * width)
      for index in 0..<count {
        for slot in layout.slots {
          // Small values too, so that keys are equal and words share their bytes.
          let bits = UInt64.random(in: 0...UInt64(slot.bits), using: &random)
          let mask: UInt64 = bits == 64 ? ~0 : (1 << bits) - 1
          var value = random.next() & mask
          if types[slot.component] == .text { value = codes[Int(value % 300)] }
          if types[slot.component] == .ip {
            // IPv4 is (0, address); every other key has IPv6.
            let isV6 = index % 2 != 0
            if slot.lane == KeyLayout.familyLane { value = isV6 ? 1 : 0 }
            if !isV6 && slot.lane == 0 { value = 0 }
            if !isV6 && slot.lane == 1 { value &= 0xFFFF_FFFF }
          }
          keys[index * width + slot.word] |= value << UInt64(slot.shift)
        }
      }
      keys.withUnsafeBufferPointer { keys in
        guard let base = keys.baseAddress, count > 0 else { return }
        let places = order.places(of: base, count: count, width: width)
        let values = (0..<count).map { index in
          types.indices.map { layout.value(of: $0, in: base + index * width) }
        }
        let expected = (0..<count).sorted { a, b in
          if values[a] == values[b] { return a < b }
          return values[a].lexicographicallyPrecedes(values[b])
        }
        #expect(places == expected, "\(types), \(count) keys")
        for index in 1..<count {
          let (a, b) = (places[index - 1], places[index])
          let isBefore = order.precedes(base + a * width, base + b * width)
          #expect(isBefore == (values[a] != values[b]), "\(types)")
        }
      }
    }
  }
}
