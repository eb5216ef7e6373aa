import DataModel

/// When a record's flow began and ended, by the elements that its template has.
///
/// Source: RFC 7011, section 6.1.7–6.1.10 (encodings); RFC 7012, IANA's registry.
struct RecordTiming {
  /// What a moment is counted in.
  enum Unit {
    case seconds, milliseconds
    /// 32 bits of seconds since 1900 and 32 of their fraction.
    case ntp
    /// Microseconds before the datagram was made.
    case microsecondsAgo
    /// Milliseconds since the exporter started.
    case uptime
  }

  /// What a message says for all its records.
  struct Header {
    /// When it was made, nanoseconds since the Unix epoch.
    var exported: Int64 = 0
    /// The exporter's uptime at that moment, milliseconds; nil where the header has none.
    var uptime: UInt32?
    /// When the exporter started, milliseconds since the Unix epoch.
    var started: UInt64?
  }

  private struct Moment {
    let unit: Unit
    let field: Int
  }

  private let start: [Moment]
  private let end: [Moment]
  private let duration: (field: Int, nanoseconds: UInt64)?
  private let started: Int

  private static let starts: [(UInt16, Unit)] = [
    (156, .ntp), (154, .ntp), (152, .milliseconds), (158, .microsecondsAgo), (150, .seconds),
    (22, .uptime), (325, .ntp), (324, .ntp), (323, .milliseconds), (322, .seconds),
  ]
  private static let ends: [(UInt16, Unit)] = [
    (157, .ntp), (155, .ntp), (153, .milliseconds), (159, .microsecondsAgo), (151, .seconds),
    (21, .uptime),
  ]

  /// Elements that this reads.
  static let elements: [FlowElement] =
    (starts + ends).map { FlowElement($0.0) } + [160, 161, 162].map { FlowElement($0) }

  init(_ places: [FlowElement: Int]) {
    func moments(_ table: [(UInt16, Unit)]) -> [Moment] {
      table.compactMap { id, unit in
        places[FlowElement(id)].map { Moment(unit: unit, field: $0) }
      }
    }
    start = moments(Self.starts)
    end = moments(Self.ends)
    duration =
      if let field = places[FlowElement(162)] { (field, 1000) } else {
        places[FlowElement(161)].map { ($0, 1_000_000) }
      }
    started = places[FlowElement(160)] ?? -1
  }

  /// Start, end and duration; the start is never missing.
  func read(
    _ record: LocatedRecord, _ context: Header
  ) -> (start: Int64, end: Int64?, duration: Int64?) {
    var context = context
    if let own = record.number(started) { context.started = own }
    let first = moment(start, record, context)
    let last = moment(end, record, context)
    var length: Int64?
    if let duration, let count = record.number(duration.field) {
      let (product, overflow) = count.multipliedReportingOverflow(by: duration.nanoseconds)
      length = overflow ? nil : Int64(exactly: product)
    }
    if length == nil, let first, let last { length = last &- first }
    let start =
      first ?? last.map { Self.sum($0, -(length ?? 0)) } ?? context.exported
    let end = last ?? length.flatMap { length in first.map { Self.sum($0, length) } }
    return (max(0, start), end.map { max(0, $0) }, length)
  }

  /// When the exporter started, milliseconds since the Unix epoch, where the record says it.
  func started(_ record: LocatedRecord) -> UInt64? { record.number(started) }

  private static func sum(_ a: Int64, _ b: Int64) -> Int64 {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? a : sum
  }

  private func moment(
    _ moments: [Moment], _ record: LocatedRecord, _ context: Header
  ) -> Int64? {
    for moment in moments {
      guard let value = record.number(moment.field) else { continue }
      if let time = Self.time(value, moment.unit, context) { return time }
    }
    return nil
  }

  static func time(_ value: UInt64, _ unit: Unit, _ context: Header) -> Int64? {
    switch unit {
    case .seconds: return nanoseconds(value, 1_000_000_000)
    case .milliseconds: return nanoseconds(value, 1_000_000)
    case .ntp:
      // RFC 5905: its era began in 1900, 2 208 988 800 s before that of Unix.
      let (seconds, isBefore) = (value >> 32).subtractingReportingOverflow(2_208_988_800)
      guard !isBefore else { return nil }
      return nanoseconds(seconds, 1_000_000_000)
        .map { $0 + Int64((value & 0xFFFF_FFFF) * 1_000_000_000 >> 32) }
    case .microsecondsAgo:
      return nanoseconds(value, 1000).map { max(0, context.exported - $0) }
    case .uptime:
      if let uptime = context.uptime {
        // It wraps after 49.7 days.
        let ago = Int32(bitPattern: uptime &- UInt32(truncatingIfNeeded: value))
        return max(0, context.exported - Int64(ago) * 1_000_000)
      }
      guard let started = context.started else { return nil }
      let (sum, overflow) = started.addingReportingOverflow(value)
      return overflow ? nil : nanoseconds(sum, 1_000_000)
    }
  }

  private static func nanoseconds(_ count: UInt64, _ unit: UInt64) -> Int64? {
    let (product, overflow) = count.multipliedReportingOverflow(by: unit)
    return overflow ? nil : Int64(exactly: product)
  }
}
