import DataModel

/// Metrics as text, in one of the two forms that scrapers of Prometheus read.
///
/// OpenMetrics 1.0.0 (`prometheus/OpenMetrics`, specification, "Text format") and the older text
/// format 0.0.4 of Prometheus ("Exposition formats"). They differ in the names of counters, in
/// units, in escapes of help texts and in their end.
struct Exposition {
  enum Dialect: Hashable, Sendable {
    case openMetrics
    case classic

    var contentType: String {
      switch self {
      case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
      case .classic: "text/plain; version=0.0.4; charset=utf-8"
      }
    }
  }

  enum Kind: String {
    case gauge
    case counter
    case info
  }

  private(set) var bytes: [UInt8] = []
  private let dialect: Dialect
  /// The name that samples of the current family have.
  private var sampleName: [UInt8] = []

  init(_ dialect: Dialect) { self.dialect = dialect }

  /// Begins a family; its samples follow. Names of counters and infos are given without suffix.
  mutating func family(_ name: String, _ kind: Kind, unit: String? = nil, help: String) {
    let suffix =
      switch kind {
      case .gauge: ""
      case .counter: "_total"
      case .info: "_info"
      }
    let isOpen = dialect == .openMetrics
    let described = isOpen ? name : name + suffix
    let type = kind == .info && !isOpen ? Kind.gauge : kind
    bytes += "# TYPE \(described) \(type.rawValue)\n".utf8
    if let unit, isOpen { bytes += "# UNIT \(described) \(unit)\n".utf8 }
    bytes += "# HELP \(described) ".utf8
    put(escaped: help, quotes: isOpen)
    bytes.append(UInt8(ascii: "\n"))
    sampleName = Array((name + suffix).utf8)
  }

  /// A sample with labels as `label` writes them, joined by commas.
  mutating func sample(_ labels: [UInt8], _ value: Value) {
    guard let number = Self.number(value) else { return }
    sample(labels, text: number)
  }

  mutating func sample(_ labels: [UInt8], _ value: UInt64) {
    sample(labels, text: "\(value)")
  }

  mutating func sample(_ labels: [UInt8], _ value: Double) {
    sample(labels, text: Self.text(value))
  }

  private mutating func sample(_ labels: [UInt8], text: String) {
    bytes += sampleName
    if !labels.isEmpty {
      bytes.append(UInt8(ascii: "{"))
      bytes += labels
      bytes.append(UInt8(ascii: "}"))
    }
    bytes.append(UInt8(ascii: " "))
    bytes += text.utf8
    bytes.append(UInt8(ascii: "\n"))
  }

  /// Ends the text.
  mutating func end() {
    if dialect == .openMetrics { bytes += "# EOF\n".utf8 }
  }

  /// A label, `name="value"`.
  static func label(_ name: String, _ value: String) -> [UInt8] {
    var text = Exposition(.openMetrics)
    text.bytes += "\(name)=\"".utf8
    text.put(escaped: value, quotes: true)
    text.bytes.append(UInt8(ascii: "\""))
    return text.bytes
  }

  private mutating func put(escaped text: String, quotes: Bool) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
      case UInt8(ascii: "\n"): bytes += #"\n"#.utf8
      case UInt8(ascii: "\"") where quotes: bytes += #"\""#.utf8
      default: bytes.append(byte)
      }
    }
  }

  /// A value as a number, in seconds where it is a time; nil where it is none.
  private static func number(_ value: Value) -> String? {
    switch value {
    case .bool(let value): value ? "1" : "0"
    case .integer(let value): "\(value)"
    case .real(let value): text(value)
    case .time(let value), .duration(let value): text(Double(value) / 1e9)
    case .missing, .address, .mac, .text, .ranking: nil
    }
  }

  private static func text(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return "\(value)"
  }
}
