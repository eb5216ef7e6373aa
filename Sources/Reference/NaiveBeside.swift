import DataModel
import Plan

// Expressions over a tuple and the rows in effect for it.
extension NaiveEvaluator {
  /// The value for one packet, by replacing what the tuple and its rows have by constants.
  mutating func value(_ expression: RowExpression, beside packet: NaivePacket) -> Value {
    let replaced = replaced(expression, packet)
    return value(replaced, key: [], end: 0, factor: 1)
  }

  /// Whether the packet satisfies the condition.
  mutating func holds(_ condition: RowExpression, beside packet: NaivePacket) -> Bool {
    let replaced = replaced(condition, packet)
    return truth(replaced, key: [], end: 0, factor: 1)
  }

  private mutating func replaced(
    _ expression: RowExpression, _ packet: NaivePacket
  ) -> RowExpression {
    var copy = self
    defer { self = copy }
    return expression.mapped { part in
      switch part {
      case .tuple(let column): .constant(copy.value(of: column, packet))
      case .inEffect(let relation, let key, let inner):
        .constant(copy.inEffect(relation, key, inner, packet))
      default: part
      }
    }
  }

  /// The value of a column of a tuple.
  mutating func value(of column: TupleColumnExpression, _ packet: NaivePacket) -> Value {
    let plain = NaiveTuple(packet: packet) { _, _, _ in false }
    switch column {
    case .field(let id): return packet.value(id)
    case .component(let component): return plain.key([component])?[0] ?? .missing
    case .number(let expression): return plain.number(expression).map { .integer($0) } ?? .missing
    case .condition(let condition): return .bool(satisfies(condition, packet))
    case .beside(let expression): return value(expression, beside: packet)
    case .current(let feature, let key):
      return items.value(feature, key: plain.key(key), of: plan)
    }
  }

  private mutating func inEffect(
    _ relation: Int, _ components: [KeyComponent], _ inner: RowExpression, _ packet: NaivePacket
  ) -> Value {
    let tuple = NaiveTuple(packet: packet) { _, _, _ in false }
    guard let key = tuple.key(components) else { return .missing }
    let end = plan.relations[relation].window.start(of: packet.time - plan.effectLag)
    guard hasRow(relation, key, at: end) else { return .missing }
    return value(inner, key: key, end: end, factor: 1)
  }
}
