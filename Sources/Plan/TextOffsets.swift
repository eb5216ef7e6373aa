import Diagnostics

extension TupleNode {
  /// Where the statement begins in the text, UTF-8; for those who need no ranges.
  public var textOffset: Int { range.lowerBound }
}

extension Aggregation {
  /// Where the first statement begins in the text, UTF-8.
  public var textOffset: Int { range.lowerBound }
}
