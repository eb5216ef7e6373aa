import DataModel
import Kernels
import Plan

/// The 5-tuple of a flow: two ends, called A and B, and the protocol.
struct FlowKey: Equatable {
  var highA: UInt64 = 0
  var lowA: UInt64 = 0
  var highB: UInt64 = 0
  var lowB: UInt64 = 0
  /// From the lowest bit: the port of A, that of B, the protocol's number, 1 for IPv6.
  var rest: UInt64 = 0

  var portA: UInt16 { UInt16(truncatingIfNeeded: rest) }
  var portB: UInt16 { UInt16(truncatingIfNeeded: rest >> 16) }
  var protocolNumber: UInt8 { UInt8(truncatingIfNeeded: rest >> 32) }
  var isV6: Bool { rest >> 40 != 0 }

  init() {}

  init(
    from: (high: UInt64, low: UInt64, port: UInt64), to: (high: UInt64, low: UInt64, port: UInt64),
    protocolNumber: UInt64, isV6: UInt64
  ) {
    (highA, lowA) = (from.high, from.low)
    (highB, lowB) = (to.high, to.low)
    rest = isV6 << 40 | protocolNumber << 32 | to.port << 16 | from.port
  }

  /// Whether A is the lower end, by address and then by port.
  var isCanonical: Bool {
    if highA != highB { return highA < highB }
    return lowA != lowB ? lowA < lowB : portA <= portB
  }

  /// The same with the ends exchanged.
  var reversed: FlowKey {
    var key = self
    (key.highA, key.lowA, key.highB, key.lowB) = (highB, lowB, highA, lowA)
    key.rest = rest & ~0xFFFF_FFFF | UInt64(portA) << 16 | UInt64(portB)
    return key
  }

  /// The order of records that began at the same time.
  static func precedes(_ a: FlowKey, _ b: FlowKey) -> Bool {
    if a.highA != b.highA { return a.highA < b.highA }
    if a.lowA != b.lowA { return a.lowA < b.lowA }
    if a.highB != b.highB { return a.highB < b.highB }
    return a.lowB != b.lowB ? a.lowB < b.lowB : a.rest < b.rest
  }

  func hash(_ seed: UInt64) -> UInt64 {
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 5) { words in
      guard let base = words.baseAddress else { return 0 }
      base[0] = highA
      base[1] = lowA
      base[2] = highB
      base[3] = lowB
      base[4] = rest
      return KeyHash.hash(seed, base, 5)
    }
  }
}

/// Where the parts of a 5-tuple stand in the key words of the table of flows.
struct FlowKeyReader {
  private typealias Place = (word: Int, shift: UInt64, mask: UInt64)

  private let places: [Place]

  init() {
    let layout = KeyLayout(FlowMaking.key)
    let parts = [
      (0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (3, 0), (4, 0), (0, KeyLayout.familyLane),
    ]
    places = parts.map { component, lane in
      guard
        let slot = layout.slots.first(where: { $0.component == component && $0.lane == lane })
      else { preconditionFailure("every part of a key has a place") }
      let mask = slot.bits == 64 ? ~0 : (UInt64(1) << UInt64(slot.bits)) - 1
      return (slot.word, UInt64(slot.shift), mask)
    }
  }

  /// The key as the packets had it: A is who sent them.
  func key(_ words: UnsafePointer<UInt64>) -> FlowKey {
    func part(_ index: Int) -> UInt64 {
      let place = places[index]
      return (words[place.word] >> place.shift) & place.mask
    }
    return FlowKey(
      from: (part(0), part(1), part(4)), to: (part(2), part(3), part(5)),
      protocolNumber: part(6), isV6: part(7))
  }
}
