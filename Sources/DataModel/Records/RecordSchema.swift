/// A column of a record, such as a flow record's `SrcTotalBytes`.
///
/// The type says how its text is read: `time` is seconds since the Unix epoch or a date and time,
/// `duration` seconds, both with as many decimals as there are; numbers are decimal, or hexadecimal
/// behind `0x`.
public final class RecordColumn: Sendable {
  /// The column's place in its schema.
  public let position: Int
  /// The row of documentation: names, type and summary.
  public let field: PacketField
  /// Where its values come from.
  public let origin: Origin

  /// Where the values of a column come from.
  public enum Origin: Sendable, Hashable {
    /// The record has it.
    case record
    /// The name of the service, by the protocol and the ports that the record has.
    case service
    /// Nowhere: a column of records that cannot be told of packets, and is missing.
    case untold
  }

  init(
    position: Int, _ name: String, _ aliases: [String], _ type: ScalarType, _ summary: String,
    origin: Origin = .record
  ) {
    self.position = position
    self.origin = origin
    field = PacketField(name, aliases, type, .record(position), summary)
  }

  /// The column as a field of tuples.
  public var id: FieldID { FieldID(record: self) }

  /// Whether the column is called so.
  public func isCalled(_ name: String) -> Bool {
    field.name == name || field.aliases.contains(name)
  }
}

extension RecordColumn: Hashable {
  public static func == (a: RecordColumn, b: RecordColumn) -> Bool {
    a === b
      || (a.position == b.position && a.field.name == b.field.name && a.field.type == b.field.type
        && a.origin == b.origin)
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(position) }
}

/// How a source's records are written.
public enum RecordEncoding: Hashable, Sendable {
  /// Lines of fields between separators (RFC 4180), in the schema's order or in that of a header.
  /// The first columns of the schema that are `optional` may be left out, alike in every line.
  case delimited(separator: UInt8, optional: Int)
  /// Not at all: the records are made from packets.
  case packets
  /// A JSON object a line (NDJSON, RFC 8259); columns are found by name.
  case json
  /// Datagrams of a protocol that exports flows; `RecordFormats/exported(by:)` says where each
  /// column stands in them.
  case datagrams(ExportProtocol)
}

/// What the records of a source are made of: the table that names, types and decoders follow.
public struct RecordSchema: Sendable {
  /// The source that yields them, such as `VastStream`.
  public let source: String
  /// The columns, in the order of the record.
  public let columns: [RecordColumn]
  /// The column that is the record's time: its start.
  public let time: RecordColumn
  /// How records are written.
  public let encoding: RecordEncoding
  /// One line for `salc schema`.
  public let summary: String
  /// How long windows wait for late records, in nanoseconds, unless the program says otherwise.
  public let lateness: Int64
  /// How many records of a file were looked at to find the columns out; 0 where they are given.
  public let sampled: Int

  /// Whether a record counts both directions of a flow; else each has a record of its own.
  public let isBidirectional: Bool

  /// The columns that ``RecordColumn/Origin/service`` is made of, in lines and objects: protocol,
  /// source port, destination port; nil where the schema does not have them all.
  public let serviceParts: (protocol: RecordColumn, source: RecordColumn, dest: RecordColumn)?

  /// How many columns a record has at most, without those that are made of others.
  public var writtenCount: Int { columns.count { $0.origin == .record } }

  /// The longest that exporters keep an active flow back by default (language.md §3.1).
  public static let flowLateness: Int64 = 120_000_000_000

  /// One row of ``init(_:_:encoding:time:_:)``.
  public typealias Row = (name: String, aliases: [String], type: ScalarType, summary: String)

