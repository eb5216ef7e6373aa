import DataModel
import Diagnostics
import Plan
import Syntax

extension Resolver {
  /// `VastStream("f")`, `VastStream("host", 9999)`, and every other source of records.
  mutating func records(of schema: RecordSchema, _ call: Call) -> Meaning {
    guard let origin = origin(call.arguments, schema, call) else { return .invalid }
    if settings["Lateness"] == nil { plan.lateness = max(plan.lateness, schema.lateness) }
    return add(.records(RecordSource(schema, from: origin)), call)
  }

  /// Nothing, a file, a host and a port, or `listen: ":9999"`.
  mutating func origin(
    _ arguments: [Argument], _ schema: RecordSchema, _ call: Call
  ) -> RecordOrigin? {
    let name = call.name.text
    var isExporter = false
    if case .datagrams = schema.encoding { isExporter = true }
    guard arguments.count <= 2 else {
      report(
        Diagnostic(
          .wrongArgumentCount,
          "\(name) takes a file name, or a host and a port, not \(arguments.count) arguments",
          at: call.range))
      return nil
    }
    guard let first = arguments.first else { return .unbound }
    if first.label?.text == "listen" { return listen(first, name, arguments.count) }
    guard first.label == nil, case .literal(let literal) = first.value,
      let text = literal.value.text
    else {
      reportArgument(first, of: name)
      return nil
    }
    guard arguments.count == 2 else { return .file(text) }
    guard let port = port(arguments[1], name) else { return nil }
    if arguments[1].label != nil { return .file(text, port: port) }
    guard isExporter else { return .tcp(host: text, port: port) }
    // Exporters send; who wants their records listens.
    guard let address = ListenAddress(text.contains(":") ? "[\(text)]:\(port)" : "\(text):\(port)")
    else {
      reportListen(first, name)
      return nil
    }
    return .listen(address)
  }

  private mutating func listen(
    _ argument: Argument, _ name: String, _ count: Int
  ) -> RecordOrigin? {
    guard count == 1, case .literal(let literal) = argument.value,
      let text = literal.value.text, let address = ListenAddress(text)
    else {
      reportListen(argument, name)
      return nil
    }
    return .listen(address)
  }

  private mutating func reportListen(_ argument: Argument, _ name: String) {
    report(
      Diagnostic(
        .wrongArgument, "\(name) listens on an address in digits and a port", at: argument.range,
        notes: [Diagnostic.Note("for example: \(name)(listen: \"127.0.0.1:9999\")")]))
  }

  private mutating func port(_ argument: Argument, _ name: String) -> UInt16? {
    guard argument.label == nil || argument.label?.text == "port",
      case .literal(let literal) = argument.value,
      case .integer(let number) = literal.value, let port = UInt16(exactly: number), port > 0
    else {
      report(
        Diagnostic(
          .wrongArgument, "a port is a number of 1 to 65535", at: argument.range,
          notes: [Diagnostic.Note("for example: \(name)(\"localhost\", 9999)")]))
      return nil
    }
    return port
  }
}
