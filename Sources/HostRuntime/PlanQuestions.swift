public import DataModel
public import Plan

extension LogicalPlan {
  /// The fields that a decoder supplies in batches pushed at a source.
  public func projectedFields(ofSource node: Int) -> [FieldID] {
    // What makes flows or matches has columns of its own; packets of flows are read by their
    // aggregation.
    fields(behind: node).filter { $0.derived == nil }.sorted()
  }

  /// Whether a node asks windows of items, or adds columns to the batch that others read.
  func asksItems(_ node: Int) -> Bool {
    !nodes[node].operation.choosesTuples || !currentFeatures(askedBy: node).isEmpty
  }

  /// The longest `within` of any question to a set.
  func longestWithin(of set: SetID) -> Int64 {
    var asked: [Int64] = []
    for node in nodes {
      asked += node.operation.expressions.map { $0.longestWithin(of: set) }
    }
    for relation in relations {
      asked += relation.operation.expressions.map { $0.longestWithin(of: set) }
    }
    for output in outputs {
      switch output.content {
      case .rows(_, let expressions):
        asked += expressions.map { $0.longestWithin(of: set) }
      case .tuples(_, let columns):
        asked += columns.map { RowExpression.tuple($0).longestWithin(of: set) }
      }
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
    parts.map { part in
      switch part {
      case .inSet(set, _, let within, _): within
      case .tuple(.condition(let condition)): condition.longestWithin(of: set)
      default: 0
      }
    }.max() ?? 0
  }
}
