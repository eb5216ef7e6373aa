import DataModel
import Glibc

/// Writes what results are made of: numbers little-endian, lists and texts behind their length.
struct ResultWriter {
  private(set) var bytes: [UInt8] = []

  mutating func put(_ value: UInt64) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func put(_ value: Int64) { put(UInt64(bitPattern: value)) }

  mutating func put(_ value: Double) { put(value.bitPattern) }

  mutating func put(_ value: UInt8) { bytes.append(value) }

  mutating func put(_ text: String) {
    put(list: Array(text.utf8)) { $0.put($1) }
  }

  mutating func put<Item>(list items: [Item], _ each: (inout Self, Item) -> Void) {
    put(UInt64(items.count))
    for item in items { each(&self, item) }
  }

  mutating func put(_ value: Value) {
    switch value {
    case .missing: put(UInt8(0))
    case .bool(let flag): put(UInt8(1), flag ? 1 : 0)
    case .integer(let number): put(UInt8(2), UInt64(bitPattern: number))
    case .real(let number): put(UInt8(3), number.bitPattern)
    case .address(let address):
      put(UInt8(4))
      put(address.family)
      put(address.high)
      put(address.low)
    case .mac(let address): put(UInt8(5), address)
    case .time(let time): put(UInt8(6), UInt64(bitPattern: time))
    case .duration(let time): put(UInt8(7), UInt64(bitPattern: time))
    case .text(let text):
      put(UInt8(8))
      put(text)
    case .ranking(let places):
      put(UInt8(9))
      put(list: places) { writer, place in
        writer.put(list: place.item) { $0.put($1) }
        writer.put(place.count)
        writer.put(place.share)
      }
    }
  }

  private mutating func put(_ tag: UInt8, _ word: UInt64) {
    put(tag)
    put(word)
  }
}

/// Reads what ``ResultWriter`` wrote. The other end is another process: nothing that it sends is
/// taken on trust.
struct ResultReader {
  /// The bytes are no results.
  struct Malformed: Error {}

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func byte() throws(Malformed) -> UInt8 {
    guard let first = rest.popFirst() else { throw Malformed() }
    return first
  }

  mutating func unsigned() throws(Malformed) -> UInt64 {
    guard rest.count >= 8 else { throw Malformed() }
    let word = rest.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    rest = rest.dropFirst(8)
    return word
  }

  mutating func signed() throws(Malformed) -> Int64 { Int64(bitPattern: try unsigned()) }

  mutating func real() throws(Malformed) -> Double { Double(bitPattern: try unsigned()) }

  mutating func text() throws(Malformed) -> String {
    let count = try unsigned()
    guard count <= UInt64(rest.count) else { throw Malformed() }
    let bytes = rest.prefix(Int(count))
    rest = rest.dropFirst(Int(count))
    return String(decoding: bytes, as: UTF8.self)
  }

  mutating func list<Item>(
    _ each: (inout Self) throws(Malformed) -> Item
  ) throws(Malformed) -> [Item] {
    let count = try unsigned()
    // An item has a byte at least.
    guard count <= UInt64(rest.count) else { throw Malformed() }
    var items: [Item] = []
    for _ in 0..<count { items.append(try each(&self)) }
    return items
  }

  mutating func value(depth: Int = 0) throws(Malformed) -> Value {
    switch try byte() {
    case 0: return .missing
    case 1: return .bool(try unsigned() != 0)
    case 2: return .integer(try signed())
    case 3: return .real(try real())
    case 4:
      let family = try byte()
      let (high, low) = (try unsigned(), try unsigned())
      return .address(
        family == 4
          ? IPAddress(v4: UInt32(truncatingIfNeeded: low)) : IPAddress(v6High: high, low: low))
    case 5: return .mac(try unsigned())
    case 6: return .time(try signed())
    case 7: return .duration(try signed())
    case 8: return .text(try text())
    case 9 where depth == 0:
      return .ranking(
        try list { (reader) throws(Malformed) in
          RankedItem(
            item: try reader.list { (reader) throws(Malformed) in try reader.value(depth: 1) },
            count: try reader.signed(), share: try reader.real())
        })
    default: throw Malformed()
    }
  }
}
