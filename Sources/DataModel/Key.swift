/// One component of a stream's key.
public struct KeyComponent: Hashable, Sendable {
  /// The column's name: the field's, or that after AS.
  public var name: String
  /// The field that supplies the value.
  public var field: FieldID
  /// The component's type: the field's, or `ip` where an IPv4 or IPv6 field is widened.
  public var type: ScalarType
  /// Bits kept of an address (`DestIp/24`); nil keeps all.
  public var mask: AddressMask?
  /// What stands in for a missing value (`DestPort ELSE 0`); nil leaves such tuples out.
  public var fallback: Int64?
  /// How a number is rounded before it is packed; of items of a tally only.
  public var rounding: Rounding?

  /// Creates a component.
  public init(
    name: String, field: FieldID, type: ScalarType, mask: AddressMask? = nil,
    fallback: Int64? = nil, rounding: Rounding? = nil
  ) {
    self.name = name
    self.field = field
    self.type = type
    self.mask = mask
    self.fallback = fallback
    self.rounding = rounding
  }
}

/// How the components of a key are packed into 64-bit words, alike on host and data path.
///
/// Components fill words from the low bits up, in an order that wastes least: whole 64-bit lanes
/// first, then narrower parts by descending width, each in the first word with room. An `ip`
/// component adds one bit, set for IPv6, so that families never collide. Unused bits are zero.
public struct KeyLayout: Hashable, Sendable {
  /// A run of bits of one lane (or the family bit) of one component in one word.
  public struct Slot: Hashable, Sendable {
    /// Index of the component.
    public let component: Int
    /// Index of the lane, or ``familyLane``.
    public let lane: Int
    /// Index of the word.
    public let word: Int
    /// Position of the lowest bit in the word.
    public let shift: Int
    /// Number of bits.
    public let bits: Int
  }

  /// The ``Slot/lane`` of an `ip` component's family bit: 1 for IPv6.
  public static let familyLane = -1

  /// The types of the components.
  public let types: [ScalarType]
  /// Every slot, in packing order.
  public let slots: [Slot]
  /// Number of 64-bit words; 0 for the empty (global) key.
  public let wordCount: Int

  /// Packs components of these types.
  public init(types: [ScalarType]) {
    self.types = types
    var parts: [(component: Int, lane: Int, bits: Int)] = []
    for (component, type) in types.enumerated() {
      for (lane, bits) in type.laneBits.enumerated() { parts.append((component, lane, bits)) }
      if type == .ip { parts.append((component, Self.familyLane, 1)) }
    }
    let order = parts.indices.sorted { (-parts[$0].bits, $0) < (-parts[$1].bits, $1) }
    var used: [Int] = []
    var packed: [Slot] = []
    for index in order {
      let part = parts[index]
      let word = used.firstIndex { $0 + part.bits <= 64 } ?? used.count
      if word == used.count { used.append(0) }
      packed.append(
        Slot(
          component: part.component, lane: part.lane, word: word, shift: used[word],
          bits: part.bits))
      used[word] += part.bits
    }
    slots = packed
    wordCount = used.count
  }

  /// Packs these components.
  public init(_ components: [KeyComponent]) { self.init(types: components.map(\.type)) }

  /// The value of a component, out of a key's words.
  public func value(of component: Int, in words: UnsafePointer<UInt64>) -> Value {
    var lanes: (UInt64, UInt64) = (0, 0)
    var isV6 = false
    for slot in slots where slot.component == component {
      let mask = slot.bits == 64 ? ~UInt64(0) : (UInt64(1) << UInt64(slot.bits)) - 1
      let bits = (words[slot.word] >> UInt64(slot.shift)) & mask
      switch slot.lane {
      case Self.familyLane: isV6 = bits != 0
      case 0: lanes.0 = bits
      default: lanes.1 = bits
      }
    }
    return Value(lanes: lanes, type: types[component], isV6: isV6)
  }
}

extension [KeyComponent] {
  /// Whether both read the same values of a tuple, whatever the names.
  public func isSameKey(as other: [KeyComponent]) -> Bool {
    count == other.count
      && zip(self, other).allSatisfy {
        $0.field == $1.field && $0.type == $1.type && $0.mask == $1.mask
          && $0.fallback == $1.fallback
      }
  }
}
