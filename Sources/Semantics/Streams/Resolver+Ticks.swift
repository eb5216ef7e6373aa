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
    for (value, _) in checked {
      guard value.features.isEmpty else {
        return reportEvery(
          "EVERY prints current values of item windows, and this is one of a time window",
          every, at: value.range, remedy: "OUTPUT it by itself, without EVERY")
      }
      guard !value.contains({ if case .field = $0.node { true } else { false } }) else {
        return reportEvery(
          "EVERY prints keys, and this is a field of a tuple", every, at: value.range,
          remedy: "make it part of the key, or leave EVERY out for a row a tuple")
      }
    }
    guard
      let group = features.map({ plan.itemFeatures[$0].group }).first(where: {
        plan.items[$0].input == stream.node && plan.items[$0].key == stream.components
      })
    else {
      return reportEvery(
        "EVERY prints all keys of the stream that the values are of, and this is another one",
        every, at: range, remedy: "OUTPUT the keyed stream of which FOREACH made the feature")
    }
    let key = stream.components.map { component in
      KeyComponent(
        name: component.name, field: column(component.name, component.type),
        type: component.type)
    }
    let ticks = ItemTicks(group: group, every: Window(length: every.nanoseconds), key: key)
    let node = add(.ticks(ticks), to: nil, name: name, range: range)
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

  private mutating func reportEvery(
    _ what: String, _ every: DurationLiteral, at range: SourceRange? = nil, remedy: String
  ) {
    report(
      Diagnostic(
        .wrongArgument, what, at: range ?? word(before: every.range),
        notes: [Diagnostic.Note(remedy)]))
  }
}
