import DataModel
import Diagnostics
import Plan
import Syntax

extension Resolver {
  /// `FILTER X BY predicate` (language.md §3.2).
  mutating func resolve(_ node: Syntax.Filter) -> Meaning {
    switch meaning(of: node.input) {
    case .invalid:
      return .invalid
    case .tuples(let stream):
      if let passed = filteredByCurrent(node, stream) { return passed }
      guard let condition = filterCondition(node.predicate, in: Scope(stream)) else {
        return .invalid
      }
      return filter(stream, by: condition, node.range)
    case .current(_, let stream):
      guard let condition = filterCondition(node.predicate, in: Scope(stream)) else {
        return .invalid
      }
      return filter(stream, by: condition, node.range)
    case .feature(let index, let stream):
      let scope = Scope(rowsBy: stream.components)
      guard let condition = checkCondition(node.predicate, in: scope) else { return .invalid }
      let domain = plan.features[index].aggregation
      let rows = RowStream(
        relation: keys(domain, node.range), features: [index], tuples: nil)
      return filter(rows, by: condition, node.range)
    case .rows(let rows):
      let key = plan.relations[rows.relation].key
      let scope = rows.tuples.map { Scope($0) } ?? Scope(rowsBy: key)
      guard let condition = filterCondition(node.predicate, in: scope) else { return .invalid }
      if !condition.isOfTuple {
        return filter(rows, by: condition, node.range)
      }
      guard let view = tupleView(of: rows, at: node.input.range) else { return .invalid }
      return filter(view, by: condition, node.range)
    }
  }

  /// The keys that an aggregation has, window by window, as a relation; one for each aggregation.
  mutating func keys(_ domain: Int, _ range: SourceRange) -> Int {
    if let known = plan.relations.firstIndex(where: { $0.operation == .keys(domain: domain) }) {
      return known
    }
    let aggregation = plan.aggregations[domain]
    plan.relations.append(
      Relation(
        .keys(domain: domain), key: aggregation.key, window: aggregation.window,
        name: "keys of \(list(aggregation.key))", range: range))
    return plan.relations.count - 1
  }

  /// Rows of a keyed stream at each close of the shortest window of some features.
  mutating func rows(
    of stream: TupleStream, for features: [Int], _ range: SourceRange
  ) -> RowStream {
    let windows = features.map { plan.aggregations[plan.features[$0].aggregation].window }
    guard let shortest = windows.min() else { preconditionFailure("rows come from features") }
    let domain = domain(of: stream, window: shortest, range: range)
    return RowStream(relation: keys(domain, range), features: [], tuples: stream)
  }

  private mutating func filter(
    _ rows: RowStream, by condition: Typed, _ range: SourceRange
  ) -> Meaning {
    let input = plan.relations[rows.relation]
    guard let lowered = rowCondition(condition, key: input.key) else { return .invalid }
    plan.relations.append(
      Relation(
        .filter(input: rows.relation, guarded(lowered, over: rows)), key: input.key,
        window: input.window,
        name: statementName, range: range))
    return .rows(
      RowStream(
        relation: plan.relations.count - 1, features: merged(rows.features, condition.features),
        tuples: rows.tuples, guards: rows.guards))
  }

  func merged(_ first: [Int], _ second: [Int]) -> [Int] {
    first + second.filter { !first.contains($0) }
  }

  mutating func filter(
    _ stream: TupleStream, by condition: Typed, _ range: SourceRange
  ) -> Meaning {
    if !examined(in: condition).isEmpty { return examine(stream, by: condition, range) }
    let features = condition.features
    if stream.key != nil, !features.isEmpty, isAnswered(condition, byRowsOf: stream.components) {
      return filter(rows(of: stream, for: features, range), by: condition, range)
    }
    // What sets can answer stays a filter of tuples, which the data path can run.
    let parts = if case .and(let parts) = condition.node { parts } else { [condition] }
    let (asked, mixed) = split(parts, over: stream)
    var passed = stream
    if !asked.isEmpty {
      let whole = joined(asked, range)
      guard let replaced = replacingFeatures(whole, over: stream),
        case .tuples(let filtered) = filterTuples(stream, by: replaced, range)
      else { return .invalid }
      passed = filtered
    }
    if mixed.isEmpty { return .tuples(passed) }
    guard let lowered = beside(joined(mixed, range), over: stream) else { return .invalid }
    return .tuples(
      stream.behind(add(.filterBeside(lowered), to: passed.node, range: range)))
  }

  func joined(_ parts: [Typed], _ range: SourceRange) -> Typed {
    parts.count == 1 ? parts[0] : Typed(.and(parts), .bool, range)
  }

