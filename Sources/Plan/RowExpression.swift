public import DataModel

/// An expression over one row: its key and features. Evaluated on the host, once a row.
///
/// Beside tuples (``TupleOperation/filterBeside(_:)``, ``TupleColumnExpression/beside(_:)``) there
/// is no row: such expressions are made of constants, ``tuple(_:)`` and ``inEffect(_:key:_:)``.
public indirect enum RowExpression: Sendable, Hashable {
  /// The key column of this index.
  case key(Int)
  /// The feature, at this row's key projected to the feature's key columns by position.
  case feature(Int, key: [Int])
  /// The expression's value where the relation has a row at this row's key projected to its key,
  /// else what stands in for it: a joined row's part that may be absent.
  case whereRow(of: Int, key: [Int], RowExpression, otherwise: Value)
  /// `F.value(i)`, `F.count(i)`, `F.key(i)` of a ranking.
  case ranked(RowExpression, RankedMember, Int)
  case constant(Value)
  /// What the tuple at hand has.
  case tuple(TupleColumnExpression)
  /// An expression over the row that the relation has for the tuple's key: that of the last close
  /// which the plan's set lag has let take effect at the tuple's time. Missing where it has none.
  case inEffect(Int, key: [KeyComponent], RowExpression)
  /// Numbers are exact rationals where they can be; `/` is real division.
  case binary(RowOperator, RowExpression, RowExpression)
  case negate(RowExpression)
  case compare(Comparison, RowExpression, RowExpression)
  case isOneOf(RowExpression, [Value], negated: Bool)
  case inPrefixes(RowExpression, [IPPrefix], negated: Bool)
  /// Whether the key columns are in the set (the one effective at the window's end).
  case inSet(SetID, [Int], within: Int64, negated: Bool)
  case and([RowExpression])
  case or([RowExpression])
  case not(RowExpression)
}

/// What `.value(i)`, `.count(i)` and `.key(i)` read.
public enum RankedMember: String, Sendable, Hashable {
  case share = "value"
  case count
  case key
}

/// Arithmetic in row expressions: ``ArithmeticOperator`` and real division.
public enum RowOperator: Sendable, Hashable {
  case integer(ArithmeticOperator)
  case realDivide
}

/// A column of a tuple output, or a tuple's part of a condition beside rows.
public enum TupleColumnExpression: Sendable, Hashable {
  /// A field of any type.
  case field(FieldID)
  /// A field as a key has it: masked, or with what stands in for a missing value.
  case component(KeyComponent)
  /// A number.
  case number(TupleExpression)
  /// Whether the tuple satisfies a condition.
  case condition(TuplePredicate)
  /// An expression over the tuple and the rows in effect for it.
  case beside(RowExpression)
  /// The value that the item feature of this index has for a key of the tuple, this tuple counted.
  case current(Int, key: [KeyComponent])
}
