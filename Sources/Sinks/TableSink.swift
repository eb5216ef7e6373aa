public import DataModel

/// Aligned columns for people: a heading for each window and output, then its rows.
public final class TableSink: Sink {
  private let out: ByteWriter
  private var schemas: [OutputSchema] = []
  private var pending: [Row] = []

  /// Writes to an open descriptor, which stays open.
  public init(descriptor: Int32) { out = ByteWriter(descriptor: descriptor) }

  public func begin(_ meta: RunMeta) throws(SinkError) { schemas = meta.outputs }

  public func row(_ row: Row) throws(SinkError) {
    if let first = pending.first, first.output != row.output || first.end != row.end,
      schemas[first.output].isWindowed || first.output != row.output
    {
      try writePending()
    }
    pending.append(row)
    if pending.count >= 4096 { try writePending() }
  }

  public func loss(_ record: LossRecord) throws(SinkError) {
    try writePending()
    let causes = record.lost.keys.sorted().map { "\(record.lost[$0] ?? 0) \($0.rawValue)" }
    var parts = causes.isEmpty ? [] : ["lost " + causes.joined(separator: ", ")]
    if record.uncertain > 0 { parts.append("\(record.uncertain) keys uncertain") }
    if !record.reason.isEmpty { parts.append(record.reason) }
    out.put(text: "! \(Timestamp.text(record.start)): " + parts.joined(separator: "; ") + "\n")
    try out.writeIfFull()
  }

  public func flush() throws(SinkError) {
    try writePending()
    try out.flush()
  }

  public func end(_ totals: RunTotals) throws(SinkError) { try flush() }

  private func writePending() throws(SinkError) {
    guard let first = pending.first else { return }
    let schema = schemas[first.output]
    let isRated = pending.contains { $0.quality != .exact || $0.isUncertain }
    var header = schema.columns.map { Self.printable($0.name) }
    if !schema.isWindowed { header.insert("time", at: 0) }
    if isRated { header.append("quality") }
    var lines = [header]
    for row in pending {
      var cells = row.values.enumerated().map { index, value in
        guard let bound = row.bounds[index] else { return Self.text(value) }
        return Self.text(value) + " [\(Self.number(bound.low)), \(Self.number(bound.high))]"
      }
      if !schema.isWindowed { cells.insert(Timestamp.text(row.start), at: 0) }
      if isRated { cells.append(row.quality.rawValue + (row.isUncertain ? ", uncertain" : "")) }
      lines.append(cells)
    }
    let shift = schema.isWindowed ? 0 : 1
    let isRight = header.indices.map { index in
      let place = index - shift
      return schema.columns.indices.contains(place) && schema.columns[place].type.isNumeric
    }
    if schema.isWindowed {
      out.put(text: "\(Self.printable(schema.name))  \(Timestamp.text(first.start))  ")
      out.put(text: "\(Timestamp.durationText(first.end - first.start))\n")
    } else {
      out.put(text: "\(Self.printable(schema.name))\n")
    }
    let widths = header.indices.map { column in lines.map { Self.width($0[column]) }.max() ?? 0 }
    for line in lines {
      for (column, cell) in line.enumerated() {
        let padding = widths[column] - Self.width(cell)
        out.put(spaces: 2 + (isRight[column] ? padding : 0))
        out.put(text: cell)
        if !isRight[column] && column + 1 < line.count { out.put(spaces: padding) }
      }
      out.put("\n")
    }
    out.put("\n")
    pending.removeAll(keepingCapacity: true)
    try out.flush()
  }

  private static func text(_ value: Value) -> String {
    switch value {
    case .missing: "-"
    case .real(let number): self.number(number)
    case .text(let text): printable(text)
    case .ranking: printable(value.description)
    default: value.description
    }
  }

  /// Control characters as escapes, so that a value breaks no line and steers no terminal.
  private static func printable(_ text: String) -> String {
    let isControl = { (scalar: Unicode.Scalar) in scalar.properties.generalCategory == .control }
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    return text.unicodeScalars.map { isControl($0) ? $0.escaped(asASCII: true) : String($0) }
      .joined()
  }

  /// At most three decimals; whole numbers without any.
  private static func number(_ value: Double) -> String {
    guard value.isFinite && value.magnitude < 1e15 else { return "\(value)" }
    let thousandths = Int64((value.magnitude * 1000).rounded())
    let sign = value < 0 && thousandths != 0 ? "-" : ""
    let whole = "\(sign)\(thousandths / 1000)"
    if thousandths % 1000 == 0 { return whole }
    var decimals = "\(1000 + thousandths % 1000)".dropFirst()
    while decimals.last == "0" { decimals.removeLast() }
    return whole + "." + decimals
  }

  /// Columns on a terminal: East Asian wide characters take two, combining marks none.
  private static func width(_ text: String) -> Int {
    var width = 0
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x300...0x36F, 0x200B...0x200F: break
      case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F,
        0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF:
        width += 2
      default: width += 1
      }
    }
    return width
  }
}
