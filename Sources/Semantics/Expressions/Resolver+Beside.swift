import DataModel
import Diagnostics
import Plan

// Lowering of expressions that name fields of a tuple and features of rows together.
extension Resolver {
  /// An expression over tuples of a stream and the rows in effect for them.
  ///
  /// The largest parts that rows alone can answer are asked of rows, so that a key without a row
  /// has no answer, as it is in no set; the rest is computed beside them.
  mutating func beside(_ value: Typed, over stream: TupleStream) -> RowExpression? {
    if value.hasCurrent { return parts(value, over: stream) }
    if value.features.isEmpty { return withoutFeatures(value, over: stream) }
    if let source = answering(value, over: stream) {
      return inEffect(value, of: source, over: stream)
    }
    return parts(value, over: stream)
  }

  private mutating func withoutFeatures(
    _ value: Typed, over stream: TupleStream
  ) -> RowExpression? {
    if value.isConstant { return rowExpression(value, key: []) }
    if isRead(value, ofKey: stream.components) || value.hasReals
      || !staysIn64Bits(value, over: stream)
    {
      return parts(value, over: stream)
    }
    if value.isCondition {
      return predicate(value, key: stream.components).map { .tuple(.condition($0)) }
    }
    switch value.node {
    case .field(let id): return .tuple(.field(id))
    case .key(let index): return .tuple(.component(stream.components[index]))
    default: return parts(value, over: stream)
    }
  }

  /// The operation of an expression over its parts.
  private mutating func parts(_ value: Typed, over stream: TupleStream) -> RowExpression? {
    switch value.node {
    case .arithmetic(let op, let a, let b):
      return pair(a, b, stream) { .binary(.integer(op), $0, $1) }
    case .quotient(let a, let b): return pair(a, b, stream) { .binary(.realDivide, $0, $1) }
    case .compare(let op, let a, let b): return pair(a, b, stream) { .compare(op, $0, $1) }
    case .negate(let part): return beside(part, over: stream).map { .negate($0) }
    case .not(let part): return beside(part, over: stream).map { .not($0) }
    case .and(let list): return all(list, stream).map { .and($0) }
    case .or(let list): return all(list, stream).map { .or($0) }
    case .oneOf(let part, let list, let isNegated):
      return beside(part, over: stream).map {
        .isOneOf($0, constants(list, besides: part), negated: isNegated)
      }
    case .inNetworks(let part, let networks, let isNegated):
      return beside(part, over: stream).map { .inPrefixes($0, networks, negated: isNegated) }
    case .field(let id): return .tuple(.field(id))
    case .key(let index): return .tuple(.component(stream.components[index]))
    case .inSet: return predicate(value, key: stream.components).map { .tuple(.condition($0)) }
    case .feature(let index), .ranked(let index, _, _):
      reportKeys(of: index, beside: stream.components, at: value.range)
      return nil
    case .current(let index): return current(index, over: stream, at: value.range)
    case .currentRanked(let index, let member, let place):
      return current(index, over: stream, at: value.range).map { .ranked($0, member, place) }
    case .number, .truth, .network, .mac, .text: return rowExpression(value, key: [])
    }
  }

  private mutating func pair(
    _ a: Typed, _ b: Typed, _ stream: TupleStream,
    _ join: (RowExpression, RowExpression) -> RowExpression
  ) -> RowExpression? {
    let left = beside(a, over: stream)
    let right = beside(b, over: stream)
    guard let left, let right else { return nil }
    return join(left, right)
  }

  private mutating func all(_ list: [Typed], _ stream: TupleStream) -> [RowExpression]? {
    let lowered = list.compactMap { beside($0, over: stream) }
    return lowered.count == list.count ? lowered : nil
  }

  /// The value at the row that a keyed stream has in effect for a tuple's key.
  private mutating func inEffect(
    _ value: Typed, of source: TupleStream, over stream: TupleStream
  ) -> RowExpression? {
    let lowered =
      value.isCondition
      ? rowCondition(value, key: source.components) : rowExpression(value, key: source.components)
    guard let lowered else { return nil }
    let relation = rows(of: source, for: value.features, value.range).relation
    guard isLagBelowWindow(plan.relations[relation], value.range),
      let key = askedKey(source.components, over: stream)
    else { return nil }
    return .inEffect(relation, key: key, lowered)
  }

  /// Whether 64 bits hold every intermediate result. Values of computed columns, which are on the
  /// host anyhow, are computed in 128 else; fields of packets and records are refused.
  mutating func staysIn64Bits(_ value: Typed, over stream: TupleStream) -> Bool {
    guard value.contains({ $0.isComputedColumn }) else { return true }
    let before = log
    defer { log = before }
    if value.isCondition {
      _ = predicate(value, key: stream.components)
    } else {
      _ = tupleExpression(value, key: stream.components)
    }
    return !log.diagnostics.dropFirst(before.diagnostics.count).contains {
      $0.code == .leavesRange
    }
  }

  /// Whether the value reads a column of the key that is no field of the tuple: masked, or with
  /// a value in place of a missing one.
  func isRead(_ value: Typed, ofKey key: [KeyComponent]) -> Bool {
    switch value.node {
    // A set is asked with the column as the key has it.
    case .inSet: false
    case .key(let index): key[index].mask != nil || key[index].fallback != nil
    default: value.children.contains { isRead($0, ofKey: key) }
    }
  }
}
