import DataModel
import Diagnostics
import Plan
import Syntax

// Sources whose columns are those of their file: CsvStream("f.csv"), JsonStream("f.ndjson").
extension Resolver {
  /// Records of the columns that a look at the file has told. The look itself is not the
  /// resolver's, which knows no files: where there is no answer, it notes the question.
  mutating func foundRecords(
    _ call: Call, _ form: SchemaQuestion.Form, _ arguments: [Argument]
  ) -> Meaning {
    let unknown = RecordSchema(
      call.name.text, "", encoding: .json, time: "TimeSeconds", [("TimeSeconds", [], .time, "")])
    guard let origin = origin(arguments, unknown, call) else { return .invalid }
    var place = bindings[statementName]
    switch origin {
    case .file(let path, _): place = place ?? path
    case .unbound: place = place ?? recordPlace
    case .tcp, .listen: break
    }
    guard let place, case .file? = RecordOrigin(place) else {
      report(
        Diagnostic(
          .wrongArgument, "\(call.name.text) needs a SCHEMA of its columns", at: call.range,
          notes: [Diagnostic.Note("without one they are those of a file"), example(call)]))
      return .invalid
    }
    let question = SchemaQuestion(place: place, form: form)
    switch schemas[question] {
    case .schema(let schema):
      if settings["Lateness"] == nil { plan.lateness = max(plan.lateness, schema.lateness) }
      return add(.records(RecordSource(schema, from: origin)), call)
    case .reason(let reason):
      report(
        Diagnostic(
          .wrongArgument, "‘\(place)’ does not tell its columns: \(reason)", at: call.range,
          notes: [example(call)]))
    case nil:
      questions.append(question)
      report(
        Diagnostic(
          .wrongArgument, "\(call.name.text) needs a SCHEMA of its columns", at: call.range,
          notes: [example(call)]))
    }
    return .invalid
  }

  private func example(_ call: Call) -> Diagnostic.Note {
    Diagnostic.Note(
      "for example: \(call.name.text)(\"f\", SCHEMA(TimeSeconds: time, SourceIp: ip, Bytes: u64))")
  }
}
