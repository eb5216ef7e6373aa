import DataModel
import Diagnostics
import Plan
import Syntax

/// A set asked for before the rows that feed it were resolved: `x IN S` above, or within, S.
///
/// IN is the one way back in a program, so it never waits for S: the set is filled in at the end.
struct PendingSet {
  var set: SetID
  var question: SetQuestion
  /// The name of S, and the index of the asking statement.
  var name: Name
  var statement: Int
}

/// What `x IN S` asks: the elements, and where S and they are written.
struct SetQuestion {
  var elements: [Typed]
  var elementRange: SourceRange
  var setRange: SourceRange
  /// Whether tuples ask; rows ask with columns of their key.
  var isOfTuples: Bool
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

  mutating func isLagBelowWindow(_ rows: Relation, _ range: SourceRange) -> Bool {
    guard plan.setLag >= rows.window.slide else { return true }
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
    if case .list(let list) = node.element {
      written = list.elements
    } else {
      written = [node.element]
    }
    var withoutFeatures = scope
    withoutFeatures.hasFeatures = false
    let elements = written.compactMap { check($0, in: withoutFeatures) }
    guard elements.count == written.count else { return nil }
    let question = SetQuestion(
      elements: elements, elementRange: node.element.range, setRange: stream.range,
      isOfTuples: scope.hasTuples)
    let set: SetID
    if case .reference(let name) = stream, let pending = pending(question, name) {
      set = pending
    } else {
      guard let relation = relation(asked: stream), fits(question, relation),
        let known = self.set(fedBy: relation, askedAt: stream.range)
      else { return nil }
      set = known
    }
    return Typed(
      .inSet(
        set, elements, within: node.within?.nanoseconds ?? 0, negated: node.isNegated), .bool,
      node.range)
  }

  /// A set whose rows are not resolved yet; it names no relation until they are.
  private mutating func pending(_ question: SetQuestion, _ name: Name) -> SetID? {
    guard let index = names.statement(of: name.text, usedIn: statement),
      names.meanings[index] == nil
    else { return nil }
    names.consumed.insert(index)
    let elements = question.elements
    plan.sets.append(
      SetSpecification(
        relation: -1, columns: Array(elements.indices), types: elements.map(\.type)))
    let set = SetID(index: plan.sets.count - 1)
    pendingSets.append(
      PendingSet(set: set, question: question, name: name, statement: statement))
    return set
  }

  /// Gives the sets that were asked early the rows that feed them.
  mutating func feedPendingSets() {
    // Resolving one set's rows may ask for further sets.
    while let pending = pendingSets.popLast() {
      statement = pending.statement
      guard let relation = relation(asked: .reference(pending.name)),
        fits(pending.question, relation),
        isLagBelowWindow(plan.relations[relation], pending.question.setRange)
      else { continue }
      let key = plan.relations[relation].key
      plan.sets[pending.set.index].relation = relation
      plan.sets[pending.set.index].types = key.map(\.type)
      ask(pending.set, by: key)
    }
  }

  /// Has every question to a set in the types and masks of its key.
  private mutating func ask(_ set: SetID, by key: [KeyComponent]) {
    let numbers = PartNumbers(keyAsked: { index, components in
      guard index == set.index else { return components }
      return zip(components, key).map { component, column in
        var asked = component
        asked.type = column.type
        asked.mask = column.mask ?? component.mask
        return asked
      }
    })
    for index in plan.nodes.indices {
      plan.nodes[index].operation = plan.nodes[index].operation.renumbered(by: numbers)
    }
    for index in plan.outputs.indices {
      guard case .tuples(let node, let columns) = plan.outputs[index].content else { continue }
      plan.outputs[index].content = .tuples(
        node: node, columns.map { $0.renumbered(by: numbers) })
    }
  }

  /// Whether the elements can be asked of the relation's key; reports why not.
  private mutating func fits(_ question: SetQuestion, _ relation: Int) -> Bool {
    let key = plan.relations[relation].key
    let count = question.elements.count
    guard count == key.count else {
      report(
        Diagnostic(
          .wrongKeyOfSet,
          "‘\(text(question.setRange))’ holds keys of \(list(key)), asked for "
            + "\(count) value\(count == 1 ? "" : "s")", at: question.elementRange,
          notes: [Diagnostic.Note("ask for all columns by position: (a, b) IN S")]))
      return false
    }
    for (element, component) in zip(question.elements, key) {
      guard isMember(element, of: component, isOfTuples: question.isOfTuples) else {
        return false
      }
    }
    return true
  }

  /// The rows whose keys IN asks.
  private mutating func relation(asked node: StreamExpression) -> Int? {
    switch meaning(of: node) {
    case .rows(let rows): return rows.relation
    case .feature(let index, let stream):
      if plan.features[index].type == .ranking {
        notSupported(
          "IN a ranking for each key", node.range,
          notes: [Diagnostic.Note("a ranking over all tuples: FOREACH S GENERATE topk(…)")])
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
    case .tuples, .current:
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
    _ element: Typed, of component: KeyComponent, isOfTuples: Bool
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
    case (.ipv4, .ip), (.ipv6, .ip): fits = isOfTuples
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
