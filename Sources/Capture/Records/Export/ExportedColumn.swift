import DataModel

/// A column of the batch and where its values come from.
struct ExportedColumn {
  /// How the bytes of a value are read.
  enum Form { case unsigned, address, text, mac }

  let index: Int
  let value: ExportedValue
  let form: Form
  /// The largest number that the column holds.
  let limit: UInt64
  let name: String

  /// The columns of a batch of these fields.
  static func of(_ fields: [FieldID], _ kind: ExportProtocol) -> [ExportedColumn] {
    let values = RecordFormats.exported(by: kind)
    return fields.enumerated().map { index, id in
      guard let column = id.record else {
        preconditionFailure("\(id) is a field of packets, and records are read")
      }
      let type = column.field.type
      let form: Form =
        switch type {
        case .ip: .address
        case .text: .text
        case .mac: .mac
        default: .unsigned
        }
      let limit: UInt64 =
        if case .unsigned(let bits) = type { (1 << UInt64(bits)) - 1 } else { UInt64(Int64.max) }
      return ExportedColumn(
        index: index, value: values[column.position], form: form, limit: limit,
        name: column.field.name)
    }
  }

  /// Reads the values of `count` records, `stride` bytes apart, the first at `at` and all within
  /// `bytes`, into rows from `row` on; the number of values that could not be read.
  func fill(
    _ column: TupleColumn, _ row: Int, _ count: Int, _ bytes: Octets, _ at: Int, stride: Int,
    width: Int
  ) -> Int {
    guard count > 0, bytes.has(at, (count - 1) * stride + width) else {
      for index in 0..<count { column.setMissing(row + index) }
      return count
    }
    let first = UnsafeRawPointer(bytes.base + at)
    switch (form, width) {
    case (_, 0):
      for index in 0..<count { column.setMissing(row + index) }
      return 0
    case (.unsigned, 1):
      return numbers(column, row, count) { UInt64((first + $0 * stride).load(as: UInt8.self)) }
    case (.unsigned, 2):
      return numbers(column, row, count) {
        UInt64(UInt16(bigEndian: (first + $0 * stride).loadUnaligned(as: UInt16.self)))
      }
    case (.unsigned, 4):
      return numbers(column, row, count) {
        UInt64(UInt32(bigEndian: (first + $0 * stride).loadUnaligned(as: UInt32.self)))
      }
    case (.unsigned, 8):
      return numbers(column, row, count) {
        UInt64(bigEndian: (first + $0 * stride).loadUnaligned(as: UInt64.self))
      }
    case (.unsigned, 3), (.unsigned, 5), (.unsigned, 6), (.unsigned, 7), (.mac, 6):
      return numbers(column, row, count) { bytes.unsigned(at + $0 * stride, width) }
    case (.address, 4):
      for index in 0..<count {
        let value = UInt32(bigEndian: (first + index * stride).loadUnaligned(as: UInt32.self))
        column.lane0[row + index] = 0
        column.lane1[row + index] = UInt64(value)
        column.validity[row + index] = 4
      }
      return 0
    case (.address, 16):
      for index in 0..<count {
        column.set(row + index, address: bytes.address(at + index * stride, 16))
      }
      return 0
    case (.text, _): return texts(column, row, count, first, stride, width)
    default:
      for index in 0..<count { column.setMissing(row + index) }
      return count
    }
  }

  @inline(__always)
  private func numbers(
    _ column: TupleColumn, _ row: Int, _ count: Int, _ value: (Int) -> UInt64
  ) -> Int {
    var unreadable = 0
    for index in 0..<count {
      let number = value(index)
      if number <= limit {
        column.set(row + index, number)
      } else {
        column.setMissing(row + index)
        unreadable += 1
      }
    }
    return unreadable
  }

  /// Texts without the zeros and blanks that fill them up; one of nothing else is missing.
  private func texts(
    _ column: TupleColumn, _ row: Int, _ count: Int, _ first: UnsafeRawPointer, _ stride: Int,
    _ width: Int
  ) -> Int {
    var unreadable = 0
    for index in 0..<count {
      let bytes = UnsafeRawBufferPointer(start: first + index * stride, count: width)
      // A zero ends a text, as exporters in C mean it.
      var length = bytes.firstIndex(of: 0) ?? width
      while length > 0, bytes[length - 1] == 32 { length -= 1 }
      guard length > 0 else {
        column.setMissing(row + index)
        continue
      }
      let code = TextTable.code(UnsafeRawBufferPointer(rebasing: bytes[..<length]))
      column.set(row + index, code)
      if code == nil { unreadable += 1 }
    }
    return unreadable
  }
}
