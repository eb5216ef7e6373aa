import DataModel
import Diagnostics
import Plan
import Syntax

/// A set asked for before the rows that feed it were resolved: `x IN S` above, or within, S.
struct PendingSet {
  var set: SetID
  var name: Name
  var types: [ScalarType]
  /// Index of the asking statement.
  var statement: Int
  var range: SourceRange
}

extension Resolver {
  /// The set of the keys of a relation; one for each relation. Reports a lag beyond the window.
  mutating func set(fedBy relation: Int, askedAt range: SourceRange) -> SetID? {
    if let known = plan.sets.firstIndex(where: { $0.relation == relation }) {
      return SetID(index: known)
    }
    let rows = plan.relations[relation]
    guard isLagBelowWindow(rows, range) else { return nil }
    plan.sets.append(
      SetSpecification(
        relation: relation, columns: Array(rows.key.indices), types: rows.key.map(\.type)))
    return SetID(index: plan.sets.count - 1)
  }

  private mutating func isLagBelowWindow(_ rows: Relation, _ range: SourceRange) -> Bool {
    guard plan.setLag >= rows.window.length else { return true }
    let lag = Timestamp.durationText(plan.setLag)
    var notes = [Diagnostic.Note("the rows are computed here", at: rows.range)]
    if let setting = settings["SetLag"] {
      notes.append(Diagnostic.Note("the lag is set here", at: setting))
    } else {
      notes.append(Diagnostic.Note("set a shorter one: SetLag = 10ms;"))
    }
    report(
      Diagnostic(
        .lagBeyondWindow,
        "a set takes effect \(lag) after its window of \(rows.window), which is too late",
        at: range, notes: notes))
    return false
  }

  /// `x IN S [WITHIN d]`, `(a, b) IN S`.
  mutating func member(
    _ node: Membership, ofStream stream: StreamExpression, in scope: Scope
  ) -> Typed? {
    let written: [Expression]
    if case .list(let list) = node.element { written = list.elements } else {
      written = [node.element]
    }
    var tuples = scope
    tuples.hasFeatures = false
    let elements = written.map { check($0, in: tuples) }
    // S may be the very stream that this filter feeds: a set is always later in tuple time.
    if case .reference(let name) = stream, let index = waitingStatement(name) {
      return pending(node, name, index, elements)
    }
    guard let relation = relation(asked: stream) else { return nil }
    let key = plan.relations[relation].key
    guard written.count == key.count else {
      report(
        Diagnostic(
          .wrongKeyOfSet,
          "‘\(text(stream.range))’ holds keys of \(list(key)), asked for "
            + "\(written.count) value\(written.count == 1 ? "" : "s")", at: node.element.range,
          notes: [Diagnostic.Note("ask for all columns by position: (a, b) IN S")]))
      return nil
    }
    guard let set = set(fedBy: relation, askedAt: stream.range) else { return nil }
    var checked: [Typed] = []
    for (element, component) in zip(elements, key) {
      guard let element else { return nil }
      guard isMember(element, of: component, in: scope) else { return nil }
      checked.append(element)
    }
    return Typed(
      .inSet(
        set, checked, within: node.within?.nanoseconds ?? 0, negated: node.isNegated), .bool,
      node.range)
  }

  private func waitingStatement(_ name: Name) -> Int? {
    guard let index = names.statement(of: name.text, usedIn: statement),
      names.meanings[index] == nil, waiting.contains(index)
    else { return nil }
    return index
  }

  private mutating func pending(
    _ node: Membership, _ name: Name, _ index: Int, _ elements: [Typed?]
  ) -> Typed? {
    names.consumed.insert(index)
    let checked = elements.compactMap { $0 }
    guard checked.count == elements.count else { return nil }
    // The relation is filled in when it is known; until then it names none.
    plan.sets.append(
      SetSpecification(
        relation: -1, columns: Array(checked.indices), types: checked.map(\.type)))
    let set = SetID(index: plan.sets.count - 1)
    pendingSets.append(
      PendingSet(
        set: set, name: name, types: checked.map(\.type), statement: statement,
        range: node.set.range))
    return Typed(
      .inSet(set, checked, within: node.within?.nanoseconds ?? 0, negated: node.isNegated),
      .bool, node.range)
  }

