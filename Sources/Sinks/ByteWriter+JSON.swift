import DataModel

/// Values as JSON, alike in NDJSON and in the columns of a database.
extension ByteWriter {
  func put(json bounds: [Int: Bound], _ schema: OutputSchema) {
    put("{")
    for (place, column) in bounds.keys.sorted().enumerated() {
      guard let bound = bounds[column] else { continue }
      if place > 0 { put(",") }
      put(json: schema.columns[column].name)
      put(":[")
      put(json: bound.low)
      put(",")
      put(json: bound.high)
      put("]")
    }
    put("}")
  }

  func put(json value: Value) {
    switch value {
    case .missing: put("null")
    case .bool(let value): put(value ? "true" : "false")
    case .integer(let value): put(integer: value)
    case .real(let value): put(json: value)
    case .duration(let value): put(json: Double(value) / 1e9)
    case .address(let value):
      put(UInt8(ascii: "\""))
      put(address: value)
      put(UInt8(ascii: "\""))
    case .mac, .time: put(json: value.description)
    case .text(let value): put(json: value)
    case .ranking(let items):
      put("[")
      for (index, place) in items.enumerated() {
        if index > 0 { put(",") }
        put(#"{"key":"#)
        if place.item.count == 1 {
          put(json: place.item[0])
        } else {
          put("[")
          for (position, part) in place.item.enumerated() {
            if position > 0 { put(",") }
            put(json: part)
          }
          put("]")
        }
        put(#","count":"#)
        put(integer: place.count)
        if let most = place.most {
          put(#","count_max":"#)
          put(integer: most)
        }
        put(#","share":"#)
        put(json: place.share)
        put("}")
      }
      put("]")
    }
  }

  /// JSON has no NaN and no infinities; whole numbers lose their fraction.
  func put(json value: Double) {
    guard value.isFinite else { return put("null") }
    if value == value.rounded() && value.magnitude < 1e15 {
      put(integer: Int64(value))
    } else {
      put(real: value)
    }
  }

  func put(json text: String) { put(bytes: Self.quoted(text)) }

  /// A JSON string (RFC 8259, section 7); DEL is escaped too, for terminals.
  static func quoted(_ text: String) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    var bytes = [UInt8(ascii: "\"")]
    bytes.reserveCapacity(text.utf8.count + 2)
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): bytes += #"\""#.utf8
      case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
      case UInt8(ascii: "\n"): bytes += #"\n"#.utf8
      case UInt8(ascii: "\r"): bytes += #"\r"#.utf8
      case UInt8(ascii: "\t"): bytes += #"\t"#.utf8
      case 0..<0x20, 0x7F:
        bytes += #"\u00"#.utf8
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
    return bytes
  }
}
