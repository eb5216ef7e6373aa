import DataModel
import Diagnostics
import Plan
import Syntax

// Which fields there are: those of packets, or the columns of the source's records.
extension Resolver {
  /// The schema of the records that a scope's tuples or keys are of; nil for packets.
  func schema(in scope: Scope) -> RecordSchema? { scope.node.flatMap { plan.recordSchema(of: $0) } }

  /// The field of a published name.
  func published(_ name: String, in scope: Scope) -> FieldID? {
    if let schema = schema(in: scope) { return schema.named(name) }
    if rowColumns(in: scope) != nil { return nil }
    return field(called: name, ofKey: scope.key)
  }

  /// The field of a published name, over rows with this key.
  func field(called name: String, ofKey key: [KeyComponent]) -> FieldID? {
    let columns = key.compactMap(\.field.record)
    if columns.isEmpty { return PacketFields.named(name) }
    return columns.first { $0.isCalled(name) }?.id
  }

  /// A column of records whose name matches only without regard to case; else there is none.
  mutating func recordField(
    _ path: Path, of schema: RecordSchema, in scope: Scope
  ) -> (FieldID, String)? {
    guard let id = schema.namedIgnoringCase(path.text).first else {
      reportUnknownField(path, in: scope)
      return nil
    }
    noteUntold(id, path)
    let name = schema.names.first { $0.lowercased() == path.text.lowercased() } ?? id.field.name
    noteSpelling(path, name)
    return (id, name)
  }

  /// Notes that flows of packets do not have the field.
  mutating func noteUntold(_ id: FieldID, _ path: Path) {
    guard id.record?.origin == .untold, notedSpellings.insert(id.field.name).inserted else {
      return
    }
    report(
      Diagnostic(
        .untoldField, .note, "packets do not tell ‘\(path.text)’: it is missing in all flows",
        at: path.range))
  }

  /// Notes that a name was read without regard to case.
  mutating func noteSpelling(_ path: Path, _ published: String) {
    guard notedSpellings.insert(path.text).inserted else { return }
    report(
      Diagnostic(
        .caseOfField, .note, "‘\(path.text)’ is read as ‘\(published)’", at: path.range,
        fixIts: [FixIt("write ‘\(published)’", replacing: path.range, with: published)]))
  }
}
