import DataModel

/// Puts the text of a value into a column, by the column's type.
enum TextValue {
  /// Whether the text was such a value.
  static func put(
    _ at: UnsafePointer<UInt8>, _ count: Int, _ type: ScalarType, _ column: TupleColumn, _ row: Int
  ) -> Bool {
    guard count > 0 else { return false }
    let value: UInt64?
    switch type {
    case .unsigned(let bits):
      value = FieldText.unsigned(at, count, limit: (1 << UInt64(bits)) - 1)
    case .bool: value = FieldText.bool(at, count)
    case .signed: value = FieldText.signed(at, count).map { UInt64(bitPattern: $0) }
    case .duration: value = FieldText.seconds(at, count).map { UInt64(bitPattern: $0) }
    case .time: value = FieldText.time(at, count).map { UInt64(bitPattern: $0) }
    case .text: value = TextTable.code(UnsafeRawBufferPointer(start: at, count: count))
    case .ip:
      let address = address(at, count)
      column.set(row, address: address)
      return address != nil
    default: preconditionFailure("no text is \(type)")
    }
    column.set(row, value)
    return value != nil
  }

  private static func address(_ at: UnsafePointer<UInt8>, _ count: Int) -> IPAddress? {
    if let v4 = FieldText.ipv4(at, count) { return IPAddress(v4: UInt32(truncatingIfNeeded: v4)) }
    return FieldText.ipv6(at, count).map { IPAddress(v6High: $0.0, low: $0.1) }
  }
}
