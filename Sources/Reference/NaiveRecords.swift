public import DataModel

/// Reads lines of records, slowly and without the code of the engines.
///
/// Source: the schema's own documentation and RFC 4180.
public enum NaiveRecords {
  /// The records of a text without header, in its order; and how many lines are none.
  public static func read(
    _ text: String, _ schema: RecordSchema
  ) -> (records: [NaivePacket], malformed: Int) {
    guard case .delimited(let separator, let optional) = schema.encoding else { return ([], 0) }
    var records: [NaivePacket] = []
    var malformed = 0
    var width: Int?
    for line in text.split(whereSeparator: \.isNewline) {
      let fields = fields(of: line, Character(UnicodeScalar(separator)))
      let most = schema.columns.count { $0.origin == .record }
      if width == nil, fields.count >= most - optional, fields.count <= most {
        width = fields.count
      }
      guard fields.count == width else {
        malformed += 1
        continue
      }
      let values = schema.columns.map { column -> Value in
        if column.origin == .service { return service(of: fields, schema, most - fields.count) }
        let place = column.position - (most - fields.count)
        return place < 0 ? .missing : value(fields[place], column.field.type)
      }
      guard case .time(let time) = values[schema.time.position] else {
        malformed += 1
        continue
      }
      records.append(NaivePacket(record: values, time: time, order: records.count))
    }
    return (records, malformed)
  }

  /// The name of the lower port of TCP or UDP that has one.
  private static func service(of fields: [String], _ schema: RecordSchema, _ left: Int) -> Value {
    func text(_ names: [String]) -> String? {
      for name in names {
        if let column = schema.columns.first(where: { $0.isCalled(name) }),
          column.position >= left
        {
          return fields[column.position - left].lowercased()
        }
      }
      return nil
    }
    let protocolText = text(["IpLayerProtocol", "IpProtocol", "Protocol", "IpLayerProtocolCode"])
    let isTCP = ["6", "tcp"].contains(protocolText)
    guard isTCP || ["17", "udp"].contains(protocolText),
      case .integer(let a) = value(text(["SourcePort"]) ?? "", .unsigned(bits: 16)),
      case .integer(let b) = value(text(["DestPort"]) ?? "", .unsigned(bits: 16))
    else { return .missing }
    for port in [a, b].sorted() {
      for row in Services.rows where Int64(row.port) == port && (isTCP ? row.isTCP : row.isUDP) {
        return .text(row.name)
      }
    }
    return .missing
  }

  private static func fields(of line: Substring, _ separator: Character) -> [String] {
    var fields = [""]
    var isQuoted = false
    for character in line {
      if character == "\"" {
        isQuoted.toggle()
      } else if character == separator, !isQuoted {
        fields.append("")
      } else {
        fields[fields.count - 1].append(character)
      }
    }
    return fields.map { field in
      String(field.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
  }

  /// The value of a field's text; missing where it has none.
  static func value(_ text: String, _ type: ScalarType) -> Value {
    switch type {
    case .unsigned(let bits):
      let isHexadecimal = text.lowercased().hasPrefix("0x")
      let number = isHexadecimal ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
      guard let number, number < UInt64(1) << UInt64(bits), !text.hasPrefix("+") else {
        return .missing
      }
      return .integer(Int64(number))
    case .signed: return Int64(text).map { .integer($0) } ?? .missing
    case .bool:
      let words = [["true", "1"], ["false", "0"]]
      return words.firstIndex { $0.contains(text) }.map { .bool($0 == 0) } ?? .missing
    case .text: return text.isEmpty || text == "-" ? .missing : .text(text)
    case .duration: return seconds(text).map { .duration($0) } ?? .missing
    case .time: return time(text).map { .time($0) } ?? .missing
    case .ip: return address(text).map { .address($0) } ?? .missing
    default: return .missing
    }
  }

  private static func seconds(_ text: String) -> Int64? {
    guard text.contains(where: \.isNumber), !text.hasPrefix("+") else { return nil }
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = Int64(parts[0].isEmpty ? "0" : parts[0]), whole >= 0 else { return nil }
    guard parts.count == 2 else { return whole * 1_000_000_000 }
    let digits = String((parts[1] + "000000000").prefix(9))
    return Int64(digits).map { whole * 1_000_000_000 + $0 }
  }

  /// Days are counted one by one from the epoch on.
  private static func time(_ text: String) -> Int64? {
    let parts = text.split { "-/ T+:Z".contains($0) }
    guard parts.count == 6 else { return seconds(text) }
    let numbers = parts[..<5].compactMap { Int64($0) }
    guard numbers.count == 5, let second = seconds(String(parts[5])) else { return nil }
    var days: Int64 = 0
    func isLeap(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
    for year in 1970..<max(1970, numbers[0]) { days += isLeap(year) ? 366 : 365 }
    let months: [Int64] = [
      31, isLeap(numbers[0]) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
    ]
    for month in months.prefix(Int(numbers[1]) - 1) { days += month }
    days += numbers[2] - 1
    return ((days * 24 + numbers[3]) * 60 + numbers[4]) * 60_000_000_000 + second
  }

  private static func address(_ text: String) -> IPAddress? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt32($0) }
    if parts.count == 4, parts.allSatisfy({ $0.map { $0 < 256 } ?? false }) {
      return IPAddress(v4: parts.reduce(0) { $0 << 8 | ($1 ?? 0) })
    }
    let halves = text.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)
      .map { $0.split(separator: ":").map { UInt64($0, radix: 16) } }
    guard text.contains(":"), halves.allSatisfy({ !$0.contains(nil) }) else { return nil }
    let known = halves.map { $0.compactMap(\.self) }
    var groups = known[0]
    if known.count == 2 {
      groups += [UInt64](repeating: 0, count: 8 - known[0].count - known[1].count) + known[1]
    }
    guard groups.count == 8, groups.allSatisfy({ $0 < 65536 }) else { return nil }
    return IPAddress(
      v6High: groups[..<4].reduce(0) { $0 << 16 | $1 },
      low: groups[4...].reduce(0) { $0 << 16 | $1 })
  }
}
