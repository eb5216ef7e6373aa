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
    if current != row.output {
      if current != nil { out.put("\r\n") }
      putHeader(row.output)
      current = row.output
    }
    let schema = schemas[row.output]
    if !isAlone {
      put(cell: schema.name)
      out.put(",")
    }
    out.put(time: row.start)
    if schema.isWindowed {
      out.put(",")
      out.put(time: row.end)
    }
    for value in row.values {
      out.put(",")
      switch value {
      case .integer(let value): out.put(integer: value)
      case .address(let value): out.put(address: value)
      case .time(let value): out.put(time: value)
      default: put(cell: value.description)
      }
    }
    out.put(",")
    out.put(text: row.quality.rawValue)
    out.put("\r\n")
    try out.endRow()
  }

  public func loss(_ record: LossRecord) throws(SinkError) {}

  public func flush() throws(SinkError) { try out.flush() }

  public func end(_ totals: RunTotals) throws(SinkError) { try out.flush() }

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
