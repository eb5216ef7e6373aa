import DataModel

/// Which keys a join of rows has.
public enum JoinKind: String, Sendable, Hashable {
  /// Those of all inputs.
  case inner
  /// Those of the first input.
  case left
  /// Those of any input.
  case outer
  /// Those of the first input that no other has.
  case anti
}

/// A relation that takes part in a join.
public struct JoinInput: Sendable, Hashable {
  /// Index of the relation.
  public var relation: Int
  /// For each column of the relation's key the column of the join's key that equals it.
  public var columns: [Int]

  /// Creates an input; `columns` holds every column of the join's key once.
  public init(relation: Int, columns: [Int]) {
    self.relation = relation
    self.columns = columns
  }
}

extension Relation.Operation {
  /// The relations whose rows it takes, in order.
  public var inputs: [Int] {
    switch self {
    case .keys: []
    case .filter(let input, _), .top(let input, _, _, _), .collapse(let input, _): [input]
    case .join(_, let inputs): inputs.map(\.relation)
    }
  }

  /// The operation with the new numbers of what it names by index.
  public func renumbered(by numbers: PartNumbers) -> Relation.Operation {
    switch self {
    case .keys(let domain): .keys(domain: numbers.aggregation(domain))
    case .filter(let input, let condition):
      .filter(input: numbers.relation(input), condition.renumbered(by: numbers))
    case .top(let input, let count, let by, let per):
      .top(
        input: numbers.relation(input), count: count, by: by.renumbered(by: numbers), per: per)
    case .collapse(let input, let columns):
      .collapse(input: numbers.relation(input), columns: columns)
    case .join(let kind, let inputs):
      .join(
        kind,
        inputs.map {
          JoinInput(relation: numbers.relation($0.relation), columns: $0.columns)
        })
    }
  }

  /// The expressions that it evaluates for each row.
  public var expressions: [RowExpression] {
    switch self {
    case .keys, .join, .collapse: []
    case .filter(_, let condition): [condition]
    case .top(_, _, let by, _): [by]
    }
  }
}
