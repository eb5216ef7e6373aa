import DataModel
import TestSupport
import Testing

@testable import HostRuntime

/// Sorting packed keys is the order of their values, whether they fit a word or not.
@Suite struct KeyOrderTests {
  @Test(arguments: [
    [ScalarType.ipv4], [.unsigned(bits: 16), .ipv4], [.signed], [.unsigned(bits: 8)],
    [.ip, .unsigned(bits: 16)], [.signed, .unsigned(bits: 8)], [.mac],
  ])
  func placesAreTheOrderOfKeys(_ types: [ScalarType]) {
    let layout = KeyLayout(types: types)
    let order = KeyOrder(layout)
    let width = max(layout.wordCount, 1)
    var random = RandomSource(seed: 7)
    for count in [0, 1, 255, 256, 3000] {
      var keys = [UInt64](repeating: 0, count: count * width)
      for index in 0..<count {
        for slot in layout.slots {
          // Small values too, so that keys are equal and words share their bytes.
          let bits = UInt64.random(in: 0...UInt64(slot.bits), using: &random)
          let mask: UInt64 = bits == 64 ? ~0 : (1 << bits) - 1
          keys[index * width + slot.word] |= (random.next() & mask) << UInt64(slot.shift)
        }
      }
      keys.withUnsafeBufferPointer { keys in
        guard let base = keys.baseAddress, count > 0 else { return }
        let places = order.places(of: base, count: count, width: width)
        let expected = (0..<count).sorted {
          let (a, b) = (base + $0 * width, base + $1 * width)
          return order.precedes(a, b) || (!order.precedes(b, a) && $0 < $1)
        }
        #expect(places == expected, "\(types), \(count) keys")
      }
    }
  }
}
