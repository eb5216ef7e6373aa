import DataModel

/// Loops that write one byte a tuple, 1 where a condition holds: always dense, never a branch.
enum MaskKernels {
  typealias Mask = UnsafeMutablePointer<UInt8>

  @inline(__always)
  static func write(
    _ n: Int, _ valid: UnsafePointer<UInt8>, _ mask: Mask, _ condition: (Int) -> Bool
  ) {
    for row in 0..<n { mask[row] = valid[row] & unsafeBitCast(condition(row), to: UInt8.self) }
  }

  /// Compares with a constant: the fast path of most filters.
  static func compare(
    _ comparison: Comparison, _ a: ComputedColumn, _ constant: Int64, _ n: Int, _ mask: Mask
  ) {
    let (values, valid) = (a.values, a.validity)
    switch comparison {
    case .equal: write(n, valid, mask) { values[$0] == constant }
    case .notEqual: write(n, valid, mask) { values[$0] != constant }
    case .less: write(n, valid, mask) { values[$0] < constant }
    case .lessOrEqual: write(n, valid, mask) { values[$0] <= constant }
    case .greater: write(n, valid, mask) { values[$0] > constant }
    case .greaterOrEqual: write(n, valid, mask) { values[$0] >= constant }
    }
  }

  static func compare(
    _ comparison: Comparison, _ a: ComputedColumn, _ b: ComputedColumn, _ n: Int, _ mask: Mask
  ) {
    let (x, y) = (a.values, b.values)
    switch comparison {
    case .equal: write(n, a.validity, mask) { x[$0] == y[$0] }
    case .notEqual: write(n, a.validity, mask) { x[$0] != y[$0] }
    case .less: write(n, a.validity, mask) { x[$0] < y[$0] }
    case .lessOrEqual: write(n, a.validity, mask) { x[$0] <= y[$0] }
    case .greater: write(n, a.validity, mask) { x[$0] > y[$0] }
    case .greaterOrEqual: write(n, a.validity, mask) { x[$0] >= y[$0] }
    }
    for row in 0..<n { mask[row] &= b.validity[row] }
  }

  /// Keeps the rows whose mask byte is 1; `kept` may be `rows`.
  static func compress(
    _ rows: UnsafePointer<UInt16>, _ n: Int, _ mask: UnsafePointer<UInt8>,
    _ kept: UnsafeMutablePointer<UInt16>
  ) -> Int {
    var k = 0
    for index in 0..<n {
      let row = rows[index]
      kept[k] = row
      k &+= Int(mask[Int(row)])
    }
    return k
  }
}

/// A list of integers that answers `IN` a column at a time.
struct IntegerList {
  private enum Form {
    /// A pass a value: the compiler makes it wide.
    case few([Int64])
    /// One bit for each of 0…65535: ports, protocols, lengths.
    case bitmap([UInt64])
    case sorted([Int64])
  }

  private let form: Form

  init(_ values: [Int64]) {
    if values.count <= 6 {
      form = .few(values)
    } else if values.allSatisfy({ (0..<65536).contains($0) }) {
      var bits = [UInt64](repeating: 0, count: 1024)
      for value in values { bits[Int(value >> 6)] |= 1 << UInt64(value & 63) }
      form = .bitmap(bits)
    } else {
      form = .sorted(values.sorted())
    }
  }

