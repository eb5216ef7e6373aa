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
  public convenience init(descriptor: Int32, mayWait: @escaping () -> Bool = { true }) {
    self.init(ByteWriter(descriptor: descriptor, mayWait: mayWait))
  }

  init(_ out: ByteWriter) { self.out = out }

  public var writtenRows: UInt64? { out.writtenRows }

  public func begin(_ meta: RunMeta) throws(SinkError) {
    schemas = meta.outputs
    fixed = schemas.map(Self.fixedText)
    out.put(#"{"type":"meta","version":1,"query":"#)
    out.put(json: meta.query)
    out.put(#","outputs":["#)
    for (index, schema) in schemas.enumerated() {
      if index > 0 { out.put(",") }
      out.put(#"{"name":"#)
      out.put(json: schema.name)
      out.put(#","columns":["#)
      for (place, column) in schema.columns.enumerated() {
        if place > 0 { out.put(",") }
        out.put(#"{"name":"#)
        out.put(json: column.name)
        out.put(#","type":"#)
        out.put(json: column.type.description)
        out.put("}")
      }
      out.put("]")
      if !meta.targets[index].isEmpty { put(targets: meta.targets[index]) }
      out.put("}")
    }
    out.put(#"],"placement":"#)
    out.put(json: meta.placement)
    out.put(#","attach":"#)
    if let attach = meta.attach { out.put(json: attach) } else { out.put("null") }
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
      out.put(json: row.values[index])
    }
    out.put("}")
    if !row.bounds.isEmpty {
      out.put(#","bounds":"#)
      out.put(json: row.bounds, schemas[row.output])
    }
    out.put(#","quality":""#)
    out.put(text: row.quality.rawValue)
    out.put(row.isUncertain ? "\",\"uncertain\":true}\n" : "\"}\n")
    try out.endRow()
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
      out.put(json: record.reason)
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
    out.put(json: totals.elapsedSeconds)
    if !totals.sinks.isEmpty { put(reports: totals.sinks) }
    out.put("}\n")
    try out.flush()
  }

  private func put(targets: [SinkTarget]) {
    out.put(#","to":["#)
    for (index, target) in targets.enumerated() {
      if index > 0 { out.put(",") }
      out.put(json: target.description)
    }
    out.put("]")
  }

  private func put(reports: [SinkReport]) {
    out.put(#","sinks":["#)
    for (index, report) in reports.enumerated() {
      out.put(index > 0 ? #",{"to":"# : #"{"to":"#)
      out.put(json: report.target.description)
      out.put(#","rows":"#)
      out.put(unsigned: report.rows)
      out.put(#","lost":"#)
      out.put(unsigned: report.lost)
      if report.unread > 0 {
        out.put(#","unread":"#)
        out.put(unsigned: report.unread)
      }
      if let failure = report.failure {
        out.put(#","error":"#)
        out.put(json: failure.description)
      }
      out.put("}")
    }
    out.put("]")
  }

  private func put(unkeyed: [String: UInt64]) {
    out.put("{")
    for (index, name) in unkeyed.keys.sorted().enumerated() {
      if index > 0 { out.put(",") }
      out.put(json: name)
      out.put(":")
      out.put(unsigned: unkeyed[name] ?? 0)
    }
    out.put("}")
  }

  private func put(lost: [LossCause: UInt64]) {
    out.put("{")
    for (index, cause) in lost.keys.sorted().enumerated() {
      if index > 0 { out.put(",") }
      out.put(json: cause.rawValue)
      out.put(":")
      out.put(unsigned: lost[cause] ?? 0)
    }
    out.put("}")
  }

  private static func fixedText(_ schema: OutputSchema) -> FixedText {
    let time = schema.isWindowed ? "window_start" : "time"
    let head =
      Array(#"{"type":"row","output":"#.utf8) + ByteWriter.quoted(schema.name)
      + Array(#","\#(time)":""#.utf8)
    let columns = schema.columns.enumerated().map { index, column in
      (index > 0 ? [UInt8(ascii: ",")] : []) + ByteWriter.quoted(column.name) + [UInt8(ascii: ":")]
    }
    return FixedText(head: head, columns: columns)
  }
}