  /// Creates a schema; `time` names one of the rows, whose type is `time`.
  public init(
    _ source: String, _ summary: String, encoding: RecordEncoding, time: String,
    lateness: Int64 = flowLateness, isBidirectional: Bool = true, sampled: Int = 0, _ rows: [Row]
  ) {
    self.source = source
    self.isBidirectional = isBidirectional
    self.lateness = lateness
    self.sampled = sampled
    self.summary = summary
    self.encoding = encoding
    var columns = rows.enumerated().map { position, row in
      RecordColumn(position: position, row.name, row.aliases, row.type, row.summary)
    }
    serviceParts = Self.serviceParts(of: columns, encoding)
    if serviceParts != nil {
      columns.append(
        RecordColumn(
          position: columns.count, Self.service, [], .service,
          "IANA's name of the lower well-known port of TCP or UDP.", origin: .service))
    }
    self.columns = columns
    guard let found = columns.first(where: { $0.field.name == time }), found.field.type == .time
    else { preconditionFailure("\(source): a record has a time, and no column is called \(time)") }
    self.time = found
  }

  private init(_ known: RecordSchema, adding rows: [RecordColumn]) {
    (source, summary, encoding) = (known.source, known.summary, known.encoding)
    (time, lateness, serviceParts) = (known.time, known.lateness, known.serviceParts)
    isBidirectional = known.isBidirectional
    sampled = known.sampled
    columns = known.columns + rows
  }

  private static let service = "ApplicationProtocol"

  private static func serviceParts(
    of columns: [RecordColumn], _ encoding: RecordEncoding
  ) -> (protocol: RecordColumn, source: RecordColumn, dest: RecordColumn)? {
    switch encoding {
    case .delimited, .json: break
    case .packets, .datagrams: return nil
    }
    func first(_ names: [String], _ types: (ScalarType) -> Bool) -> RecordColumn? {
      for name in names {
        if let found = columns.first(where: { $0.isCalled(name) && types($0.field.type) }) {
          return found
        }
      }
      return nil
    }
    func isNumber(_ type: ScalarType) -> Bool { if case .unsigned = type { true } else { false } }
    guard !columns.contains(where: { $0.isCalled(service) }),
      let number = first(
        ["IpLayerProtocol", "IpProtocol", "Protocol", "IpLayerProtocolCode"],
        { isNumber($0) || $0 == .text }),
      let source = first(["SourcePort"], isNumber), let dest = first(["DestPort"], isNumber)
    else { return nil }
    return (number, source, dest)
  }

  /// The schema with the columns of `other` that it does not have by any name: they are missing in
  /// every record.
  public func tolerating(_ other: RecordSchema) -> RecordSchema {
    let untold = other.columns.filter { column in
      ([column.field.name] + column.field.aliases).allSatisfy { named($0) == nil }
    }
    return RecordSchema(
      self,
      adding: untold.enumerated().map { index, column in
        RecordColumn(
          position: columns.count + index, column.field.name, column.field.aliases,
          column.field.type, column.field.summary, origin: .untold)
      })
  }

  /// The column that says what the record is known to be, for learning.
  public var label: RecordColumn? {
    columns.first { $0.isCalled("Label") && $0.origin == .record }
  }

  /// The column of how long a record's flow lasted; nil where it has none of that type.
  public var duration: FieldID? { column("DurationSeconds", .duration) }

  /// The column of when a record's flow ended; nil where it has none of that type.
  public var end: FieldID? { column("EndTime", .time) }

  private func column(_ name: String, _ type: ScalarType) -> FieldID? {
    named(name).flatMap { $0.field.type == type ? $0 : nil }
  }

  /// The field of a name, by any of its names; case-sensitive.
  public func named(_ name: String) -> FieldID? {
    columns.first { $0.isCalled(name) }?.id
  }

  /// The fields whose published name matches only without regard to case.
  public func namedIgnoringCase(_ name: String) -> [FieldID] {
    let wanted = name.lowercased()
    return columns.filter { column in
      ([column.field.name] + column.field.aliases).contains { $0.lowercased() == wanted }
    }.map(\.id)
  }

  /// Every name, for "did you mean".
  public var names: [String] { columns.flatMap { [$0.field.name] + $0.field.aliases } }
}

extension RecordSchema: Hashable {
  public static func == (a: RecordSchema, b: RecordSchema) -> Bool {
    a.source == b.source && a.columns == b.columns && a.time == b.time
      && a.encoding == b.encoding && a.lateness == b.lateness
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(source)
    hasher.combine(columns)
  }
}
