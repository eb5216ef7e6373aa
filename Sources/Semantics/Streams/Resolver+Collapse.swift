import DataModel
import Diagnostics
import Operators
import Plan
import Syntax

// COLLAPSE (language.md §2).
extension Resolver {
  /// `COLLAPSE T BY k [FOR f1, f2]`.
  mutating func resolve(_ node: Collapse) -> Meaning {
    switch meaning(of: node.input) {
    case .tuples(let stream): return collapse(stream, node)
    case .rows(let rows): return collapse(rows, node)
    case .feature(let index, let stream) where stream.key != nil:
      return collapse(
        RowStream(
          relation: keys(plan.features[index].aggregation, node.range), features: [index],
          tuples: nil), node)
    case .feature, .current:
      report(
        Diagnostic(
          .wrongType, "‘\(text(node.input.range))’ is a value, and COLLAPSE takes a stream",
          at: node.input.range,
          notes: [Diagnostic.Note("name it behind FOR: COLLAPSE K BY DestIp FOR F")]))
      return .invalid
    case .invalid: return .invalid
    }
  }

  // MARK: Rows

  /// The distinct k of each close.
  private mutating func collapse(_ input: RowStream, _ node: Collapse) -> Meaning {
    if let features = node.features { return collapsedRows(input, node, features) }
    let relation = plan.relations[input.relation]
    guard let columns = kept(node, of: relation.key) else { return .invalid }
    plan.relations.append(
      Relation(
        .collapse(input: input.relation, columns: columns), key: columns.map { relation.key[$0] },
        window: relation.window, name: statementName, range: node.range))
    return .rows(RowStream(relation: plan.relations.count - 1, features: [], tuples: nil))
  }

  /// The columns of the key that BY names.
  mutating func kept(_ node: Collapse, of key: [KeyComponent]) -> [Int]? {
    var columns: [Int] = []
    for written in node.keys {
      guard case .path(let path) = written.expression, written.mask == nil, written.alias == nil,
        let column = column(path, of: key), !columns.contains(column)
      else {
        report(
          Diagnostic(
            .fieldNotInRows, "COLLAPSE keeps columns of the key: \(list(key))",
            at: written.range,
            notes: [
              Diagnostic.Note("name masked ones where they are made: STREAM S BY DestIp/24 AS Net")
            ]))
        return nil
      }
      columns.append(column)
    }
    return columns.isEmpty ? nil : columns
  }

  // MARK: Tuples

  /// For each value of the columns that stay the table of the others' values, each with its
  /// features as of its last tuple: the tuples with the features as columns, re-keyed.
  private mutating func collapse(_ stream: TupleStream, _ node: Collapse) -> Meaning {
    guard let features = node.features else { return distinct(stream, node) }
    if let rows = windowed(features, of: stream, node.range) {
      return collapsedRows(rows, node, features)
    }
    let key = stream.components
    guard let columns = kept(node, of: key) else { return .invalid }
    let members = key.indices.filter { !columns.contains($0) }.map { key[$0] }
    guard !members.isEmpty else {
      report(
        Diagnostic(
          .collapseNeedsFeatures, "COLLAPSE drops a column of the key, and none is left over",
          at: node.range, notes: [Diagnostic.Note("the key is \(list(key))")]))
      return .invalid
    }
    var values: [Plan.Transform.Column] = []
    var names: [String: FieldID] = [:]
    for path in features {
      guard let index = feature(path, of: stream) else { return .invalid }
      guard names[path.text] == nil else {
        report(
          Diagnostic(.duplicateColumn, "two columns are called ‘\(path.text)’", at: path.range))
        return .invalid
      }
      let into = derive(path.text, plan.itemFeatures[index].type)
      names[path.text] = into
      values.append(Plan.Transform.Column(.current(index, key: key), into: into))
    }
    let added = add(
      .transform(Plan.Transform(key: key, previous: [], columns: values)), to: stream.node,
      range: node.range)
    boundColumns[added] = names
    var collapsed = stream.keyed(by: columns.map { key[$0] }).behind(added)
    collapsed.latest = members
    return .tuples(collapsed)
  }

  /// Without FOR: the first tuple of each value of the columns that stay, keyed by those. How many
  /// tuples of a key there were, of the last two, says whether one is its first.
  private mutating func distinct(_ stream: TupleStream, _ node: Collapse) -> Meaning {
    guard let columns = kept(node, of: stream.components) else { return .invalid }
    let key = columns.map { stream.components[$0] }
    let call = OperatorCall.count
    guard case .words(let reductions) = OperatorCatalogue.operation(of: call).state(call) else {
      preconditionFailure("a count is kept in words")
    }
    plan.items.append(
      ItemGroup(
        input: stream.node, key: key,
        states: [ItemState(items: 2, form: .words(AccumulatorLayout(reductions)))]))
    plan.itemFeatures.append(
      ItemFeature(
        name: "tuples of \(list(key))", group: plan.items.count - 1, state: 0, call: call,
        type: OperatorCatalogue.operation(of: call).resultType(call), range: node.range))
    let count = RowExpression.tuple(.current(plan.itemFeatures.count - 1, key: key))
    let added = add(
      .filterBeside(.compare(.equal, count, .constant(.integer(1)))), to: stream.node,
      range: node.range)
    // A key is in the table from its first tuple on.
    memberConditions[added] = .compare(.greaterOrEqual, count, .constant(.integer(1)))
    return .tuples(stream.keyed(by: key).behind(added))
  }

  /// The rows of a keyed stream with features of windows of time, where FOR names only such.
  private mutating func windowed(
    _ features: [Path], of stream: TupleStream, _ range: SourceRange
  ) -> RowStream? {
    guard stream.key != nil else { return nil }
    var found: [Int] = []
    for path in features {
      guard path.components.count == 1,
        case .feature(let index, _) = meaning(of: path.components[0])
      else { return nil }
      found.append(index)
    }
    var rows = rows(of: stream, for: found, range)
    rows.features = found
    return rows
  }

  /// A feature of the stream itself, so that it changes with the stream's tuples only.
  private mutating func feature(_ path: Path, of stream: TupleStream) -> Int? {
    guard path.components.count == 1, let name = path.components.first else {
      report(
        Diagnostic(.collapseNeedsFeatures, "FOR names features", at: path.range))
      return nil
    }
    switch meaning(of: name) {
    case .current(let index, _):
      let feature = plan.itemFeatures[index]
      guard ![.ranking, .string].contains(feature.type) else {
        let kind = feature.type == .ranking ? "a ranking" : "a text"
        report(
          Diagnostic(
            .wrongType, "‘\(path.text)’ is \(kind), and no column", at: path.range,
            notes: [Diagnostic.Note("FOR takes numbers, times and addresses")]))
        return nil
      }
      let group = plan.items[feature.group]
      guard group.input == stream.node, group.key == stream.components else {
        report(
          Diagnostic(
            .collapseNeedsFeatures,
            "‘\(path.text)’ is no feature of the stream that is collapsed", at: path.range,
            notes: [Diagnostic.Note("the feature is computed here", at: feature.range)]))
        return nil
      }
      return index
    case .feature:
      report(
        Diagnostic(
          .collapseNeedsFeatures, "‘\(path.text)’ is of windows of time, the others of items",
          at: path.range))
    case .rows, .tuples:
      report(
        Diagnostic(
          .collapseNeedsFeatures, "‘\(path.text)’ is a stream, and FOR names features",
          at: path.range))
    case .invalid: break
    }
    return nil
  }
}
