import DataModel
import Diagnostics
import Operators
import Plan
import Syntax

extension Resolver {
  /// Second assignments, and names that hide a protocol's.
  mutating func reportNames() {
    for name in names.ordered {
      let assignments = names.assignments[name] ?? []
      for (first, second) in zip(assignments, assignments.dropFirst()) {
        report(
          Diagnostic(
            .reassignedName, .warning, "‘\(name)’ is assigned again", at: nameRange(second),
            notes: [
              Diagnostic.Note("assigned here first", at: nameRange(first)),
              Diagnostic.Note("a use means the latest assignment above it"),
            ]))
      }
      if let field = PacketFields.named(name), field.isPresence, let first = assignments.first {
        report(
          Diagnostic(
            .hiddenProtocol, .warning, "‘\(name)’ hides the protocol of that name",
            at: nameRange(first),
            notes: [Diagnostic.Note("choose another name to ask for the protocol as well")]))
      }
    }
  }

  /// Where the statement of this index says its name.
  func nameRange(_ statement: Int) -> SourceRange {
    guard case .assignment(let node) = tree.program.statements[statement] else {
      return tree.program.statements[statement].range
    }
    return node.name.range
  }

  /// What the assignment of this index means, resolved on first use.
  mutating func meaning(ofStatement index: Int) -> Meaning {
    if let known = names.meanings[index] { return known }
    guard case .assignment(let node) = tree.program.statements[index] else { return .invalid }
    let outer = (statement, statementName)
    statement = index
    statementName = node.name.text
    waiting.append(index)
    let result = meaning(of: node.value)
    waiting.removeLast()
    (statement, statementName) = outer
    names.meanings[index] = result
    return result
  }

  /// What a name means where it stands; reports unknown names and circles.
  mutating func meaning(of name: Name) -> Meaning {
    guard !name.isMissing else { return .invalid }
    guard let index = names.statement(of: name.text, usedIn: statement) else {
      reportUnknownStream(name)
      return .invalid
    }
    names.consumed.insert(index)
    if let known = names.meanings[index] { return known }
    if let start = waiting.firstIndex(of: index) {
      reportCircle(name, Array(waiting[start...]))
      return .invalid
    }
    guard waiting.count < Self.depthLimit else {
      report(
        Diagnostic(
          .usesTooDeep, "more than \(Self.depthLimit) names wait for each other here",
          at: name.range, notes: [Diagnostic.Note("assign names above their uses")]))
      return .invalid
    }
    return meaning(ofStatement: index)
  }

  private mutating func reportUnknownStream(_ name: Name) {
    if let first = names.assignments[name.text]?.first {
      report(
        Diagnostic(
          .usedBeforeAssignment, "‘\(name.text)’ has no value yet", at: name.range,
          notes: [
            Diagnostic.Note("assigned here, and again further down", at: nameRange(first)),
            Diagnostic.Note("a name assigned more than once means the latest value above"),
          ]))
      return
    }
    var fixIts: [FixIt] = []
    var notes: [Diagnostic.Note] = []
    if let near = nearest(to: name.text, in: names.ordered) {
      fixIts.append(FixIt("did you mean ‘\(near)’?", replacing: name.range, with: near))
      if let index = names.assignments[near]?.first {
        notes.append(Diagnostic.Note("‘\(near)’ is assigned here", at: nameRange(index)))
      }
    } else if let entry = OperatorCatalogue.named(name.text) {
      notes.append(
        Diagnostic.Note("‘\(name.text)’ is an operator, for features: \(example(entry))"))
    } else if PacketSource(rawValue: name.text) != nil || RecordFormats.named(name.text) != nil {
      notes.append(Diagnostic.Note("a source stands behind a name: P = \(name.text)();"))
    } else if PacketFields.named(name.text) != nil {
      notes.append(Diagnostic.Note("‘\(name.text)’ is a field, not a stream"))
    }
    report(
      Diagnostic(
        .unknownStream, "no stream is called ‘\(name.text)’", at: name.range, notes: notes,
        fixIts: fixIts))
  }

  /// An operator's example, over the stream that programs call packets.
  private func example(_ entry: any StreamOperator) -> String {
    names.assignments["P"] == nil ? entry.example(over: "Packets") : entry.example
  }

  private mutating func reportCircle(_ name: Name, _ circle: [Int]) {
    let notes = circle.filter { $0 != statement }.map {
      Diagnostic.Note("by way of this name", at: nameRange($0))
    }
    report(
      Diagnostic(
        .circularName, "‘\(name.text)’ is defined by itself", at: name.range, notes: notes))
  }
}

extension FieldID {
  /// Whether the field says that a protocol's header is there.
  var isPresence: Bool { if case .presence = field.location { true } else { false } }
}
