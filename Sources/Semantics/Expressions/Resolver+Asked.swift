import DataModel
import Diagnostics
import Plan

// The keys by which tuples of a stream ask features of other streams.
extension Resolver {
  /// A feature's key in fields that tuples of a stream have: the same fields, else those of the
  /// same names and types; nil where the key cannot be computed there.
  func askedKey(_ key: [KeyComponent], over stream: TupleStream) -> [KeyComponent]? {
    var result: [KeyComponent] = []
    for component in key {
      if isAvailable(component.field, over: stream) {
        result.append(component)
        continue
      }
      let own = stream.components.first {
        $0.name == component.name && $0.type == component.type
      }
      if let own {
        result.append(own)
        continue
      }
      let scope = Scope(stream)
      guard let id = bound(component.name, in: scope) ?? published(component.name, in: scope),
        id.field.type == component.type || (component.type == .ip && id.field.type.isAddress)
      else { return nil }
      var asked = component
      asked.field = id
      result.append(asked)
    }
    return result
  }

  /// Whether tuples of a stream have a field.
  func isAvailable(_ id: FieldID, over stream: TupleStream) -> Bool {
    guard plan.nodes.indices.contains(stream.node) else { return false }
    let rows = rowColumns(in: Scope(stream))
    if id.derived != nil {
      let computed = plan.transforms(before: stream.node)
      if computed.contains(where: { $0.columns.contains { $0.into == id } }) { return true }
      if isBound(id, in: Scope(stream)) { return true }
      if gathered(before: stream.node).contains(id) { return true }
      return rows?.all.contains(id) == true
    }
    if let schema = plan.recordSchema(of: stream.node) {
      return schema.columns.contains { $0.id == id }
    }
    if rows != nil { return false }
    return id.record == nil
  }
}
