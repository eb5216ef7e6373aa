import Glibc
public import DataModel

/// Aligned columns for people: a heading for each window and output, then its rows.
public final class TableSink: Sink {
  private let out: ByteWriter
  private var schemas: [OutputSchema] = []
  private var pending: [Row] = []
  private var late = LateTuples()

  /// Writes to an open descriptor, which stays open; a reader that does not read is waited for
  /// while `mayWait` says so.
  public init(descriptor: Int32, mayWait: @escaping () -> Bool = { true }) {
    out = ByteWriter(descriptor: descriptor, mayWait: mayWait)
  }

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
    if LateTuples.has(record) {
      if let line = late.add(record) { out.put(text: line + "\n") }
      return try out.writeIfFull()
    }
    let causes = record.lost.keys.sorted().map { $0.text(record.lost[$0] ?? 0) }
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

  public func end(_ totals: RunTotals) throws(SinkError) {
    try writePending()
    if let line = late.take() { out.put(text: line + "\n") }
    try flush()
  }

  private func writePending() throws(SinkError) {
    guard let first = pending.first else { return }
    let schema = schemas[first.output]
    let isRated = pending.contains { $0.quality != .exact || $0.isUncertain }
    var header = schema.columns.map { DisplayText.printable($0.name) }
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
      out.put(text: "\(DisplayText.printable(schema.name))  \(Timestamp.text(first.start))  ")
      out.put(text: "\(Timestamp.durationText(first.end - first.start))\n")
    } else {
      out.put(text: "\(DisplayText.printable(schema.name))\n")
    }
    let widths = header.indices.map { column in
      lines.map { DisplayText.width($0[column]) }.max() ?? 0
    }
    for line in lines {
      for (column, cell) in line.enumerated() {
        let padding = widths[column] - DisplayText.width(cell)
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
    case .text(let text): DisplayText.printable(text)
    case .ranking: DisplayText.printable(value.description)
    default: value.description
    }
  }

  /// At most three decimals, of what is below a tenth three digits; whole numbers without any.
  private static func number(_ value: Double) -> String {
    guard value.isFinite && value.magnitude < 1e15 else { return "\(value)" }
    if value != 0 && value.magnitude < 0.1 { return small(value) }
    let thousandths = Int64((value.magnitude * 1000).rounded())
    let sign = value < 0 && thousandths != 0 ? "-" : ""
    let whole = "\(sign)\(thousandths / 1000)"
    if thousandths % 1000 == 0 { return whole }
    var decimals = "\(1000 + thousandths % 1000)".dropFirst()
    while decimals.last == "0" { decimals.removeLast() }
    return whole + "." + decimals
  }

  /// A number whose first digit is behind the first decimal: `0.000417`, `4.17e-07`.
  private static func small(_ value: Double) -> String {
    // Of subnormal numbers the power of ten is no number.
    guard value.isNormal else { return "\(value)" }
    let exponent = Int(log10(value.magnitude).rounded(.down))
    let digits = "\(UInt64((value.magnitude / pow(10, Double(exponent)) * 100).rounded()))"
    let sign = value < 0 ? "-" : ""
    guard exponent >= -6 else {
      return sign + (Double("\(digits)e\(exponent - 2)").map { "\($0)" } ?? "0")
    }
    var decimals = String(repeating: "0", count: max(0, 2 - exponent - digits.count)) + digits
    while decimals.last == "0" { decimals.removeLast() }
    return "\(sign)0.\(decimals)"
  }
}
