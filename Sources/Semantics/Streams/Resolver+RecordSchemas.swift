import DataModel
import Diagnostics
import Plan
import Syntax

// Sources whose columns the program names: CsvStream("f", SCHEMA(at: time, src: ip, n: u64)).
extension Resolver {
  /// `CsvStream("f", SCHEMA(…), separator: ";")`, `JsonStream("f", SCHEMA(…))`.
  mutating func records(of format: DescribedFormat, _ call: Call) -> Meaning {
    var rest: [Argument] = []
    var columns: Call?
    var encoding = format.encoding(separator: nil)
    var separator: UInt8?
    for argument in call.arguments {
      if case .call(let inner) = argument.value, inner.name.text.uppercased() == "SCHEMA" {
        columns = inner
      } else if argument.label?.text == "separator" {
        guard case .literal(let literal) = argument.value,
          let text = literal.value.text, text.utf8.count == 1, let byte = text.utf8.first,
          let separated = format.encoding(separator: byte)
        else {
          report(
            Diagnostic(
              .wrongArgument,
              "a separator of \(DescribedFormat.lines.rawValue) is one character in quotes",
              at: argument.range))
          return .invalid
        }
        encoding = separated
        separator = byte
      } else {
        rest.append(argument)
      }
    }
    guard let columns, let encoding else {
      return foundRecords(call, SchemaQuestion.Form(format, separator: separator), rest)
    }
    guard let schema = schema(columns, of: format.rawValue, encoding) else { return .invalid }
    guard let origin = origin(rest, schema, call) else { return .invalid }
    if settings["Lateness"] == nil { plan.lateness = schema.lateness }
    return add(.records(RecordSource(schema, from: origin)), call)
  }

  /// `SCHEMA(at: time, src: ip("id.orig_h"))`: the column's name, its type, and what the header or
  /// the object calls it where that is no name here.
  private mutating func schema(
    _ call: Call, of source: String, _ encoding: RecordEncoding
  ) -> RecordSchema? {
    var rows: [RecordSchema.Row] = []
    var time: String?
    for argument in call.arguments {
      guard let label = argument.label, let (type, other) = columnType(argument.value) else {
        reportColumn(argument)
        return nil
      }
      guard !rows.contains(where: { $0.name == label.text }) else {
        report(
          Diagnostic(
            .wrongArgument, "the SCHEMA has ‘\(label.text)’ twice", at: argument.range))
        return nil
      }
      if type == .time, time == nil { time = label.text }
      rows.append((label.text, other.map { [$0] } ?? [], type, "A column of the program's SCHEMA."))
    }
    guard let time else {
      report(
        Diagnostic(
          .wrongArgument, "a record has a time, and no column of the SCHEMA is one",
          at: call.range, notes: [Diagnostic.Note("for example: SCHEMA(TimeSeconds: time, …)")]))
      return nil
    }
    return RecordSchema(
      source, "Records of the program's own", encoding: encoding, time: time, rows)
  }

  private func columnType(_ value: Expression) -> (ScalarType, String?)? {
    func type(_ name: String) -> ScalarType? {
      RecordSchema.columnTypes.first { $0.name == name.lowercased() }?.type
    }
    switch value {
    case .path(let path): return type(path.text).map { ($0, nil) }
    case .call(let inner):
      guard let found = type(inner.name.text), inner.arguments.count == 1,
        inner.arguments[0].label == nil, case .literal(let literal) = inner.arguments[0].value,
        let text = literal.value.text
      else { return nil }
      return (found, text)
    default: return nil
    }
  }

  private mutating func reportColumn(_ argument: Argument) {
    let types = RecordSchema.columnTypes.map(\.name).joined(separator: ", ")
    report(
      Diagnostic(
        .wrongArgument, "a column of a SCHEMA is a name and a type", at: argument.range,
        notes: [
          Diagnostic.Note("types are \(types)"),
          Diagnostic.Note(
            "for example: SCHEMA(at: time, src: ip, bytes: u64, host: string(\"http.host\"))"),
        ]))
  }
}
