import DataModel
import Diagnostics
import Plan
import Syntax

// `OUTPUT K (F, …) EVERY d`: the current values of item windows, of all keys (language.md §2).
extension Resolver {
  mutating func output(
    _ input: Meaning, _ columns: [Syntax.OutputColumn]?, every: DurationLiteral, name: String,
    _ node: Syntax.Output
  ) {
    // The parser has reported a length of nothing.
    guard every.nanoseconds > 0 else { return }
    let stream: TupleStream
    var checked: [(Typed, String)] = []
    switch input {
    case .invalid: return
    case .feature, .rows:
      return reportEvery(
        "rows of time windows come when their windows close", every,
        remedy: "leave EVERY out, and say how often in the feature: WINDOW \(text(every.range))")
    case .tuples(let own): stream = own
    case .current(let feature, let own):
      stream = own
      if columns == nil {
        let value = Typed(
          .current(feature), plan.itemFeatures[feature].type, node.input.range)
        checked.append((value, plan.itemFeatures[feature].name))
      }
    }
    for column in columns ?? [] {
      guard let value = check(column.expression, in: Scope(stream)) else { return }
      checked.append((value, columnName(column)))
    }
    ticks(of: stream, checked, every, name, node.input.range)
  }

  private mutating func ticks(
    of stream: TupleStream, _ checked: [(Typed, String)], _ every: DurationLiteral,
    _ name: String, _ range: SourceRange
  ) {
    let features = checked.flatMap { $0.0.currentFeatures }
    guard !features.isEmpty else {
      return reportEvery(
        "EVERY prints current values of item windows, and none is listed", every,
        remedy: "list them: OUTPUT K (F) EVERY \(text(every.range)), "
          + "F = FOREACH K GENERATE ave(x) WINDOW 100 ITEMS")
    }
    guard areOfKeys(checked.map(\.0), every) else { return }
    let groups = features.map { plan.itemFeatures[$0].group }
    var found: (Int, [RowExpression])?
    for group in groups where found == nil {
      found = conditions(of: stream, from: group).map { (group, $0) }
    }
    guard let (group, conditions) = found else {
      return reportEvery(
        "EVERY prints keys of the stream that the values are of, or of a filter of it by current "
          + "values, and this is another stream", every, at: range,
        remedy: "OUTPUT the keyed stream of which FOREACH made the feature")
    }
    let key = stream.components.map { component in
      KeyComponent(
        name: component.name, field: column(component.name, component.type),
        type: component.type)
    }
    let ticks = ItemTicks(group: group, every: Window(length: every.nanoseconds), key: key)
    var node = add(.ticks(ticks), to: nil, name: name, range: range)
    for condition in conditions {
      guard let asked = asked(condition, of: stream.components, by: key) else {
        return reportEvery(
          "EVERY prints keys, and this filter asks of more than keys and current values", every,
          at: range, remedy: "FILTER by current values alone, and choose tuples before STREAM")
      }
      node = add(.filterBeside(asked), to: node, name: name, range: range)
    }
    let shown = key.enumerated().filter { column in
      !checked.contains { value, title in
        if case .key(column.offset) = value.node { title == column.element.name } else { false }
      }
    }.map { (Typed(.key($0.offset), $0.element.type, range), $0.element.name) }
    let index = plan.outputs.count
    outputTuples(TupleStream(node: node, key: key), shown + checked, name, range)
    guard plan.outputs.count > index else { return }
    plan.outputs[index].schema = OutputSchema(
      name: name, columns: plan.outputs[index].schema.columns, isWindowed: true,
      keyCount: shown.count)
  }

  /// Whether values are made of keys and current values; reports what is not.
  private mutating func areOfKeys(_ values: [Typed], _ every: DurationLiteral) -> Bool {
    for value in values {
      guard value.features.isEmpty else {
        reportEvery(
          "EVERY prints current values of item windows, and this is one of a time window",
          every, at: value.range, remedy: "OUTPUT it by itself, without EVERY")
        return false
      }
      guard !value.contains({ if case .field = $0.node { true } else { false } }) else {
        reportEvery(
          "EVERY prints keys, and this is a field of a tuple", every, at: value.range,
          remedy: "make it part of the key, or leave EVERY out for a row a tuple")
        return false
      }
    }
    return true
  }

  /// The conditions of the filters by which a stream came of a group's tuples, the first one first;
  /// nil where it did not.
  private func conditions(of stream: TupleStream, from group: Int) -> [RowExpression]? {
    guard plan.items[group].key == stream.components else { return nil }
    var found: [RowExpression] = []
    var current = stream.node
    while current != plan.items[group].input {
      guard let input = plan.nodes[current].input else { return nil }
      switch plan.nodes[current].operation {
      case .filterBeside(let condition): found.insert(condition, at: 0)
      case .filter(let predicate): found.insert(.tuple(.condition(predicate)), at: 0)
      default: return nil
      }
      current = input
    }
    return found
  }

  /// A condition over tuples of a key, asked of the key alone; nil where it asks for more.
  private func asked(
    _ condition: RowExpression, of key: [KeyComponent], by own: [KeyComponent]
  ) -> RowExpression? {
    var isOfKey = true
    func component(_ wanted: (KeyComponent) -> Bool) -> KeyComponent? {
      if let place = key.firstIndex(where: wanted) { return own[place] }
      isOfKey = false
      return nil
    }
    func field(_ id: FieldID) -> FieldID? {
      component { $0.field == id && $0.mask == nil && $0.fallback == nil }?.field
    }
    let result = condition.mapped { part in
      switch part {
      case .tuple(.current(let feature, let asked)) where asked == key:
        return .tuple(.current(feature, key: own))
      case .tuple(.component(let asked)):
        return component { $0 == asked }.map { .tuple(.component($0)) } ?? part
      case .tuple(.field(let id)): return field(id).map { .tuple(.field($0)) } ?? part
      case .tuple(.condition(let predicate)):
        guard let renamed = predicate.mappingFields(field) else {
          isOfKey = false
          return part
        }
        return .tuple(.condition(renamed))
      case .tuple, .inEffect:
        isOfKey = false
        return part
      default: return part
      }
    }
    return isOfKey ? result : nil
  }

  private mutating func reportEvery(
    _ what: String, _ every: DurationLiteral, at range: SourceRange? = nil, remedy: String
  ) {
    report(
      Diagnostic(
        .wrongArgument, what, at: range ?? word(before: every.range),
        notes: [Diagnostic.Note(remedy)]))
  }
}
