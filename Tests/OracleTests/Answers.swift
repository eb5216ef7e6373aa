import DataModel
import Plan
import Reference
import TestSupport

/// Rows by output name, from whichever engine.
struct Answers: Sendable {
  var rows: [String: [Row]]

  /// How a row's key reads.
  struct Keys: Sendable {
    let text: @Sendable (Row) -> String

    /// The key columns as the oracle writes them.
    static let plain = Keys { row in
      row.values.dropLast().map(\.description).joined(separator: " -> ")
    }
    /// The second in which the window begins, then the key columns.
    static let started = Keys { row in "\(row.start / 1_000_000_000) \(plain.text(row))" }
  }

  init(rows: [String: [Row]]) { self.rows = rows }

  /// The rows of a run.
  init(_ run: SalcRun) {
    let names = (run.meta?["outputs"]?.elements ?? []).map { $0["name"]?.string ?? "" }
    rows = Dictionary(grouping: run.rows) { names[$0.output] }
  }

  /// The rows of the naive evaluator.
  init(_ naive: [NaiveRow], of plan: LogicalPlan) {
    rows = Dictionary(grouping: naive.map(\.row)) { plan.outputs[$0.output].name }
  }

  /// The last column of a row as an integer.
  static func number(_ row: Row) -> Int64? {
    if case .integer(let value)? = row.values.last { value } else { nil }
  }
}

/// What differs from an expectation, one line each; none where all is right.
extension Answers {
  /// The output's rows add up to the number.
  func unequal(_ output: String, _ wanted: Int64?) -> [String] {
    let numbers = (rows[output] ?? []).compactMap { Self.number($0) }
    let found = numbers.isEmpty ? nil : numbers.reduce(0, +)
    guard let wanted else { return ["\(output): nothing is expected"] }
    return found == wanted ? [] : ["\(output): \(found.map(String.init) ?? "-"), not \(wanted)"]
  }

  /// The output has this many rows.
  func unequal(_ output: String, rows wanted: Int64?) -> [String] {
    let found = rows[output]?.count ?? 0
    return Int64(found) == wanted ? [] : ["\(output): \(found) rows, not \(wanted ?? -1)"]
  }

  /// Every row that the oracle lists is there with its value, and the number of keys is right.
  func unequal(_ output: String, ranking: JSON?, keys: Keys = .plain) -> [String] {
    unequal(output, listed: Oracle.rows(ranking), keys: keys)
      + unequal(output, rows: ranking?["distinct_keys"]?.integer)
  }

  /// Every listed key has a row with its value; no row stands for 0.
  func unequal(
    _ output: String, listed: [(key: String, value: Int64)], keys: Keys = .plain
  ) -> [String] {
    guard !listed.isEmpty else { return [] }
    let found = Dictionary(grouping: rows[output] ?? [], by: keys.text)
    return listed.compactMap { key, value in
      let own = found[key] ?? []
      if own.isEmpty, value == 0 { return nil }
      guard own.count == 1, let row = own.first, let number = Self.number(row) else {
        return "\(output): \(own.count) rows of \(key), whose value is \(value)"
      }
      if let bound = row.bounds[row.values.count - 1] {
        // The declared confidence is 95 %: twice the bound is beyond 99.9 %.
        let low = Double(number) - 2 * (Double(number) - bound.low)
        let high = Double(number) + 2 * (bound.high - Double(number))
        if low <= Double(value), Double(value) <= high { return nil }
      }
      return number == value ? nil : "\(output): \(key) is \(number), not \(value)"
    }
  }

  /// An output that counts by length.
  func histogram(_ output: String) -> [(length: Int64, count: Int64)] {
    (rows[output] ?? []).compactMap { row in
      guard case .integer(let length)? = row.values.first, let count = Self.number(row) else {
        return nil
      }
      return (length, count)
    }
  }
}
