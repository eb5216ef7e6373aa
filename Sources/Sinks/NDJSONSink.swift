public import DataModel
public import Threads

/// One JSON object a line: `meta`, `row`, `loss`, `end`. The contract that scripts rely on; the
/// envelope's version is in `meta`. Field order is fixed and rows of captures are deterministic.
public final class NDJSONSink: Sink {
  /// The envelope's version.
  public static let version = 1

  private let out: ByteWriter
  private let blocks: TextBlocks
  private var text = NDJSONText([])

  /// Writes to an open descriptor, which stays open; a reader that does not read is waited for
  /// while `mayWait` says so.
  public convenience init(descriptor: Int32, mayWait: @escaping () -> Bool = { true }) {
    self.init(ByteWriter(descriptor: descriptor, mayWait: mayWait))
  }

  init(_ out: ByteWriter) {
    self.out = out
    blocks = TextBlocks(out)
  }

  public var writtenRows: UInt64? { out.writtenRows }

  public func begin(_ meta: RunMeta) throws(SinkError) {
    text = NDJSONText(meta.outputs)
    out.put(#"{"type":"meta","version":1,"query":"#)
    out.put(json: meta.query)
    out.put(#","outputs":["#)
    for (index, schema) in meta.outputs.enumerated() {
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

  public func takeHelp(of crew: Crew) { blocks.crew = crew }

  public func row(_ row: Row) throws(SinkError) {
    try blocks.drain()
    try text.put(row, to: out)
  }

  public func rows(_ rows: TupleRows) throws(SinkError) {
    let text = text
    try blocks.put(rows) { (rows, out) throws(SinkError) in
      for place in 0..<rows.count { try text.put(rows.row(place), to: out) }
    }
  }

  public func loss(_ record: LossRecord) throws(SinkError) {
    try blocks.drain()
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

  public func flush() throws(SinkError) {
    try blocks.drain()
    try out.flush()
  }

  public func end(_ totals: RunTotals) throws(SinkError) {
    try blocks.drain()
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
}
