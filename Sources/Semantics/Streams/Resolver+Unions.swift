import DataModel
import Diagnostics
import Plan
import Syntax

// UNION (language.md §2): of streams that filters and DISTINCT have chosen from one stream each
// tuple once; of others every tuple of each.
extension Resolver {
  /// `UNION A, B, …`: the tuples that are in any of them, each once.
  mutating func resolve(_ node: Union) -> Meaning {
    var inputs: [TupleStream] = []
    for input in node.inputs {
      if let stream = tupleStream(input, for: "UNION") { inputs.append(stream) }
    }
    guard inputs.count == node.inputs.count, let first = inputs.first, inputs.count > 1 else {
      return .invalid
    }
    let paths = inputs.map { sameTuples(as: $0.node) }
    let common = paths[0].first { step in paths.allSatisfy { $0.contains(step) } }
    guard let common else { return gather(inputs, node) }
    var stream = first
    stream.node = common
    let whole = inputs.map { conditions(of: $0.node, from: common) }
    if whole.contains(nil) {
      stream.node = add(.anyOf(inputs.map(\.node)), to: common, range: node.range)
    } else if !whole.contains(.and([])) {
      // An input without a condition of its own has all of the others' tuples.
      stream.node = add(.filter(.or(whole.compactMap(\.self))), to: common, range: node.range)
    }
    if inputs.contains(where: { $0.key != first.key }) { stream.key = nil }
    if inputs.contains(where: { $0.latest != first.latest }) { stream.latest = [] }
    return .tuples(stream)
  }

  /// The nodes that a stream comes from whose tuples are the same ones, the nearest first.
  private func sameTuples(as node: Int) -> [Int] {
    var steps = [node]
    while let last = steps.last, plan.nodes.indices.contains(last),
      let input = plan.nodes[last].input, plan.nodes[last].operation.choosesTuples
    {
      steps.append(input)
    }
    return steps
  }

  /// The condition by which filters alone choose a stream's tuples; nil where more does.
  private func conditions(of node: Int, from common: Int) -> TuplePredicate? {
    var parts: [TuplePredicate] = []
    var current = node
    while current != common {
      guard let condition = plan.nodes[current].operation.predicate,
        let input = plan.nodes[current].input
      else { return nil }
      parts.insert(condition, at: 0)
      current = input
    }
    return parts.count == 1 ? parts[0] : .and(parts)
  }

  // MARK: Tuples of their own

  /// The streams as one whose tuples are theirs, where they have the same fields.
  private mutating func gather(_ inputs: [TupleStream], _ node: Union) -> Meaning {
    if let table = inputs.firstIndex(where: { !$0.latest.isEmpty }) {
      notSupported(
        "UNION of a table that COLLAPSE made with another stream",
        node.inputs[table].range)
      return .invalid
    }
    let columns = inputs.map { computedColumns(of: $0.node) }
    for (index, other) in inputs.enumerated().dropFirst() {
      guard let difference = difference(inputs[0], columns[0], other, columns[index]) else {
        continue
      }
      report(
        Diagnostic(
          .wrongType, "UNION takes streams with the same fields, and \(difference)",
          at: node.inputs[index].range,
          notes: [Diagnostic.Note("the first stream is here", at: node.inputs[0].range)]))
      return .invalid
    }
    var names: [String: FieldID] = [:]
    for name in columns[0].keys.sorted() {
      let types = columns.compactMap { $0[name]?.field.type }
      guard let first = types.first else { continue }
      let whole = types.reduce(first) { $0.united(with: $1) ?? $0 }
      names[name] = column(name, whole)
    }
    let ordered = names.keys.sorted()
    let gathering = Gathering(
      inputs: zip(inputs, columns).map { input, own in
        Gathering.Input(node: input.node, columns: ordered.compactMap { own[$0] })
      }, columns: ordered.compactMap { names[$0] })
    let added = add(.gather(gathering), to: nil, range: node.range)
    boundColumns[added] = names
    let keys = zip(inputs, columns).map { input, own in
      input.key?.map { component -> KeyComponent in
        var component = component
        if let name = own.first(where: { $0.value == component.field })?.key,
          let id = names[name]
        {
          component.field = id
        }
        return component
      }
    }
    return .tuples(
      TupleStream(node: added, key: keys.allSatisfy { $0 == keys[0] } ? keys[0] : nil))
  }

  /// What tells two streams' fields apart, in words; nil where they are the same.
  private func difference(
    _ first: TupleStream, _ columns: [String: FieldID],
    _ other: TupleStream, _ others: [String: FieldID]
  ) -> String? {
    let kinds = [first, other].map { stream in
      let isRows = rowColumns(in: Scope(stream)) != nil
      return (isRows, plan.recordSchema(of: stream.node))
    }
    if kinds[0].0 != kinds[1].0 { return "these are rows of windows, those are tuples" }
    if kinds[0].1 != kinds[1].1 {
      let names = kinds.map { $0.1.map { "records of \($0.source)" } ?? "packets" }
      return names[0] == names[1]
        ? "these are \(names[1]) with other columns" : "these are \(names[1]), not \(names[0])"
    }
    for (name, id) in columns.sorted(by: { $0.key < $1.key }) {
      guard let own = others[name] else { return "these have no ‘\(name)’" }
      if own.field.type.united(with: id.field.type) == nil {
        return "‘\(name)’ is \(own.field.type) here and \(id.field.type) there"
      }
    }
    for name in others.keys.sorted() where columns[name] == nil {
      return "these have ‘\(name)’ too"
    }
    return nil
  }

  /// The columns that tuples of a node have beside their source's fields, by name.
  private func computedColumns(of node: Int) -> [String: FieldID] {
    var found: [String: FieldID] = [:]
    var current: Int? = node
    while let index = current, plan.nodes.indices.contains(index) {
      let operation = plan.nodes[index].operation
      var own = boundColumns[index] ?? [:]
      if case .transform(let transform) = operation {
        for column in transform.columns { own[column.into.field.name] = column.into }
      }
      found.merge(own) { nearer, _ in nearer }
      if operation.makesTuples { break }
      current = plan.nodes[index].input
    }
    return found.filter { $0.value.derived != nil }
  }

  /// The columns of the union that a node's tuples come from.
  func gathered(before node: Int) -> [FieldID] {
    guard plan.nodes.indices.contains(node),
      case .gather(let gathering) = plan.nodes[plan.root(of: node)].operation
    else { return [] }
    return gathering.columns
  }
}

extension ScalarType {
  /// The type that has the values of both in the same lane; nil where there is none.
  func united(with other: ScalarType) -> ScalarType? {
    switch (self, other) {
    case (.unsigned(let a), .unsigned(let b)): .unsigned(bits: max(a, b))
    case (.signed, .unsigned(let bits)), (.unsigned(let bits), .signed): bits < 64 ? .signed : nil
    default: self == other ? self : nil
    }
  }
}
