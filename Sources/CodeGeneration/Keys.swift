import BPFModel
import DataModel

/// The words of a key, packed by ``KeyLayout``, and whether all components are there.
struct KeyCode: Hashable {
  var words: [CExpression]
  /// Bits of the last word that the layout uses.
  var lastWordBits: Int
  var valid: Mask

  /// The key without words at its end that are always 0: as good for telling keys apart.
  var withoutZeros: KeyCode {
    let count = (words.lastIndex { $0 != 0 } ?? 0) + 1
    return count == words.count
      ? self : KeyCode(words: Array(words.prefix(count)), lastWordBits: 64, valid: valid)
  }
}

/// Packs keys.
struct KeyLowering {
  let fields: FieldTable

  /// The words of a key.
  func words(_ components: [KeyComponent]) -> KeyCode {
    words(components, items: [], isEntry: false)
  }

  /// The words of a table entry over key and items: items are all zero and the last bit set where
  /// an item is missing (`Aggregation.tableTypes`); only the key decides about validity.
  func words(_ key: [KeyComponent], items: [KeyComponent]) -> KeyCode {
    words(key, items: items, isEntry: true)
  }

  private func words(
    _ key: [KeyComponent], items: [KeyComponent], isEntry: Bool
  ) -> KeyCode {
    let keyCodes = key.map(component)
    let itemCodes = items.map(component)
    var valid = Mask.always
    for code in keyCodes { valid = valid & code.valid }
    var itemsValid = Mask.always
    for item in itemCodes { itemsValid = itemsValid & item.valid }
    // Items of the key's own headers are there wherever the key is.
    if itemsValid & valid == valid { itemsValid = .always }
    var types = (key + items).map(\.type)
    var all = keyCodes + itemCodes.map { $0.masked(by: itemsValid) }
    if isEntry {
      types.append(.bool)
      all.append(ComponentCode(lanes: [(~itemsValid).bit], isV6: .never, valid: .always))
    }
    let layout = KeyLayout(types: types)
    var words = [CExpression?](repeating: nil, count: layout.wordCount)
    for slot in layout.slots {
      let code = all[slot.component]
      let bits = slot.lane == KeyLayout.familyLane ? code.isV6.bit : code.lanes[slot.lane]
      if bits == 0 { continue }
      let placed = slot.shift == 0 ? bits : bits << .integer(UInt64(slot.shift))
      words[slot.word] = words[slot.word].map { $0 | placed } ?? placed
    }
    let last = layout.slots.filter { $0.word == layout.wordCount - 1 }
    return KeyCode(
      words: words.map { $0 ?? 0 }, lastWordBits: last.map { $0.shift + $0.bits }.max() ?? 0,
      valid: valid)
  }

  /// The one hash of a key's words (`sal/hash.h`); keys above six words chain two hashes.
  func hash(_ words: [CExpression]) -> CExpression {
    precondition(!words.isEmpty, "a global key has no hash")
    let first = words.prefix(6)
    let name = CIdentifier(sanitizing: "sal_hash\(first.count)")
    let hash = CExpression.call(name, [fields.seed] + first)
    let rest = Array(words.dropFirst(6))
    if rest.isEmpty { return hash }
    return self.hash([hash] + rest)
  }

  private struct ComponentCode {
    var lanes: [CExpression]
    var isV6: Mask
    var valid: Mask

    func masked(by mask: Mask) -> ComponentCode {
      // A component's own lanes are already 0 where it is missing itself.
      if mask == valid { return self }
      return ComponentCode(lanes: lanes.map(mask.select), isV6: isV6 & mask, valid: valid)
    }
  }

  private func component(_ component: KeyComponent) -> ComponentCode {
    let type = component.field.field.type
    guard type.isAddress else { return number(component) }
    let address = fields.address(of: component.field)
    var (high, low) = (address.high, address.low)
    if let mask = component.mask {
      (high, low) = masked(address, mask)
    }
    if component.type.laneCount == 2 {
      precondition(component.fallback == nil, "only one-lane components have a fallback")
      return ComponentCode(lanes: [high, low], isV6: address.v6, valid: address.valid)
    }
    return fallingBack(component, low, address.valid)
  }

  private func masked(
    _ address: AddressCode, _ mask: AddressMask
  ) -> (high: CExpression, low: CExpression) {
    let high = mask.v6Bits >= 64 ? address.high : address.high & .hex(mask.v6High)
    switch (address.v4, address.v6) {
    case (_, .never): return (0, mask.v4Bits == 32 ? address.low : address.low & .hex(mask.v4))
    case (.never, _):
      return (high, mask.v6Bits == 128 ? address.low : address.low & .hex(mask.v6Low))
    default:
      if mask.v4Bits == 32 && mask.v6Bits == 128 { return (high, address.low) }
      let kept = address.v4.select(.hex(mask.v4)) | address.v6.select(.hex(mask.v6Low))
      return (high, address.low & kept)
    }
  }

  private func number(_ component: KeyComponent) -> ComponentCode {
    var code = fallingBack(
      component, fields.lanes(of: component.field)[0], fields.validity(of: component.field))
    switch component.rounding {
    case nil: break
    case .leading(let bits)?:
      // 0, which stands for a missing value, stays 0.
      code.lanes[0] = .call("sal_round_log", [code.lanes[0], .integer(UInt64(bits))])
    case .step(let width)?:
      code.lanes[0] = .call("sal_round_step", [code.lanes[0], .integer(UInt64(width))])
    }
    return code
  }

  /// A one-lane component; its lane is 0 where it is missing.
  private func fallingBack(
    _ component: KeyComponent, _ lane: CExpression, _ valid: Mask
  ) -> ComponentCode {
    guard let fallback = component.fallback else {
      return ComponentCode(lanes: [lane], isV6: .never, valid: valid)
    }
    let bits = component.type.laneBits[0]
    let kept =
      bits == 64
      ? UInt64(bitPattern: fallback) : UInt64(bitPattern: fallback) & ((1 << UInt64(bits)) - 1)
    if kept == 0 || valid == .always {
      return ComponentCode(lanes: [lane], isV6: .never, valid: .always)
    }
    return ComponentCode(
      lanes: [lane | (~valid).select(.hex(kept))], isV6: .never, valid: .always)
  }
}
