import ArgumentParser
import Compiler
import DataModel
import Diagnostics
import Plan

/// `salc schema`: the fields of a source, or what a query's rows look like.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Show the fields of a source, or the columns of a query's outputs.",
    discussion: """
      salc schema                     the sources
      salc schema PacketStream        a source's fields, types and other names
      salc schema q.sal               the columns of each output
      salc schema q.sal --format json a JSON Schema of what run --format json prints
      """)

  /// How the schema is written.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json
  }

  @OptionGroup var query: QueryArguments

  @Option(help: "text or json.")
  var format: Format = .text

  /// Sources and their fields.
  static let sources: [(name: String, summary: String, fields: [PacketField])] =
    PacketSource.allCases.map { ($0.rawValue, $0.summary, PacketFields.all) }
    + RecordFormats.all.map { ($0.source, $0.summary, $0.columns.map(\.field)) }

  func run() throws {
    if query.file == nil && query.text == nil { return try standardOutput(sourceList()) }
    if query.text == nil, let source = try source(query.file ?? "") {
      return try standardOutput(format == .text ? text(source.fields) : json(source))
    }
    let outputs = try query.compile(CompileOptions(), needsObject: false).plan.outputs
    let schemas = outputs.map(\.schema)
    try standardOutput(format == .text ? text(schemas) : RowSchema.text(schemas))
  }

  /// The source of a name; nil for the name of a file. What is neither is told.
  private func source(_ name: String) throws -> (name: String, fields: [PacketField])? {
    if let known = Self.sources.first(where: { $0.name.lowercased() == name.lowercased() }) {
      return (known.name, known.fields)
    }
    guard name != "-", !name.contains("."), !name.contains("/"), !fileExists(name) else {
      return nil
    }
    let names = Self.sources.map(\.name)
    let hint = nearestWord(to: name, in: names).map { "; did you mean \($0)?" } ?? ""
    standardError(
      "error: \(name) is neither a source (\(names.joined(separator: ", "))) nor a file\(hint)\n")
    throw ExitStatus.failure
  }

  private func sourceList() -> String {
    guard format == .json else { return table(Self.sources.map { [$0.name, $0.summary] }) }
    let names = Self.sources.map { jsonQuoted($0.name) }
    return "{\"sources\":[\(names.joined(separator: ","))]}\n"
  }

  private func text(_ fields: [PacketField]) -> String {
    table(
      fields.map {
        [$0.name, $0.type.description, $0.aliases.joined(separator: ","), $0.summary]
      })
  }

  private func json(_ source: (name: String, fields: [PacketField])) -> String {
    let fields = source.fields.map { field in
      let aliases = field.aliases.map(jsonQuoted).joined(separator: ",")
      return "{\"name\":\(jsonQuoted(field.name)),\"aliases\":[\(aliases)],"
        + "\"type\":\(jsonQuoted(field.type.description)),\"doc\":\(jsonQuoted(field.summary))}"
    }
    return "{\"source\":\(jsonQuoted(source.name)),\"fields\":[\n"
      + fields.joined(separator: ",\n") + "\n]}\n"
  }

  private func text(_ schemas: [OutputSchema]) -> String {
    schemas.map { schema in
      let times =
        schema.isWindowed
        ? [["window_start", "time"], ["window_end", "time"]] : [["time", "time"]]
      let columns = schema.columns.map { [$0.name, $0.type.description] }
      return "\(schema.name)\n" + table((times + columns).map { ["  " + $0[0], $0[1]] })
    }.joined(separator: "\n")
  }

  /// Columns aligned by the widest cell of each.
  private func table(_ rows: [[String]]) -> String {
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], cell.count)
      }
    }
    return rows.map { row in
      let line = row.enumerated().map { column, cell in
        column == row.count - 1
          ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
      }.joined(separator: "  ")
      return line.trimmedRight + "\n"
    }.joined()
  }
}

extension String {
  /// Without blanks at the end.
  fileprivate var trimmedRight: String {
    String(prefix(count - reversed().prefix { $0 == " " }.count))
  }
}