  /// Sets the mask where the value is present and its being in the list differs from `negated`.
  func test(_ column: ComputedColumn, negated: Bool, _ n: Int, _ mask: UnsafeMutablePointer<UInt8>)
  {
    let values = column.values
    switch form {
    case .few(let list):
      mask.update(repeating: 0, count: n)
      for value in list {
        for row in 0..<n { mask[row] |= unsafeBitCast(values[row] == value, to: UInt8.self) }
      }
    case .bitmap(let bits):
      bits.withUnsafeBufferPointer { bits in
        for row in 0..<n {
          let value = UInt64(bitPattern: values[row])
          let inRange = unsafeBitCast(value < 65536, to: UInt8.self)
          let bit = bits[Int(truncatingIfNeeded: (value & 65535) &>> 6)] &>> (value & 63)
          mask[row] = inRange & UInt8(truncatingIfNeeded: bit & 1)
        }
      }
    case .sorted(let list):
      list.withUnsafeBufferPointer { list in
        for row in 0..<n {
          mask[row] = unsafeBitCast(Self.contains(list, values[row]), to: UInt8.self)
        }
      }
    }
    let flip: UInt8 = negated ? 1 : 0
    for row in 0..<n { mask[row] = (mask[row] ^ flip) & column.validity[row] }
  }

  private static func contains(_ list: UnsafeBufferPointer<Int64>, _ value: Int64) -> Bool {
    var (low, length) = (0, list.count)
    while length > 1 {
      let half = length >> 1
      low = list[low + half] <= value ? low + half : low
      length -= half
    }
    return list[low] == value
  }
}

/// An address column seen as (family, high, low), whatever its type; or one address for all.
struct AddressColumn {
  private let high: UnsafePointer<UInt64>
  private let low: UnsafePointer<UInt64>
  private let validity: UnsafePointer<UInt8>
  private let form: ScalarType
  private let constant: IPAddress?

  init(_ operand: AddressOperand, _ batch: TupleBatch) {
    switch operand {
    case .constant(let address):
      // Never read; the pointers only have to be some.
      high = UnsafeRawPointer(batch.times).assumingMemoryBound(to: UInt64.self)
      low = high
      validity = UnsafeRawPointer(batch.times).assumingMemoryBound(to: UInt8.self)
      form = .ip
      constant = address
    case .field(let id):
      guard let column = batch.column(id) else {
        preconditionFailure("the batch has every field that the graph reads: \(id)")
      }
      high = UnsafePointer(column.lane0)
      low = UnsafePointer(column.lane1)
      validity = UnsafePointer(column.validity)
      form = id.field.type
      constant = nil
    }
  }

  /// The address of a row, or nil where it is missing.
  @inline(__always)
  func address(_ row: Int) -> IPAddress? {
    if let constant { return constant }
    if validity[row] == 0 { return nil }
    switch form {
    case .ipv4: return IPAddress(v4: UInt32(truncatingIfNeeded: high[row]))
    case .ip where validity[row] == 4:
      return IPAddress(v4: UInt32(truncatingIfNeeded: low[row]))
    default: return IPAddress(v6High: high[row], low: low[row])
    }
  }

  /// ORs 1 into the mask of rows that lie in the network.
  func markMembers(of prefix: IPPrefix, _ n: Int, _ mask: UnsafeMutablePointer<UInt8>) {
    let keep = AddressMask(v4Bits: min(prefix.bits, 32), v6Bits: prefix.bits)
    let address = prefix.address
    let isV4 = address.family == 4
    if isV4 != (form == .ipv4) && form != .ip { return }
    let family: UInt8 = form == .ip ? address.family : 1
    let values = form == .ip ? low : high
    if isV4 {
      for row in 0..<n {
        let hit = unsafeBitCast(values[row] & keep.v4 == address.low, to: UInt8.self)
        mask[row] |= hit & unsafeBitCast(validity[row] == family, to: UInt8.self)
      }
    } else {
      let (maskHigh, maskLow) = (keep.v6High, keep.v6Low)
      for row in 0..<n {
        let difference =
          ((high[row] & maskHigh) ^ address.high) | ((low[row] & maskLow) ^ address.low)
        let hit = unsafeBitCast(difference == 0, to: UInt8.self)
        mask[row] |= hit & unsafeBitCast(validity[row] == family, to: UInt8.self)
      }
    }
  }

  /// 1 where the address is present.
  @inline(__always)
  func isPresent(_ row: Int) -> UInt8 { unsafeBitCast(validity[row] != 0, to: UInt8.self) }
}
