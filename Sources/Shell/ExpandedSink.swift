import DataModel
import Sinks

/// Each row on lines of its own, a line a column: for wide rows and narrow terminals (`\x`).
final class ExpandedSink: Sink {
  private let descriptor: Int32
  private var schemas: [OutputSchema] = []
  private var pending: [UInt8] = []
  private var count = 0

  /// Writes to an open descriptor, which stays open.
  init(descriptor: Int32) { self.descriptor = descriptor }

  func begin(_ meta: RunMeta) { schemas = meta.outputs }

  func row(_ row: Row) throws(SinkError) {
    count += 1
    let schema = schemas[row.output]
    var lines: [(String, String)] = []
    for (index, column) in schema.columns.enumerated() {
      var text = Self.printable(row.values[index].description)
      if let bound = row.bounds[index] { text += " [\(bound.low), \(bound.high)]" }
      lines.append((Self.printable(column.name), text))
    }
    if row.quality != .exact || row.isUncertain {
      lines.append(("quality", row.quality.rawValue + (row.isUncertain ? ", uncertain" : "")))
    }
    let width = lines.map(\.0.count).max() ?? 0
    var place = Timestamp.text(row.start)
    if schema.isWindowed { place += "  " + Timestamp.durationText(row.end - row.start) }
    var text = "─[ \(count) ]─ \(Self.printable(schema.name))  \(place)\n"
    for (name, value) in lines { text += "\(name.padded(to: width)) │ \(value)\n" }
    pending += Array(text.utf8)
    if pending.count > 1 << 16 { try flush() }
  }

  func loss(_ record: LossRecord) throws(SinkError) {
    var parts = record.lost.keys.sorted().map { "\(record.lost[$0] ?? 0) \($0.rawValue)" }
    if !parts.isEmpty { parts = ["lost " + parts.joined(separator: ", ")] }
    if record.uncertain > 0 { parts.append("\(record.uncertain) keys uncertain") }
    if !record.reason.isEmpty { parts.append(record.reason) }
    pending += Array("! \(Timestamp.text(record.start)): \(parts.joined(separator: "; "))\n".utf8)
  }

  func flush() throws(SinkError) {
    guard !pending.isEmpty else { return }
    let code = FileText.writeAll(pending, to: descriptor)
    pending.removeAll(keepingCapacity: true)
    if code != 0 { throw SinkError(errno: code) }
  }

  func end(_ totals: RunTotals) throws(SinkError) { try flush() }

  /// Control characters as escapes, so that a value breaks no line and steers no terminal.
  private static func printable(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      scalar.properties.generalCategory == .control
        ? scalar.escaped(asASCII: true) : String(scalar)
    }.joined()
  }
}

extension SinkError {
  /// The error of a descriptor's write.
  fileprivate init(errno code: Int32) {
    // EPIPE: the reader is gone.
    self = code == 32 ? .closed : .failed(errno: code, doing: "writing rows")
  }
}
