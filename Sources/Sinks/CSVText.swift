import DataModel

/// How rows stand in CSV, on whichever thread: it changes nothing.
struct CSVText {
  /// What stands in front of rows of an output.
  enum Opening {
    /// Nothing: the last row was of the same output.
    case none
    /// The header line of the output.
    case header
    /// An empty line, and the header line: rows of another output came before.
    case nextHeader
  }

  /// The query's outputs.
  let schemas: [OutputSchema]
  /// Whether one output is all that is written.
  let isAlone: Bool

  func put(_ row: Row, _ opening: Opening, to out: ByteWriter) throws(SinkError) {
    open(row.output, opening, to: out)
    putStart(row.output, to: out)
    out.put(time: row.start)
    if schemas[row.output].isWindowed {
      out.put(UInt8(ascii: ","))
      out.put(time: row.end)
    }
    for value in row.values {
      out.put(UInt8(ascii: ","))
      put(value, to: out)
    }
    try putEnd(row.quality, to: out)
  }

  func put(_ rows: TupleRows, _ opening: Opening, to out: ByteWriter) throws(SinkError) {
    open(rows.output, opening, to: out)
    let columns = rows.columns.enumerated().map { CSVColumn($0.element, index: $0.offset) }
    for place in 0..<rows.count {
      putStart(rows.output, to: out)
      out.put(time: rows.time(place))
      let row = Int(rows.rows[place])
      for column in columns {
        out.put(UInt8(ascii: ","))
        if !column.put(row, to: out) { put(rows.estimate(column.index, place).value, to: out) }
      }
      try putEnd(rows.quality(place), to: out)
    }
  }

  /// Writes what stands in front of rows of an output.
  func open(_ output: Int, _ opening: Opening, to out: ByteWriter) {
    switch opening {
    case .none: return
    case .header: break
    case .nextHeader: out.put("\r\n")
    }
    putHeader(output, to: out)
  }

  private func putStart(_ output: Int, to out: ByteWriter) {
    if isAlone { return }
    put(cell: schemas[output].name, to: out)
    out.put(UInt8(ascii: ","))
  }

  private func putEnd(_ quality: Quality, to out: ByteWriter) throws(SinkError) {
    out.put(UInt8(ascii: ","))
    if quality == .exact { out.put("exact") } else { out.put(text: quality.rawValue) }
    out.put("\r\n")
    try out.endRow()
  }

  private func put(_ value: Value, to out: ByteWriter) {
    switch value {
    case .integer(let value): out.put(integer: value)
    case .real(let value): out.put(real: value)
    case .address(let value): out.put(address: value)
    case .time(let value): out.put(time: value)
    case .ranking(let places): put(places, to: out)
    default: put(cell: value.description, to: out)
    }
  }

  /// A ranking as its `description` writes it: numbers and addresses without a detour.
  private func put(_ places: [RankedItem], to out: ByteWriter) {
    let isSimple = places.allSatisfy { place in
      guard place.item.count == 1 else { return false }
      switch place.item[0] {
      case .integer, .address: return true
      default: return false
      }
    }
    guard isSimple else { return put(cell: Value.ranking(places).description, to: out) }
    for (index, place) in places.enumerated() {
      if index > 0 { out.put(UInt8(ascii: " ")) }
      put(place.item[0], to: out)
      out.put(UInt8(ascii: "="))
      out.put(integer: place.count)
    }
  }

  private func putHeader(_ output: Int, to out: ByteWriter) {
    let schema = schemas[output]
    var names = isAlone ? [] : ["output"]
    names += schema.isWindowed ? ["window_start", "window_end"] : ["time"]
    names += schema.columns.map(\.name) + ["quality"]
    for (index, name) in names.enumerated() {
      if index > 0 { out.put(",") }
      put(cell: name, to: out)
    }
    out.put("\r\n")
  }

  private func put(cell: String, to out: ByteWriter) {
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
