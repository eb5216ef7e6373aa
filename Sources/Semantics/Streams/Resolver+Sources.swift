import DataModel
import Diagnostics
import Operators
import Plan
import Syntax

extension Resolver {
  private static let sources =
    PacketSource.allCases.map(\.rawValue) + RecordFormats.all.map(\.source)
    + DescribedFormat.allCases.map(\.rawValue)

  /// `PacketStream("eth0")`, `PcapStream("f.pcap")`.
  mutating func source(_ call: Call) -> Meaning {
    let name = call.name.text
    if name == RecordFormats.flows.source { return flows(call) }
    if takesPackets, bindings[statementName] == nil, let schema = RecordFormats.named(name) {
      return flows(insteadOf: schema, call)
    }
    if let schema = RecordFormats.named(name) { return records(of: schema, call) }
    if let format = DescribedFormat(rawValue: name) { return records(of: format, call) }
    guard let kind = PacketSource(rawValue: name) else {
      reportUnknownSource(call)
      return .invalid
    }
    var texts: [String] = []
    for argument in call.arguments {
      guard argument.label == nil, case .literal(let literal) = argument.value,
        let text = literal.value.text, !text.utf8.contains(0)
      else {
        reportArgument(argument, of: name)
        return .invalid
      }
      texts.append(text)
    }
    switch kind {
    case .interfaces: return add(.interfaces(texts), call)
    case .capture:
      guard texts.count == 1 else {
        report(
          Diagnostic(
            .wrongArgumentCount, "\(name) takes one file name, not \(texts.count)",
            at: call.range))
        return .invalid
      }
      return add(.capture(texts[0]), call)
    }
  }

  mutating func add(_ source: Plan.Source, _ call: Call) -> Meaning {
    .tuples(TupleStream(node: add(source, range: call.range), key: nil))
  }

  /// The node of a source, where it is bound; equal sources are one.
  mutating func add(_ source: Plan.Source, range: SourceRange) -> Int {
    let source = bindings[statementName].flatMap { source.bound(to: $0) } ?? source
    for (index, node) in plan.nodes.enumerated() {
      if case .source(source) = node.operation { return index }
    }
    return add(.source(source), to: nil, range: range)
  }

  mutating func reportArgument(_ argument: Argument, of source: String) {
    if case .invalid = argument.value { return }
    let isOfInterfaces =
      source == PacketSource.interfaces.rawValue || source == RecordFormats.flows.source
    var what = (isOfInterfaces ? "names of interfaces" : "a file name") + " in quotes"
    if case .literal(let literal) = argument.value, literal.value.text != nil {
      what += ", and no name holds the character \\0"
    }
    var fixIts: [FixIt] = []
    if case .path(let path) = argument.value, argument.label == nil {
      fixIts.append(
        FixIt("put it in quotes", replacing: path.range, with: "\"\(path.text)\""))
    }
    report(
      Diagnostic(
        .wrongArgument, "\(source) takes \(what)", at: argument.range, fixIts: fixIts))
  }

  private mutating func reportUnknownSource(_ call: Call) {
    let name = call.name.text
    guard !call.name.isMissing else { return }
    var fixIts: [FixIt] = []
    if let near = nearest(to: name, in: Self.sources) {
      fixIts.append(FixIt("did you mean ‘\(near)’?", replacing: call.name.range, with: near))
    }
    var notes = [Diagnostic.Note("sources are PacketStream(\"eth0\") and PcapStream(\"f.pcap\")")]
    if let entry = OperatorCatalogue.named(name.lowercased()) {
      notes = [Diagnostic.Note("‘\(name)’ is an operator, for features: \(entry.example)")]
    }
    report(
      Diagnostic(
        .unknownSource, "no source is called ‘\(name)’", at: call.name.range, notes: notes,
        fixIts: fixIts))
  }
}
