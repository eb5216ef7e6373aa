public import DataModel

/// One JSON object a line: `meta`, `row`, `loss`, `end`. The contract that scripts rely on; the
/// envelope's version is in `meta`. Field order is fixed and rows of captures are deterministic.
public final class NDJSONSink: Sink {
  /// The envelope's version.
  public static let version = 1

  private let out: ByteWriter
  private var schemas: [OutputSchema] = []
  private var fixed: [FixedText] = []

  /// What every row of an output repeats, escaped once.
  private struct FixedText {
    /// Up to the opening quote of the first time.
    var head: [UInt8]
    /// The name of each column as a member's name: `"DestIp":`, with a comma in front but for the
    /// first.
    var columns: [[UInt8]]
  }

  /// Writes to an open descriptor, which stays open; a reader that does not read is waited for
  /// while `mayWait` says so.
  public init(descriptor: Int32, mayWait: @escaping () -> Bool = { true }) {
    out = ByteWriter(descriptor: descriptor, mayWait: mayWait)
  }

  public func begin(_ meta: RunMeta) throws(SinkError) {
    schemas = meta.outputs
    fixed = schemas.map(Self.fixedText)
    out.put(#"{"type":"meta","version":1,"query":"#)
    put(string: meta.query)
    out.put(#","outputs":["#)
    for (index, schema) in schemas.enumerated() {
      if index > 0 { out.put(",") }
      out.put(#"{"name":"#)
      put(string: schema.name)
      out.put(#","columns":["#)
      for (place, column) in schema.columns.enumerated() {
        if place > 0 { out.put(",") }
        out.put(#"{"name":"#)
        put(string: column.name)
        out.put(#","type":"#)
        put(string: column.type.description)
        out.put("}")
      }
      out.put("]}")
    }
    out.put(#"],"placement":"#)
    put(string: meta.placement)
    out.put(#","attach":"#)
    if let attach = meta.attach { put(string: attach) } else { out.put("null") }
    out.put(#","seed":"#)
    out.put(unsigned: meta.seed)
    out.put("}\n")
    try out.flush()
  }

  public func row(_ row: Row) throws(SinkError) {
    let fixed = fixed[row.output]
    out.put(bytes: fixed.head)
    out.put(time: row.start)
    if schemas[row.output].isWindowed {
      out.put(#"","window_end":""#)
      out.put(time: row.end)
    }
    out.put(#"","fields":{"#)
    for index in fixed.columns.indices {
      out.put(bytes: fixed.columns[index])
      put(value: row.values[index])
    }
    out.put("}")
    if !row.bounds.isEmpty { putBounds(row, schemas[row.output]) }
    out.put(#","quality":""#)
    out.put(text: row.quality.rawValue)
    out.put(row.isUncertain ? "\",\"uncertain\":true}\n" : "\"}\n")
    try out.writeIfFull()
  }

  public func loss(_ record: LossRecord) throws(SinkError) {
    out.put(#"{"type":"loss","window_start":""#)
    out.put(time: record.start)
    out.put(#"","window_end":""#)
    out.put(time: record.end)
    out.put(#"","lost":"#)
    put(lost: record.lost)
    out.put(#","uncertain":"#)
    out.put(unsigned: record.uncertain)
    if !record.reason.isEmpty {
      out.put(#","reason":"#)
      put(string: record.reason)
    }
    out.put("}\n")
    try out.writeIfFull()
  }

  public func flush() throws(SinkError) { try out.flush() }

  public func end(_ totals: RunTotals) throws(SinkError) {
    out.put(#"{"type":"end","packets":"#)
    out.put(unsigned: totals.packets)
    out.put(#","rows":"#)
    out.put(unsigned: totals.rows)
    out.put(#","lost":"#)
    put(lost: totals.lost)
    if !totals.unkeyed.isEmpty {
      out.put(#","unkeyed":"#)
      put(unkeyed: totals.unkeyed)
    }
    out.put(#","elapsed_s":"#)
    put(real: totals.elapsedSeconds)
    out.put("}\n")
    try out.flush()
  }

  private func putBounds(_ row: Row, _ schema: OutputSchema) {
    out.put(#","bounds":{"#)
    for (place, column) in row.bounds.keys.sorted().enumerated() {
      guard let bound = row.bounds[column] else { continue }
      if place > 0 { out.put(",") }
      put(string: schema.columns[column].name)
      out.put(":[")
      put(real: bound.low)
      out.put(",")
      put(real: bound.high)
      out.put("]")
    }
    out.put("}")
  }

  private func put(unkeyed: [String: UInt64]) {
    out.put("{")
    for (index, name) in unkeyed.keys.sorted().enumerated() {
      if index > 0 { out.put(",") }
      put(string: name)
      out.put(":")
      out.put(unsigned: unkeyed[name] ?? 0)
    }
    out.put("}")
  }

  private func put(lost: [LossCause: UInt64]) {
    out.put("{")
    for (index, cause) in lost.keys.sorted().enumerated() {
      if index > 0 { out.put(",") }
      put(string: cause.rawValue)
      out.put(":")
      out.put(unsigned: lost[cause] ?? 0)
    }
    out.put("}")
  }

  private func put(value: Value) {
    switch value {
    case .missing: out.put("null")
    case .bool(let value): out.put(value ? "true" : "false")
    case .integer(let value): out.put(integer: value)
    case .real(let value): put(real: value)
    case .duration(let value): put(real: Double(value) / 1e9)
    case .address(let value):
      out.put(UInt8(ascii: "\""))
      out.put(address: value)
      out.put(UInt8(ascii: "\""))
    case .mac, .time: put(string: value.description)
    case .text(let value): put(string: value)
    case .ranking(let items):
      out.put("[")
      for (index, place) in items.enumerated() {
        if index > 0 { out.put(",") }
        out.put(#"{"key":"#)
        if place.item.count == 1 {
          put(value: place.item[0])
        } else {
          out.put("[")
          for (position, part) in place.item.enumerated() {
            if position > 0 { out.put(",") }
            put(value: part)
          }
          out.put("]")
        }
        out.put(#","count":"#)
        out.put(integer: place.count)
        out.put(#","share":"#)
        put(real: place.share)
        out.put("}")
      }
      out.put("]")
    }
  }

  /// JSON has no NaN and no infinities; whole numbers lose their fraction.
  private func put(real value: Double) {
    guard value.isFinite else { return out.put("null") }
    if value == value.rounded() && value.magnitude < 1e15 {
      out.put(integer: Int64(value))
    } else {
      out.put(text: "\(value)")
    }
  }

  private func put(string: String) { out.put(bytes: Self.quoted(string)) }

  private static func fixedText(_ schema: OutputSchema) -> FixedText {
    let time = schema.isWindowed ? "window_start" : "time"
    let head =
      Array(#"{"type":"row","output":"#.utf8) + quoted(schema.name) + Array(#","\#(time)":""#.utf8)
    let columns = schema.columns.enumerated().map { index, column in
      (index > 0 ? [UInt8(ascii: ",")] : []) + quoted(column.name) + [UInt8(ascii: ":")]
    }
    return FixedText(head: head, columns: columns)
  }

  /// A JSON string (RFC 8259, section 7); DEL is escaped too, for terminals.
  private static func quoted(_ text: String) -> [UInt8] {
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
