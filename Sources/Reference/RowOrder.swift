public import DataModel

/// The order in which rows are compared: window end, output, values.
public enum RowOrder {
  /// Whether `a` comes before `b`.
  public static func precedes(_ a: Row, _ b: Row) -> Bool {
    if a.end != b.end { return a.end < b.end }
    if a.output != b.output { return a.output < b.output }
    return a.values.lexicographicallyPrecedes(b.values)
  }
}
