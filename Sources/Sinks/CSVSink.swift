public import DataModel

/// RFC 4180 with a header line; losses and totals do not belong to the data and are left out.
///
/// Columns: `window_start,window_end` (or `time`), the output's columns, `quality`. With several
/// outputs each block of rows of one output begins with a header of its own behind an empty line
/// and every line starts with the output's name.
public final class CSVSink: Sink {
  private let out: ByteWriter
  private var schemas: [OutputSchema] = []
  private var current: Int?
  /// Whether one output is all that it is sent.
  private var isAlone = false

  /// Writes to an open descriptor, which stays open; a reader that does not read is waited for
  /// while `mayWait` says so.
  public convenience init(descriptor: Int32, mayWait: @escaping () -> Bool = { true }) {
    self.init(ByteWriter(descriptor: descriptor, mayWait: mayWait))
  }

  init(_ out: ByteWriter) { self.out = out }

  public var writtenRows: UInt64? { out.writtenRows }

  public func begin(_ meta: RunMeta) throws(SinkError) {
    schemas = meta.outputs
    isAlone = meta.taken.count == 1
    if let only = meta.taken.first, isAlone {
      putHeader(only)
      current = only
    }
    try out.flush()
  }

  public func row(_ row: Row) throws(SinkError) {
    turn(to: row.output)
    putStart(row.output)
    out.put(time: row.start)
    if schemas[row.output].isWindowed {
      out.put(UInt8(ascii: ","))
      out.put(time: row.end)
    }
    for value in row.values {
      out.put(UInt8(ascii: ","))
      put(value)
    }
    try putEnd(row.quality)
  }

  public func rows(_ rows: TupleRows) throws(SinkError) {
    turn(to: rows.output)
    let columns = rows.columns.enumerated().map { CSVColumn($0.element, index: $0.offset) }
    for place in 0..<rows.count {
      putStart(rows.output)
      out.put(time: rows.time(place))
      let row = Int(rows.rows[place])
      for column in columns {
        out.put(UInt8(ascii: ","))
        if !column.put(row, to: out) { put(rows.estimate(column.index, place).value) }
      }
      try putEnd(rows.quality(place))
    }
  }

  /// Begins a block of rows of an output, where the last were of another.
  private func turn(to output: Int) {
    guard current != output else { return }
    if current != nil { out.put("\r\n") }
    putHeader(output)
    current = output
  }

  private func putStart(_ output: Int) {
    if isAlone { return }
    put(cell: schemas[output].name)
    out.put(UInt8(ascii: ","))
  }

  private func putEnd(_ quality: Quality) throws(SinkError) {
    out.put(UInt8(ascii: ","))
    if quality == .exact { out.put("exact") } else { out.put(text: quality.rawValue) }
    out.put("\r\n")
    try out.endRow()
  }

  private func put(_ value: Value) {
    switch value {
    case .integer(let value): out.put(integer: value)
    case .real(let value): out.put(real: value)
    case .address(let value): out.put(address: value)
    case .time(let value): out.put(time: value)
    case .ranking(let places): put(places)
    default: put(cell: value.description)
    }
  }

  public func loss(_ record: LossRecord) throws(SinkError) {}

  public func flush() throws(SinkError) { try out.flush() }

  public func end(_ totals: RunTotals) throws(SinkError) { try out.flush() }

  /// A ranking as its `description` writes it: numbers and addresses without a detour.
  private func put(_ places: [RankedItem]) {
    let isSimple = places.allSatisfy { place in
      guard place.item.count == 1 else { return false }
      switch place.item[0] {
      case .integer, .address: return true
      default: return false
      }
    }
    guard isSimple else { return put(cell: Value.ranking(places).description) }
    for (index, place) in places.enumerated() {
      if index > 0 { out.put(UInt8(ascii: " ")) }
      put(place.item[0])
      out.put(UInt8(ascii: "="))
      out.put(integer: place.count)
    }
  }

  private func putHeader(_ output: Int) {
    let schema = schemas[output]
    var names = isAlone ? [] : ["output"]
    names += schema.isWindowed ? ["window_start", "window_end"] : ["time"]
    names += schema.columns.map(\.name) + ["quality"]
    for (index, name) in names.enumerated() {
      if index > 0 { out.put(",") }
      put(cell: name)
    }
    out.put("\r\n")
  }

  private func put(cell: String) {
    let isSpecial = cell.utf8.contains { byte in
      switch byte {
      case UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\r"), UInt8(ascii: "\n"): true
      default: false
      }
    }
    guard isSpecial else { return out.put(text: cell) }
    out.put(UInt8(ascii: "\""))
    for byte in cell.utf8 {
      if byte == UInt8(ascii: "\"") { out.put(byte) }
      out.put(byte)
    }
    out.put(UInt8(ascii: "\""))
  }
}
