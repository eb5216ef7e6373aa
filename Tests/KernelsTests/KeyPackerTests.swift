import DataModel
import Kernels
import TestSupport
import Testing

@Suite("Key packing")
struct KeyPackerTests {
  static let mask = AddressMask(v4Bits: 28, v6Bits: 62)

  static let components: [KeyComponent] = [
    KeyComponent(name: "a", field: field("SourceIp"), type: .ip),
    KeyComponent(name: "b", field: field("DestIp"), type: .ip, mask: mask),
    KeyComponent(name: "c", field: field("ip.src"), type: .ipv4, mask: mask),
    KeyComponent(name: "d", field: field("ip.src"), type: .ip, mask: mask),
    KeyComponent(name: "e", field: field("ipv6.src"), type: .ip),
    KeyComponent(name: "f", field: field("ipv6.src"), type: .ipv6, mask: mask),
    KeyComponent(name: "g", field: field("DestPort"), type: .unsigned(bits: 16), fallback: 7),
    KeyComponent(name: "h", field: field("tcp.flags.syn"), type: .bool),
    KeyComponent(name: "i", field: field("tcp.options_len"), type: .signed),
  ]

  /// The value that the packed key must give back; nil where the tuple is unkeyed.
  static func value(_ component: KeyComponent, _ tuple: NaiveTuple) -> Value? {
    if component.type.isAddress {
      guard let address = tuple.address(component.field) else { return nil }
      let mask = component.mask ?? AddressMask(v4Bits: 32, v6Bits: 128)
      return .address(address.masked(v4Bits: mask.v4Bits, v6Bits: mask.v6Bits))
    }
    guard let number = tuple.value(component.field) ?? component.fallback else { return nil }
    return component.type == .bool ? .bool(number != 0) : .integer(number)
  }

  @Test("unpacks to the values, with masks, families, fallbacks and items", arguments: 0..<30)
  func roundTrip(seed: Int) {
    var random = RandomSource(seed: UInt64(seed))
    let batch = randomBatch(&random, count: 400)
    let key = Array(Self.components.shuffled(using: &random).prefix(seed % 5))
    let items =
      seed % 3 == 0 ? nil : Array(Self.components.shuffled(using: &random).prefix(1 + seed % 2))
    let packer = KeyPacker(key: key, items: items)
    let words = packer.layout.wordCount
    let kept = UnsafeMutablePointer<UInt16>.allocate(capacity: TupleBatch.capacity)
    let keys = UnsafeMutablePointer<UInt64>.allocate(capacity: TupleBatch.capacity * (words + 1))
    defer {
      kept.deallocate()
      keys.deallocate()
    }
    let n = packer.pack(
      batch, rows: batch.selection, count: batch.selected, kept: kept, keys: keys)
    let expected = (0..<batch.count).filter { row in
      key.allSatisfy { Self.value($0, NaiveTuple(batch: batch, row: row)) != nil }
    }
    #expect((0..<n).map { Int(kept[$0]) } == expected)
    for index in 0..<n {
      let tuple = NaiveTuple(batch: batch, row: Int(kept[index]))
      let packed = keys + index * words
      for (place, component) in key.enumerated() {
        #expect(packer.layout.value(of: place, in: packed) == Self.value(component, tuple))
      }
      guard let items else { continue }
      let values = items.map { Self.value($0, tuple) }
      let isMissing = values.contains(nil)
      let last = key.count + items.count
      #expect(packer.layout.value(of: last, in: packed) == .bool(isMissing))
      for (place, value) in values.enumerated() where !isMissing {
        #expect(packer.layout.value(of: key.count + place, in: packed) == value)
      }
      for slot in packer.layout.slots
      where isMissing && slot.component >= key.count && slot.component < last {
        let ones = slot.bits == 64 ? ~UInt64(0) : (1 << UInt64(slot.bits)) - 1
        #expect((packed[slot.word] >> UInt64(slot.shift)) & ones == 0)
      }
    }
  }
}