  /// Gives the sets that were asked early the rows that feed them.
  mutating func feedPendingSets() {
    for pending in pendingSets {
      statement = pending.statement
      guard let relation = relation(asked: .reference(pending.name)) else { continue }
      let rows = plan.relations[relation]
      guard isLagBelowWindow(rows, pending.range) else { continue }
      guard rows.key.map(\.type) == pending.types, rows.key.allSatisfy({ $0.mask == nil }) else {
        report(
          Diagnostic(
            .wrongKeyOfSet,
            "‘\(pending.name.text)’ holds keys of \(list(rows.key)), which differ in type",
            at: pending.range,
            notes: [Diagnostic.Note("a set that feeds itself is asked with fields of its key")]))
        continue
      }
      plan.sets[pending.set.index].relation = relation
    }
  }

  /// The rows whose keys IN asks.
  private mutating func relation(asked node: StreamExpression) -> Int? {
    switch meaning(of: node) {
    case .rows(let rows): return rows.relation
    case .feature(let index, let stream):
      if plan.features[index].type == .ranking {
        notSupported("IN a ranking", node.range)
        return nil
      }
      guard stream.key != nil else {
        report(
          Diagnostic(
            .notASet, "‘\(text(node.range))’ is one value for all tuples and has no keys",
            at: node.range))
        return nil
      }
      return keys(plan.features[index].aggregation, node.range)
    case .tuples:
      report(
        Diagnostic(
          .notASet, "‘\(text(node.range))’ carries tuples; IN asks rows", at: node.range,
          notes: [
            Diagnostic.Note("filter a keyed stream by a feature: S = FILTER K BY Rate > 100;")
          ]))
      return nil
    case .invalid: return nil
    }
  }

  /// Whether an element can be asked of a set's column; `ip` columns hold either family.
  private mutating func isMember(
    _ element: Typed, of component: KeyComponent, in scope: Scope
  ) -> Bool {
    guard element.isNameOfField else {
      notSupported(
        "asking a set for a computed value", element.range,
        notes: [Diagnostic.Note("ask with a field: DestIp IN S")])
      return false
    }
    let fits: Bool
    switch (element.type, component.type) {
    case (.unsigned(let a), .unsigned(let b)): fits = a <= b
    case (.ipv4, .ip), (.ipv6, .ip): fits = scope.hasTuples
    case (let a, let b): fits = a == b
    }
    guard !fits else { return true }
    report(
      Diagnostic(
        .wrongKeyOfSet,
        "the set holds \(component.type) keys (‘\(component.name)’); "
          + "‘\(text(element.range))’ is \(element.type)", at: element.range,
        notes: [Diagnostic.Note("ask with ‘\(component.field)’, or key the set by this field")]))
    return false
  }

  /// The components with which a tuple asks a set: the set's types and masks, the tuple's fields.
  mutating func components(
    _ elements: [Typed], askedOf set: SetID, key: [KeyComponent]
  ) -> [KeyComponent]? {
    let specification = plan.sets[set.index]
    let columns =
      specification.relation < 0 ? nil : plan.relations[specification.relation].key
    var result: [KeyComponent] = []
    for (position, element) in elements.enumerated() {
      let field: FieldID
      var mask = columns?[position].mask
      var fallback: Int64?
      switch element.node {
      case .field(let id): field = id
      case .key(let index):
        field = key[index].field
        mask = mask ?? key[index].mask
        fallback = key[index].fallback
      default: preconditionFailure("elements of a set test are fields")
      }
      result.append(
        KeyComponent(
          name: field.description, field: field, type: specification.types[position], mask: mask,
          fallback: fallback))
    }
    return result
  }
}

extension Typed {
  /// Whether the value is a field of the tuple or a column of the key as it stands.
  var isNameOfField: Bool {
    switch node {
    case .field, .key: true
    default: false
    }
  }
}
