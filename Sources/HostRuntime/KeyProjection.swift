import DataModel

/// Moves components of one packed key into another: a feature's key out of a row's, a set's key
/// out of a relation's, a key out of a table's key with items.
struct KeyProjection {
  private enum Mask {
    case all
    case constant(UInt64)
    /// By family: IPv4, IPv6, and where the source key has its family bit.
    case byFamily(UInt64, UInt64, word: Int, shift: UInt64)
  }

  private struct Move {
    let fromWord: Int
    let fromShift: UInt64
    let bits: UInt64
    let mask: Mask
    let toWord: Int
    let toShift: UInt64
  }

  private let moves: [Move]
  private let constants: [(word: Int, bits: UInt64)]
  /// The layout of projected keys.
  let layout: KeyLayout
  /// Whether a key's projection is the key.
  let isIdentity: Bool

  /// Projects keys of layout `from` to its `columns`, of these types after projection.
  ///
  /// `masks` are the address masks of the target's components; nil keeps all bits. IPv4 and IPv6
  /// components may widen to `ip`.
  init(
    from: KeyLayout, columns: [Int], to types: [ScalarType], masks: [AddressMask?]? = nil
  ) {
    precondition(columns.count == types.count, "a projection has a column for each component")
    layout = KeyLayout(types: types)
    var moves: [Move] = []
    var constants: [(word: Int, bits: UInt64)] = []
    for slot in layout.slots {
      let column = columns[slot.component]
      let (own, target) = (from.types[column], types[slot.component])
      var lane = slot.lane
      if target == .ip && own == .ipv4 {
        // An `ip` holds IPv4 as (0, address), family bit 0.
        guard lane == 1 else { continue }
        lane = 0
      } else if target == .ip && own == .ipv6 && lane == KeyLayout.familyLane {
        constants.append((slot.word, 1 << UInt64(slot.shift)))
        continue
      }
      guard let source = from.slots.first(where: { $0.component == column && $0.lane == lane })
      else { preconditionFailure("\(own) does not widen to \(target)") }
      let bits = min(source.bits, slot.bits)
      let family = from.slots.first {
        $0.component == column && $0.lane == KeyLayout.familyLane
      }
      moves.append(
        Move(
          fromWord: source.word, fromShift: UInt64(source.shift),
          bits: bits == 64 ? ~0 : (1 << UInt64(bits)) - 1,
          mask: Self.mask(masks?[slot.component], own, lane, family),
          toWord: slot.word, toShift: UInt64(slot.shift)))
    }
    self.moves = moves
    self.constants = constants
    isIdentity =
      from == layout && columns == Array(columns.indices)
      && (masks ?? []).allSatisfy { $0 == nil }
  }

  private static func mask(
    _ mask: AddressMask?, _ type: ScalarType, _ lane: Int, _ family: KeyLayout.Slot?
  ) -> Mask {
    guard let mask, lane != KeyLayout.familyLane else { return .all }
    switch (type, lane) {
    case (.ipv4, _): return .constant(mask.v4)
    case (.ip, 1):
      guard let family else { return .all }
      return .byFamily(mask.v4, mask.v6Low, word: family.word, shift: UInt64(family.shift))
    case (.ip, _), (.ipv6, 0): return .constant(mask.v6High)
    case (.ipv6, _): return .constant(mask.v6Low)
    default: return .all
    }
  }

  /// Writes the projection of `key` to `target`, ``layout``'s words.
  func project(_ key: UnsafePointer<UInt64>, into target: UnsafeMutablePointer<UInt64>) {
    for word in 0..<layout.wordCount { target[word] = 0 }
    for (word, bits) in constants { target[word] |= bits }
    for move in moves {
      var value = (key[move.fromWord] >> move.fromShift) & move.bits
      switch move.mask {
      case .all: break
      case .constant(let mask): value &= mask
      case .byFamily(let v4, let v6, let word, let shift):
        value &= (key[word] >> shift) & 1 == 0 ? v4 : v6
      }
      target[move.toWord] |= value << move.toShift
    }
  }
}
