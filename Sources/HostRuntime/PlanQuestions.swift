import DataModel
import Plan

extension LogicalPlan {
  /// The fields that a node, the aggregations over it and its tuple outputs read.
  func fields(readBy node: Int) -> Set<FieldID> {
    var fields: Set<FieldID> = []
    switch nodes[node].operation {
    case .source: break
    case .filter(let predicate): fields.formUnion(predicate.fields)
    case .distinct(let key, _): fields.formUnion(key.map(\.field))
    }
    for aggregation in aggregations where aggregation.input == node {
      fields.formUnion(aggregation.key.map(\.field))
      if case .distinct(let items, _) = aggregation.form {
        fields.formUnion(items.map(\.field))
      }
      if case .tally(let items, _) = aggregation.form { fields.formUnion(items.map(\.field)) }
      for reduction in aggregation.accumulators.reductions {
        fields.formUnion(reduction.operand?.fields ?? [])
      }
    }
    for output in outputs {
      guard case .tuples(let source, let columns) = output.content, source == node else {
        continue
      }
      for column in columns {
        switch column {
        case .field(let id): fields.insert(id)
        case .number(let expression): fields.formUnion(expression.fields)
        }
      }
    }
    return fields
  }

  /// The longest `within` of any question to a set.
  func longestWithin(of set: SetID) -> Int64 {
    let asked =
      nodes.map { node -> Int64 in
        if case .filter(let predicate) = node.operation {
          predicate.longestWithin(of: set)
        } else {
          0
        }
      }
      + relations.map { relation -> Int64 in
        switch relation.operation {
        case .keys: 0
        case .filter(_, let expression), .top(_, _, let expression, _):
          expression.longestWithin(of: set)
        }
      }
      + outputs.flatMap { output -> [Int64] in
        guard case .rows(_, let expressions) = output.content else { return [] }
        return expressions.map { $0.longestWithin(of: set) }
      }
    return asked.max() ?? 0
  }
}

extension TuplePredicate {
  fileprivate func longestWithin(of set: SetID) -> Int64 {
    switch self {
    case .inSet(let id, _, let within, _): id == set ? within : 0
    case .and(let parts), .or(let parts): parts.map { $0.longestWithin(of: set) }.max() ?? 0
    case .not(let part): part.longestWithin(of: set)
    default: 0
    }
  }
}

extension RowExpression {
  fileprivate func longestWithin(of set: SetID) -> Int64 {
    switch self {
    case .inSet(let id, _, let within, _): id == set ? within : 0
    case .and(let parts), .or(let parts): parts.map { $0.longestWithin(of: set) }.max() ?? 0
    case .not(let part), .negate(let part), .ranked(let part, _, _),
      .isOneOf(let part, _, _), .inPrefixes(let part, _, _):
      part.longestWithin(of: set)
    case .binary(_, let a, let b), .compare(_, let a, let b):
      max(a.longestWithin(of: set), b.longestWithin(of: set))
    case .key, .feature, .constant: 0
    }
  }
}
