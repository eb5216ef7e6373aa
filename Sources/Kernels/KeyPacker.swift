public import DataModel

/// Packs the key of each selected tuple into words by a ``KeyLayout``, a column at a time.
///
/// Tuples that lack a component without fallback are left out. Items (of `countdistinct` and
/// `topk`) may follow the key: where one is missing, the item bits are 0 and the bit behind them,
/// the layout's last component, is 1.
public final class KeyPacker {
  /// The layout of the packed words.
  public let layout: KeyLayout

  private let components: [KeyComponent]
  private let firstItem: Int
  private let hasItems: Bool
  private let itemMissing: UnsafeMutablePointer<UInt8>

  /// Packs `key` alone.
  public convenience init(key: [KeyComponent]) { self.init(key: key, items: nil) }

  /// Packs `key`, then the items and the bit that says that one of them is missing.
  public init(key: [KeyComponent], items: [KeyComponent]?) {
    components = key + (items ?? [])
    precondition(
      components.allSatisfy { $0.fallback == nil || $0.type.laneCount == 1 },
      "only one-lane components have a fallback")
    firstItem = key.count
    hasItems = items != nil
    layout = KeyLayout(types: components.map(\.type) + (items == nil ? [] : [.bool]))
    itemMissing = .allocate(capacity: TupleBatch.capacity)
  }

  deinit { itemMissing.deallocate() }

  /// Packs the keys of the tuples `rows[0..<count]`.
  ///
  /// - Parameters:
  ///   - kept: set to the rows that have the key; may be `rows` itself.
  ///   - keys: set to the packed words, a key behind the other.
  /// - Returns: the number of kept rows.
  public func pack(
    _ batch: TupleBatch, rows: UnsafePointer<UInt16>, count: Int,
    kept: UnsafeMutablePointer<UInt16>, keys: UnsafeMutablePointer<UInt64>
  ) -> Int {
    var n = count
    var source = rows
    for component in components[..<firstItem] where component.fallback == nil {
      n = Self.keepPresent(column(batch, component).validity, source, n, kept)
      source = UnsafePointer(kept)
    }
    if source == rows && rows != UnsafePointer(kept) { kept.update(from: rows, count: n) }
    if hasItems { noteMissingItems(batch, kept, n) }
    packSlots(batch, kept, n, keys)
    return n
  }

  private func column(_ batch: TupleBatch, _ component: KeyComponent) -> TupleColumn {
    guard let column = batch.column(component.field) else {
      preconditionFailure("the batch has every field that the graph reads: \(component.field)")
    }
    return column
  }

  @inline(__always)
  private static func keepPresent(
    _ validity: UnsafePointer<UInt8>, _ rows: UnsafePointer<UInt16>, _ n: Int,
    _ kept: UnsafeMutablePointer<UInt16>
  ) -> Int {
    var k = 0
    for index in 0..<n {
      let row = rows[index]
      kept[k] = row
      k &+= Int(unsafeBitCast(validity[Int(row)] != 0, to: UInt8.self))
    }
    return k
  }

  private func noteMissingItems(
    _ batch: TupleBatch, _ rows: UnsafePointer<UInt16>, _ n: Int
  ) {
    itemMissing.update(repeating: 0, count: n)
    for component in components[firstItem...] where component.fallback == nil {
      let validity = column(batch, component).validity
      for index in 0..<n {
        itemMissing[index] |= unsafeBitCast(validity[Int(rows[index])] == 0, to: UInt8.self)
      }
    }
  }

  private func packSlots(
    _ batch: TupleBatch, _ rows: UnsafePointer<UInt16>, _ n: Int,
    _ keys: UnsafeMutablePointer<UInt64>
  ) {
    let words = layout.wordCount
    keys.update(repeating: 0, count: n * words)
    for slot in layout.slots {
      let to = keys + slot.word
      let shift = UInt64(slot.shift)
      if slot.component == components.count {
        for index in 0..<n { to[index &* words] |= UInt64(itemMissing[index]) &<< shift }
        continue
      }
      let component = components[slot.component]
      let isItem = slot.component >= firstItem
      let lane = LaneSource(component, lane: slot.lane, column: column(batch, component))
      if isItem {
        pack(lane, rows, n, to, words, shift) { UInt64(self.itemMissing[$0]) &- 1 }
      } else {
        pack(lane, rows, n, to, words, shift) { _ in ~0 }
      }
    }
  }

