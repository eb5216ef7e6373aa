import ArgumentParser
import Compiler
import DataModel
import Diagnostics
import Plan
import Session

/// `salc schema`: the fields of a source, or what a query's rows look like.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Show the fields of a source, or the columns of a query's outputs.",
    discussion: """
      salc schema                     the sources
      salc schema PacketStream        a source's fields, types and other names
      salc schema flows.csv           the columns of a file, by its first records, and its SCHEMA
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
      let repeated =
        PacketSource(rawValue: source.name) == nil ? [] : RepeatedGroup.all.flatMap(\.members)
      return try standardOutput(
        format == .text ? text(source.fields, repeated) : json(source, repeated))
    }
    if query.text == nil, let file = query.file, let schema = try RecordFile(file)?.schema() {
      return try standardOutput(
        format == .text
          ? table(schema.writtenColumns) + "\n\(schema.schemaText)\n"
          : json((schema.source, schema.columns.map(\.field))))
    }
    let plan = try query.compile(CompileOptions(), needsObject: false).plan
    let schemas = plan.outputs.map(\.schema)
    guard format == .text else { return try standardOutput(RowSchema.text(schemas)) }
    try standardOutput(foundColumns(of: plan) + text(schemas))
  }

  /// The columns of the files that the query leaves to be found out.
  private func foundColumns(of plan: LogicalPlan) -> String {
    plan.sources.compactMap { node -> String? in
      guard case .source(.records(let source)) = plan.nodes[node].operation,
        source.schema.sampled > 0
      else { return nil }
      let rows = source.schema.writtenColumns.map { row in ["  " + row[0]] + row.dropFirst() }
      return "\(plan.nodes[node].name), \(source.schema.source) by the first "
        + "\(source.schema.sampled) records\n" + table(rows) + "\n"
    }.joined()
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

  /// Fields, and behind them those that a packet can have several times.
  private func text(_ fields: [PacketField], _ repeated: [RepeatedGroup.Member]) -> String {
    table(
      fields.map {
        [$0.name, $0.type.description, $0.aliases.joined(separator: ","), $0.summary]
      } + repeated.map { [$0.name, $0.type.description, "(several)", $0.summary] })
  }

  private func json(
    _ source: (name: String, fields: [PacketField]), _ repeated: [RepeatedGroup.Member] = []
  ) -> String {
    func object(
      _ name: String, _ aliases: [String], _ type: ScalarType, _ doc: String, _ more: String = ""
    ) -> String {
      "{\"name\":\(jsonQuoted(name)),"
        + "\"aliases\":[\(aliases.map(jsonQuoted).joined(separator: ","))],"
        + "\"type\":\(jsonQuoted(type.description)),\"doc\":\(jsonQuoted(doc))\(more)}"
    }
    let fields =
      source.fields.map { object($0.name, $0.aliases, $0.type, $0.summary) }
      + repeated.map { object($0.name, [], $0.type, $0.summary, ",\"repeated\":true") }
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

extension RecordSchema {
  /// The columns of a file: name, type, and what the file calls it where that is no name here.
  fileprivate var writtenColumns: [[String]] {
    columns.filter { $0.origin == .record }.map {
      [$0.field.name, $0.field.type.description, $0.field.aliases.first ?? ""]
    }
  }
}

/// A file of records, by the end of its name.
private struct RecordFile {
  let question: SchemaQuestion

  /// Nil for a name of another kind.
  init?(_ path: String) {
    let name = path.hasSuffix(".gz") ? String(path.dropLast(3)) : path
    if [".csv", ".tsv", ".binetflow"].contains(where: { name.hasSuffix($0) }) {
      question = SchemaQuestion(place: path, form: .lines(separator: nil))
    } else if [".json", ".ndjson", ".jsonl"].contains(where: { name.hasSuffix($0) }) {
      question = SchemaQuestion(place: path, form: .objects)
    } else {
      return nil
    }
  }

  func schema() throws -> RecordSchema {
    switch Session.schema(of: question) {
    case .schema(let schema): return schema
    case .reason(let reason):
      standardError("error: \(question.place) does not tell its columns: \(reason)\n")
      throw ExitStatus.failure
    }
  }
}