  /// The parts that sets can answer, and those that need features' values beside the tuple's.
  private mutating func split(
    _ parts: [Typed], over stream: TupleStream
  ) -> (asked: [Typed], mixed: [Typed]) {
    var (asked, mixed): ([Typed], [Typed]) = ([], [])
    for part in parts {
      if isAsked(part, over: stream) { asked.append(part) } else { mixed.append(part) }
    }
    return (asked, mixed)
  }

  private mutating func isAsked(_ part: Typed, over stream: TupleStream) -> Bool {
    if part.features.isEmpty {
      return !part.hasCurrent && !isRead(part, ofKey: stream.components)
        && !part.hasReals && staysIn64Bits(part, over: stream)
    }
    if answering(part, over: stream) != nil { return true }
    switch part.node {
    case .and(let parts), .or(let parts): return parts.allSatisfy { isAsked($0, over: stream) }
    case .not(let part): return isAsked(part, over: stream)
    default: return false
    }
  }

  mutating func filterTuples(
    _ stream: TupleStream, by condition: Typed, _ range: SourceRange
  ) -> Meaning {
    guard let lowered = predicate(condition, key: stream.components) else { return .invalid }
    return .tuples(
      stream.behind(add(.filter(lowered), to: stream.node, range: range)))
  }

  /// Whether rows with this key can answer: no fields of the tuple, features of the key's parts.
  private func isAnswered(_ condition: Typed, byRowsOf key: [KeyComponent]) -> Bool {
    !condition.isOfTuple
      && condition.features.allSatisfy { projection(of: $0, onto: key) != nil }
  }

  // MARK: Features beside fields of the tuple

  /// The condition with every part that asks features replaced by the question whether the
  /// tuple's key is in the set of keys that satisfy it.
  private mutating func replacingFeatures(_ condition: Typed, over stream: TupleStream) -> Typed? {
    guard !condition.features.isEmpty else { return condition }
    if let source = answering(condition, over: stream) {
      return setTest(condition, source, over: stream)
    }
    switch condition.node {
    case .and(let parts):
      return replacingFeatures(parts, over: stream, conjunction: true, condition.range)
    case .or(let parts):
      return replacingFeatures(parts, over: stream, conjunction: false, condition.range)
    case .not(let part):
      return replacingFeatures(part, over: stream).map {
        Typed(.not($0), .bool, condition.range)
      }
    default: preconditionFailure("a comparison of tuples with rows is no set")
    }
  }

  private mutating func replacingFeatures(
    _ parts: [Typed], over stream: TupleStream, conjunction: Bool, _ range: SourceRange
  ) -> Typed? {
    var result: [Typed] = []
    var grouped: [(source: TupleStream, parts: [Typed])] = []
    var isValid = true
    for part in parts {
      if !part.features.isEmpty, let source = answering(part, over: stream) {
        if let group = grouped.firstIndex(where: { $0.source.components == source.components }) {
          grouped[group].parts.append(part)
        } else {
          grouped.append((source, [part]))
        }
      } else if let replaced = replacingFeatures(part, over: stream) {
        result.append(replaced)
      } else {
        isValid = false
      }
    }
    for group in grouped where isValid {
      let whole =
        group.parts.count == 1
        ? group.parts[0]
        : Typed(conjunction ? .and(group.parts) : .or(group.parts), .bool, range)
      guard let test = setTest(whole, group.source, over: stream) else { return nil }
      result.append(test)
    }
    return isValid ? Typed(conjunction ? .and(result) : .or(result), .bool, range) : nil
  }

  /// The keyed stream whose rows can answer: the stream itself, or the one under a feature.
  mutating func answering(_ part: Typed, over stream: TupleStream) -> TupleStream? {
    guard !part.isOfTuple else { return nil }
    if stream.key != nil, isAnswered(part, byRowsOf: stream.components) { return stream }
    // Columns of the stream's own key mean nothing to rows of another.
    guard !part.contains({ if case .key = $0.node { true } else { false } }) else { return nil }
    for feature in part.features {
      let aggregation = plan.aggregations[plan.features[feature].aggregation]
      if isAnswered(part, byRowsOf: aggregation.key),
        askedKey(aggregation.key, over: stream) != nil
      {
        return TupleStream(node: aggregation.input, key: aggregation.key)
      }
    }
    return nil
  }

  private mutating func setTest(
    _ condition: Typed, _ source: TupleStream, over stream: TupleStream
  ) -> Typed? {
    let range = condition.range
    let meaning = filter(
      rows(of: source, for: condition.features, range), by: condition, range)
    guard case .rows(let rows) = meaning, let set = set(fedBy: rows.relation, askedAt: range)
    else { return nil }
    let isOwn = source.components == stream.components
    guard let asked = isOwn ? source.components : askedKey(source.components, over: stream) else {
      return nil
    }
    let elements = asked.enumerated().map { index, component in
      Typed(isOwn ? .key(index) : .field(component.field), component.type, range)
    }
    return Typed(.inSet(set, elements, within: 0, negated: false), .bool, range)
  }
}
