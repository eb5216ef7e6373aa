import DataModel
import Diagnostics
import Plan
import Syntax

extension Resolver {
  /// How long windows over records wait for late ones, unless the program says otherwise: the
  /// longest that exporters keep an active flow back by default (language.md §3.1).
  private static let recordLateness: Int64 = 120_000_000_000

  /// `VastStream("f")`, `VastStream("host", 9999)`, and every other source of records.
  mutating func records(of schema: RecordSchema, _ call: Call) -> Meaning {
    guard let origin = origin(call) else { return .invalid }
    if settings["Lateness"] == nil { plan.lateness = Self.recordLateness }
    return add(.records(RecordSource(schema, from: origin)), call)
  }

  /// Nothing, a file, or a host and a port.
  private mutating func origin(_ call: Call) -> RecordOrigin? {
    let name = call.name.text
    guard call.arguments.count <= 2 else {
      report(
        Diagnostic(
          .wrongArgumentCount,
          "\(name) takes a file name, or a host and a port, not \(call.arguments.count) arguments",
          at: call.range))
      return nil
    }
    guard let first = call.arguments.first else { return .unbound }
    guard first.label == nil, case .literal(let literal) = first.value,
      let text = literal.value.text
    else {
      reportArgument(first, of: name)
      return nil
    }
    guard call.arguments.count == 2 else { return .file(text) }
    let second = call.arguments[1]
    guard second.label == nil, case .literal(let literal) = second.value,
      case .integer(let number) = literal.value, let port = UInt16(exactly: number), port > 0
    else {
      report(
        Diagnostic(
          .wrongArgument, "a port is a number of 1 to 65535", at: second.range,
          notes: [Diagnostic.Note("for example: \(name)(\"localhost\", 9999)")]))
      return nil
    }
    return .tcp(host: text, port: port)
  }
}
