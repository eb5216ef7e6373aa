import DataModel
import Diagnostics
import Operators
import Plan
import Syntax

// JOIN of rows (language.md §2).
extension Resolver {
  /// `JOIN A, B, … BY k [LEFT | OUTER | ANTI]`.
  mutating func resolve(_ node: Join) -> Meaning {
    if let reach = node.reach { return anti(node, reach) }
    var inputs: [RowStream] = []
    for input in node.inputs {
      guard let rows = rows(joined: input) else { continue }
      inputs.append(rows)
    }
    guard inputs.count == node.inputs.count, inputs.count > 1, !node.keys.isEmpty else {
      return .invalid
    }
    var parts: [JoinInput] = []
    for (input, written) in zip(inputs, node.inputs) {
      guard let columns = columns(of: input, named: node.keys, written) else { continue }
      parts.append(JoinInput(relation: input.relation, columns: columns))
    }
    guard parts.count == inputs.count else { return .invalid }
    let key = joinedKey(parts[0])
    guard areJoinable(parts, key, node) else { return .invalid }
    plan.relations.append(
      Relation(
        .join(JoinKind(node.kind), parts), key: key,
        window: plan.relations[parts[0].relation].window, name: statementName, range: node.range))
    var joined = RowStream(relation: plan.relations.count - 1, features: [], tuples: nil)
    for (index, (input, part)) in zip(inputs, parts).enumerated() {
      let mayBeAbsent = node.kind == .outer || (node.kind == .left && index > 0)
      if node.kind == .anti && index > 0 { continue }
      take(from: input, part, mayBeAbsent: mayBeAbsent, into: &joined)
    }
    return .rows(joined)
  }

  /// Rows of an input; nil where it has none (reported).
  private mutating func rows(joined node: StreamExpression) -> RowStream? {
    switch meaning(of: node) {
    case .rows(let rows): return rows
    case .feature(let index, let stream):
      guard stream.key != nil else {
        report(
          Diagnostic(
            .joinNeedsRows, "‘\(text(node.range))’ is one value for all tuples and has no keys",
            at: node.range,
            notes: [Diagnostic.Note("a feature of all tuples meets every row: FILTER A BY A > F")]))
        return nil
      }
      return RowStream(
        relation: keys(plan.features[index].aggregation, node.range), features: [index],
        tuples: nil)
    case .tuples, .current:
      report(
        Diagnostic(
          .joinNeedsRows, "‘\(text(node.range))’ carries tuples; JOIN takes rows", at: node.range,
          notes: [
            Diagnostic.Note("rows are features, FILTERs of them, TOP, COLLAPSE and JOIN itself")
          ]))
      return nil
    case .invalid: return nil
    }
  }

  /// For each column of the input's key its place in BY; nil where BY is not that key.
  private mutating func columns(
    of input: RowStream, named keys: [Key], _ written: StreamExpression
  ) -> [Int]? {
    let own = plan.relations[input.relation].key
    var columns = [Int?](repeating: nil, count: own.count)
    for (place, key) in keys.enumerated() {
      guard case .path(let path) = key.expression, key.mask == nil, key.fallback == nil,
        key.alias == nil
      else {
        if case .invalid = key.expression { return nil }
        report(
          Diagnostic(
            .keysDoNotMeet, "JOIN names columns of keys, as they are", at: key.range,
            notes: [Diagnostic.Note("mask and name keys where they are made: STREAM S BY …")]))
        return nil
      }
      guard let column = column(path, of: own), columns[column] == nil else {
        reportKey(own, written, at: key.range)
        return nil
      }
      columns[column] = place
    }
    guard !columns.contains(nil) else {
      reportKey(own, written, at: keys[0].range)
      return nil
    }
    return columns.compactMap { $0 }
  }

  func column(_ path: Path, of key: [KeyComponent]) -> Int? {
    key.firstIndex { $0.name == path.text }
      ?? key.firstIndex { $0.mask == nil && $0.field == PacketFields.named(path.text) }
  }

  private mutating func reportKey(
    _ key: [KeyComponent], _ written: StreamExpression, at range: SourceRange
  ) {
    report(
      Diagnostic(
        .keysDoNotMeet, "‘\(text(written.range))’ has rows by \(list(key))", at: range,
        notes: [
          Diagnostic.Note("rows meet where all columns of their keys have the same names"),
          Diagnostic.Note("name a column: STREAM S BY DestIp AS Host"),
        ]))
  }

  /// The key in the order of BY.
  private func joinedKey(_ input: JoinInput) -> [KeyComponent] {
    let own = plan.relations[input.relation].key
    return own.indices.map { place in
      let column = input.columns.firstIndex(of: place)
      guard let column else { preconditionFailure("an input has every column of its join") }
      return own[column]
    }
  }

  /// Whether types, prefixes and windows are equal.
  private mutating func areJoinable(
    _ inputs: [JoinInput], _ key: [KeyComponent], _ node: Join
  ) -> Bool {
    let first = plan.relations[inputs[0].relation]
    for (input, written) in zip(inputs, node.inputs).dropFirst() {
      let other = plan.relations[input.relation]
      for (component, place) in zip(other.key, input.columns)
      where component.type != key[place].type || component.mask != key[place].mask {
        report(
          Diagnostic(
            .keysDoNotMeet,
            "‘\(component.name)’ is \(component.text): \(component.type) in "
              + "‘\(text(written.range))’, and \(key[place].text): \(key[place].type) in "
              + "‘\(text(node.inputs[0].range))’", at: written.range))
        return false
      }
      guard other.window == first.window else {
        report(
          Diagnostic(
            .windowsDoNotMeet,
            "‘\(text(written.range))’ has rows every \(other.window), "
              + "‘\(text(node.inputs[0].range))’ every \(first.window)", at: written.range,
            notes: [
              Diagnostic.Note("JOIN takes rows of one window"),
              Diagnostic.Note("features of several windows meet in a FILTER: FILTER A BY A > B"),
            ]))
        return false
      }
    }
    return true
  }

  /// Adds an input's features to those of its join, and what their presence hangs on.
  private func take(
    from input: RowStream, _ part: JoinInput, mayBeAbsent: Bool, into joined: inout RowStream
  ) {
    let relation = plan.relations[part.relation]
    for feature in input.features where !joined.features.contains(feature) {
      joined.features.append(feature)
      var guards = (input.guards[feature] ?? []).map { own in
        RowGuard(relation: own.relation, columns: own.columns.map { part.columns[$0] })
      }
      // Keys of the feature's own table are there just where it has a value.
      let isOwn = relation.operation == .keys(domain: plan.features[feature].aggregation)
      if mayBeAbsent, !isOwn {
        guards.append(RowGuard(relation: part.relation, columns: part.columns))
      }
      if !guards.isEmpty { joined.guards[feature] = guards }
    }
  }

  /// The expression with absent values where the joined rows that features come from are absent.
  func guarded(_ value: RowExpression, over rows: RowStream) -> RowExpression {
    guard !rows.guards.isEmpty else { return value }
    return value.mapped { part in
      guard case .feature(let index, _) = part, let guards = rows.guards[index] else {
        return part
      }
      let call = plan.features[index].call
      let absent = OperatorCatalogue.operation(of: call).absentValue(call)
      return guards.reduce(part) {
        .whereRow(of: $1.relation, key: $1.columns, $0, otherwise: absent)
      }
    }
  }
}

extension JoinKind {
  fileprivate init(_ written: Join.Kind) {
    switch written {
    case .inner: self = .inner
    case .left: self = .left
    case .outer: self = .outer
    case .anti: self = .anti
    }
  }
}
