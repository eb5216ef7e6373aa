import DataModel

// Columns that were found out, in a bundle: a section `schema` and a number for each file.
extension CompileOptions {
  private static let fieldSeparator: Character = "\u{1F}"
  private static let lineSeparator: Character = "\u{1E}"

  /// The sections that hold the columns of files.
  var schemaSections: [(name: String, text: String)] {
    let found = schemas.compactMap { question, answer -> String? in
      guard case .schema(let schema) = answer else { return nil }
      return Self.text(question, schema)
    }
    return found.sorted().enumerated().map { ("schema\($0.offset)", $0.element) }
  }

  private static func text(_ question: SchemaQuestion, _ schema: RecordSchema) -> String {
    func separator(_ byte: UInt8?) -> String { byte.map { "\($0)" } ?? "" }
    var lines: [[String]] = []
    switch question.form {
    case .objects: lines.append([question.place, "objects", ""])
    case .lines(let byte): lines.append([question.place, "lines", separator(byte)])
    }
    var used: UInt8?
    if case .delimited(let byte, _) = schema.encoding { used = byte }
    lines.append([
      schema.source, separator(used), schema.time.field.name, "\(schema.sampled)", schema.summary,
    ])
    for column in schema.columns where column.origin == .record {
      let type = RecordSchema.columnTypes.first { $0.type == column.field.type }?.name
      lines.append(
        [column.field.name, type ?? "string", column.field.summary] + column.field.aliases)
    }
    return lines.map { $0.joined(separator: String(fieldSeparator)) }
      .joined(separator: String(lineSeparator))
  }

  /// Takes what ``schemaSections`` wrote; false where it is damaged.
  mutating func takeSchema(_ text: String) -> Bool {
    let lines = text.split(separator: Self.lineSeparator).map { line in
      line.split(separator: Self.fieldSeparator, omittingEmptySubsequences: false).map(String.init)
    }
    guard lines.count > 2, lines[0].count == 3, lines[1].count == 5, let sampled = Int(lines[1][3])
    else { return false }
    var rows: [RecordSchema.Row] = []
    for line in lines.dropFirst(2) {
      guard line.count > 2, let type = RecordSchema.columnTypes.first(where: { $0.name == line[1] })
      else { return false }
      rows.append((line[0], Array(line.dropFirst(3)), type.type, line[2]))
    }
    let time = lines[1][2]
    guard rows.contains(where: { $0.name == time && $0.type == .time }) else { return false }
    let encoding: RecordEncoding =
      UInt8(lines[1][1]).map { .delimited(separator: $0, optional: 0) } ?? .json
    let form: SchemaQuestion.Form =
      lines[0][1] == "objects" ? .objects : .lines(separator: UInt8(lines[0][2]))
    schemas[SchemaQuestion(place: lines[0][0], form: form)] = .schema(
      RecordSchema(
        lines[1][0], lines[1][4], encoding: encoding, time: time, sampled: sampled, rows))
    return true
  }
}
