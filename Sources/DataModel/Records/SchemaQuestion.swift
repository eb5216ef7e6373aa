/// A file whose columns a program leaves to be found out.
public struct SchemaQuestion: Hashable, Sendable {
  /// How its records are written.
  public enum Form: Hashable, Sendable {
    /// Lines of fields behind a header; nil where the separator is to be found out too.
    case lines(separator: UInt8?)
    /// A JSON object a line.
    case objects

    /// How a source's records are written; a separator where the program names one.
    public init(_ format: DescribedFormat, separator: UInt8?) {
      self =
        switch format {
        case .lines: .lines(separator: separator)
        case .objects: .objects
        }
    }
  }

  /// The file's path.
  public var place: String
  /// How its records are written.
  public var form: Form

  /// Asks for the columns of a file.
  public init(place: String, form: Form) {
    self.place = place
    self.form = form
  }
}

/// What a look at the first records of a file told of its columns.
public enum SchemaAnswer: Hashable, Sendable {
  case schema(RecordSchema)
  /// Why it told nothing.
  case reason(String)
}

extension RecordSchema {
  /// The types that a column of a text can have, by their names in a SCHEMA.
  public static let columnTypes: [(name: String, type: ScalarType)] = [
    ("time", .time), ("duration", .duration), ("ip", .ip), ("string", .text), ("bool", .bool),
    ("u8", .unsigned(bits: 8)), ("u16", .unsigned(bits: 16)), ("u32", .unsigned(bits: 32)),
    ("u64", .unsigned(bits: 60)), ("i64", .signed),
  ]

  /// The columns as a program would write them: `SCHEMA(ts: time, src: ip("id.orig_h"))`.
  public var schemaText: String {
    let parts = columns.filter { $0.origin == .record }.map { column in
      let known = Self.columnTypes.first { $0.type == column.field.type }?.name ?? "string"
      let other = column.field.aliases.first.map { "(\"\($0)\")" } ?? ""
      return "\(column.field.name): \(known)\(other)"
    }
    return "SCHEMA(\(parts.joined(separator: ", ")))"
  }
}
