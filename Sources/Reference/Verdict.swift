public import DataModel

/// How an engine's rows stand to those that they are held against, output by output.
public struct Verdict: Sendable {
  /// What was found of one output.
  public struct Output: Sendable {
    /// Pairs of rows that say the same.
    public internal(set) var compared = 0
    /// Of these, pairs that are equal in every value.
    public internal(set) var identical = 0
    /// Rows left out because a bound straddles a threshold that decides about them.
    public internal(set) var uncertain = 0
    /// Rows on either side that nothing on the other says.
    public internal(set) var differing = 0
    /// The worst relative error of an approximate value, and its column; nil where none was seen.
    public internal(set) var worst: (error: Double, column: Int)?

    /// Pairs whose approximate values lie within their bounds.
    public var insideBounds: Int { compared - identical }
  }

  /// A difference: a row that is missing, one that is too many, or two of the same key.
  public struct Difference: Sendable {
    /// What was expected; nil where nothing was.
    public let expected: Row?
    /// What the engine said; nil where it said nothing.
    public let found: Row?
  }

  /// By index of the output.
  public private(set) var outputs: [Output]
  /// All differences, by window end.
  public private(set) var differences: [Difference] = []

  /// Holds an engine's rows against others: the exact ones, or another engine's.
  ///
  /// Values without a bound must be equal. A value with one, taken twice as wide (so that 95 %
  /// becomes far beyond 99.9 %), must hold the other's. `keys`: the key columns of each output, by
  /// which a missing row is paired with the one that stands in its place.
  public init(expected: [NaiveRow], found: [Row], keys: [[Int]]) {
    outputs = [Output](repeating: Output(), count: keys.count)
    let loose = Self.looseColumns(expected.map(\.row) + found, count: keys.count)
    func bucket(_ row: Row) -> Bucket {
      Bucket(row, row.values.indices.filter { !loose[row.output].contains($0) })
    }
    var rest = Dictionary(grouping: found.indices) { bucket(found[$0]) }
    var missing: [Row] = []
    for wanted in expected {
      let place = bucket(wanted.row)
      let candidates = rest[place] ?? []
      let match =
        candidates.firstIndex { found[$0].values == wanted.row.values }
        ?? candidates.firstIndex { RowComparison.agrees(wanted, found[$0]) }
      guard let match else {
        if wanted.isOptional {
          outputs[wanted.row.output].uncertain += 1
        } else {
          missing.append(wanted.row)
        }
        continue
      }
      let row = found[candidates[match]]
      rest[place]?.remove(at: match)
      count(wanted, row)
    }
    let extra = rest.values.joined().sorted().map { found[$0] }
    pair(missing, extra, keys)
  }

  /// Whether nothing differs.
  public var agrees: Bool { differences.isEmpty }

  private mutating func count(_ wanted: NaiveRow, _ row: Row) {
    let output = row.output
    if wanted.isOptional {
      outputs[output].uncertain += 1
      return
    }
    outputs[output].compared += 1
    if wanted.row.values == row.values { outputs[output].identical += 1 }
    for column in row.bounds.keys {
      guard let truth = RowComparison.number(wanted.row.values[column]),
        let estimate = RowComparison.number(row.values[column])
      else { continue }
      let error = abs(estimate - truth) / max(abs(truth), .leastNormalMagnitude)
      if error > outputs[output].worst?.error ?? -1 { outputs[output].worst = (error, column) }
    }
  }

  /// A missing row and one too many, of one window and key, are one difference.
  private mutating func pair(_ missing: [Row], _ extra: [Row], _ keys: [[Int]]) {
    func place(_ row: Row) -> Bucket { Bucket(row, keys[row.output]) }
    var rest = Dictionary(grouping: extra, by: place)
    for row in missing {
      outputs[row.output].differing += 1
      let other = rest[place(row)]?.popLast()
      differences.append(Difference(expected: row, found: other))
    }
    for row in rest.values.joined() {
      if row.isUncertain {
        outputs[row.output].uncertain += 1
        continue
      }
      outputs[row.output].differing += 1
      differences.append(Difference(expected: nil, found: row))
    }
    differences.sort { a, b in
      guard let left = a.expected ?? a.found, let right = b.expected ?? b.found else {
        return false
      }
      return RowOrder.precedes(left, right)
    }
  }

  /// Where a row is looked for: its output, window and some of its values.
  private struct Bucket: Hashable {
    let output: Int
    let start: Int64
    let end: Int64
    let values: [Value]

    init(_ row: Row, _ columns: [Int]) {
      output = row.output
      start = row.start
      end = row.end
      values = columns.map { row.values[$0] }
    }
  }

  /// Columns whose values may differ although the rows agree: estimates, and real numbers.
  private static func looseColumns(_ rows: [Row], count: Int) -> [Set<Int>] {
    var loose = [Set<Int>](repeating: [], count: count)
    for row in rows {
      loose[row.output].formUnion(row.bounds.keys)
      for (column, value) in row.values.enumerated() {
        if case .real = value { loose[row.output].insert(column) }
      }
    }
    return loose
  }
}