  /// ORs one lane of one component into its word; `gate` clears items that are missing.
  @inline(__always)
  private func pack(
    _ lane: LaneSource, _ rows: UnsafePointer<UInt16>, _ n: Int, _ to: UnsafeMutablePointer<UInt64>,
    _ words: Int, _ shift: UInt64, gate: (Int) -> UInt64
  ) {
    let values = lane.values
    let validity = lane.validity
    switch lane.form {
    case .nothing: break
    case .family:
      for index in 0..<n {
        let isV6 = unsafeBitCast(validity[Int(rows[index])] == 6, to: UInt8.self)
        to[index &* words] |= (UInt64(isV6) & gate(index)) &<< shift
      }
    case .constant(let value):
      for index in 0..<n { to[index &* words] |= (value & gate(index)) &<< shift }
    case .masked(let mask):
      for index in 0..<n {
        to[index &* words] |= (values[Int(rows[index])] & mask & gate(index)) &<< shift
      }
    case .maskedByFamily(let v4, let v6):
      for index in 0..<n {
        let row = Int(rows[index])
        let isV6 = UInt64(unsafeBitCast(validity[row] == 6, to: UInt8.self))
        let mask = v4 ^ ((v4 ^ v6) & (0 &- isV6))
        to[index &* words] |= (values[row] & mask & gate(index)) &<< shift
      }
    case .orElse(let mask, let fallback):
      for index in 0..<n {
        let row = Int(rows[index])
        let present = 0 &- UInt64(unsafeBitCast(validity[row] != 0, to: UInt8.self))
        let value = fallback ^ ((fallback ^ (values[row] & mask)) & present)
        to[index &* words] |= (value & gate(index)) &<< shift
      }
    case .rounded(let rounding, let fallback):
      for index in 0..<n {
        let row = Int(rows[index])
        let value = validity[row] == 0 ? fallback : Int64(bitPattern: values[row])
        let name = UInt64(bitPattern: rounding.round(value)) & lane.mask
        to[index &* words] |= (name & gate(index)) &<< shift
      }
    }
  }
}

/// Where the bits of one slot of a packed key come from.
private struct LaneSource {
  enum Form {
    /// All zero: the high lane of a widened IPv4 address.
    case nothing
    case constant(UInt64)
    /// 1 where the validity says IPv6.
    case family
    case masked(UInt64)
    /// Masks for IPv4 and IPv6.
    case maskedByFamily(UInt64, UInt64)
    /// A mask, and what stands in for a missing value.
    case orElse(UInt64, UInt64)
    /// A rounding, and what stands in for a missing value.
    case rounded(Rounding, Int64)
  }

  let form: Form
  /// The bits that a rounded number can use.
  let mask: UInt64
  let values: UnsafePointer<UInt64>
  let validity: UnsafePointer<UInt8>

  init(_ component: KeyComponent, lane: Int, column: TupleColumn) {
    validity = UnsafePointer(column.validity)
    mask = component.type.laneMask
    let own = component.field.field.type
    let network = component.mask ?? AddressMask(v4Bits: 32, v6Bits: 128)
    let fallback = component.fallback.map { UInt64(bitPattern: $0) }
    var chosen = column.lane0
    switch (component.type, own, lane) {
    case (.ip, .ip, KeyLayout.familyLane): form = .family
    case (.ip, _, KeyLayout.familyLane): form = own == .ipv6 ? .constant(1) : .nothing
    case (.ip, .ipv4, 0): form = .nothing
    case (.ip, .ipv4, _): form = .masked(network.v4)
    case (.ip, .ip, 1):
      chosen = column.lane1
      form = .maskedByFamily(network.v4, network.v6Low)
    case (.ip, _, 0), (.ipv6, _, 0): form = .masked(network.v6High)
    case (.ip, _, _), (.ipv6, _, _):
      chosen = column.lane1
      form = .masked(network.v6Low)
    default:
      if let rounding = component.rounding {
        form = .rounded(rounding, component.fallback ?? 0)
        break
      }
      let kept = component.type == .ipv4 ? network.v4 : ~0
      form = fallback.map { .orElse(kept, $0 & component.type.laneMask) } ?? .masked(kept)
    }
    values = UnsafePointer(chosen)
  }
}

extension ScalarType {
  /// The bits that the first lane can use.
  fileprivate var laneMask: UInt64 {
    laneBits[0] == 64 ? ~0 : (UInt64(1) << UInt64(laneBits[0])) - 1
  }
}
