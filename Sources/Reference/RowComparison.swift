public import DataModel

/// Compares an engine's rows with the exact answer in the sense of language.md §3.5.
public enum RowComparison {
  /// What differs, one line a row; empty where the engine is right.
  ///
  /// Exact values must be equal. An approximate value's bound, taken twice as wide (so that 95 %
  /// becomes far beyond 99.9 %), must hold the exact one. A row that hangs on an estimate may be
  /// there or not.
  public static func differences(exact: [NaiveRow], engine: [Row]) -> [String] {
    var rest = Dictionary(grouping: engine, by: Place.init)
    var lines: [String] = []
    // Rows without approximate values pair by equality, and so first.
    var open: [NaiveRow] = []
    for wanted in exact {
      let place = Place(wanted.row)
      if let index = rest[place]?.firstIndex(where: { agrees(wanted, $0) }) {
        rest[place]?.remove(at: index)
      } else if !wanted.isOptional {
        open.append(wanted)
      }
    }
    for wanted in open { lines.append("missing \(text(wanted.row))") }
    for row in rest.values.joined().sorted(by: RowOrder.precedes) {
      lines.append("not in the answer: \(text(row))")
    }
    return lines
  }

  /// What differs between two engines, in order; empty where they agree bit for bit.
  public static func differences(_ left: [Row], _ right: [Row]) -> [String] {
    var lines: [String] = []
    for (a, b) in zip(left, right) where a != b { lines.append("\(text(a)) ≠ \(text(b))") }
    if left.count != right.count { lines.append("\(left.count) rows ≠ \(right.count) rows") }
    return lines
  }

  private struct Place: Hashable {
    let output: Int
    let start: Int64
    let end: Int64

    init(_ row: Row) {
      output = row.output
      start = row.start
      end = row.end
    }
  }

  /// Whether a row says what another does, each as its bounds allow.
  static func agrees(_ wanted: NaiveRow, _ row: Row) -> Bool {
    let exact = wanted.row
    guard exact.values.count == row.values.count else { return false }
    return exact.values.indices.allSatisfy { index in
      let (a, b) = (exact.values[index], row.values[index])
      if wanted.alternatives[index]?.contains(b) == true { return true }
      let isEstimate = row.bounds[index] != nil || exact.bounds[index] != nil
      if isEstimate, let truth = number(a), let estimate = number(b) {
        let (left, right) = (
          widened(truth, exact.bounds[index]), widened(estimate, row.bounds[index])
        )
        return left.low <= right.high && right.low <= left.high
      }
      if let truth = exact.ranking(index), let found = row.ranking(index) {
        return agrees(truth, found, shortBy: row.bounds[index]?.high)
      }
      if case .real(let x) = a, let y = number(b) {
        return x == y || abs(x - y) <= 1e-12 * max(abs(x), abs(y))
      }
      return a == b
    }
  }

  /// Whether a ranking can be the exact one's: where its counts may be short, the n-th largest of
  /// them is at most the n-th largest truth and short of it by no more than it says.
  private static func agrees(
    _ truth: [RankedItem], _ found: [RankedItem], shortBy: Double?
  ) -> Bool {
    guard let shortBy, found.allSatisfy({ $0.most != nil }), truth != found else {
      return truth == found
    }
    return (0..<max(truth.count, found.count)).allSatisfy { place in
      let exact = truth.indices.contains(place) ? truth[place].count : 0
      let least = found.indices.contains(place) ? found[place].count : 0
      return least <= exact && Double(exact) <= Double(least) + shortBy
    }
  }

  /// A value's bound taken twice as wide; the value itself where it has none.
  private static func widened(_ value: Double, _ bound: Bound?) -> Bound {
    guard let bound else { return Bound(low: value, high: value) }
    return Bound(
      low: value - 2 * (value - bound.low), high: value + 2 * (bound.high - value))
  }

  /// A value as a number, where it is one.
  static func number(_ value: Value) -> Double? {
    switch value {
    case .integer(let number), .duration(let number), .time(let number): Double(number)
    case .real(let number): number
    default: nil
    }
  }

  private static func text(_ row: Row) -> String {
    "output \(row.output) [\(Timestamp.text(row.start)), \(Timestamp.text(row.end))) "
      + row.values.map(\.description).joined(separator: " | ")
  }
}

extension Row {
  fileprivate func ranking(_ column: Int) -> [RankedItem]? {
    if case .ranking(let items) = values[column] { items } else { nil }
  }
}
