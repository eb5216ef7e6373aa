import DataModel

/// Which row answers which expectation: each row at most one, as many expectations as possible.
///
/// A greedy pass, then augmenting paths (Kuhn, *The Hungarian Method*, 1955, without weights),
/// because an expectation that names few columns must not take the row that another one needs.
struct RowAssignment {
  /// Expectations without a row.
  private(set) var unmet: [RowExpectation] = []
  /// Rows that no expectation took.
  private(set) var free: [Row] = []

  private let candidates: [[Int]]
  private var expectationOfRow: [Int?]

  init(_ expectations: [RowExpectation], _ rows: [Row], _ schemas: [OutputSchema]) {
    let all = Array(rows.indices)
    let byStart = Dictionary(grouping: all) { Timestamp.text(rows[$0].start) }
    candidates = expectations.map { wanted in
      (wanted.start.map { byStart[$0] ?? [] } ?? all).filter { wanted.matches(rows[$0], schemas) }
    }
    expectationOfRow = [Int?](repeating: nil, count: rows.count)
    for index in expectations.indices {
      if let row = candidates[index].first(where: { expectationOfRow[$0] == nil }) {
        expectationOfRow[row] = index
        continue
      }
      var visited: Set<Int> = []
      if !augment(index, &visited) { unmet.append(expectations[index]) }
    }
    free = all.filter { expectationOfRow[$0] == nil }.map { rows[$0] }
  }

  private mutating func augment(_ index: Int, _ visited: inout Set<Int>) -> Bool {
    for row in candidates[index] where visited.insert(row).inserted {
      guard let holder = expectationOfRow[row] else {
        expectationOfRow[row] = index
        return true
      }
      if augment(holder, &visited) {
        expectationOfRow[row] = index
        return true
      }
    }
    return false
  }
}

/// What a case's lines say of the rows of a run.
struct CaseVerdict {
  /// What is wrong, in lines for the user; empty where the case passes.
  private(set) var complaints: [String] = []

  private static let mostComplaints = 10

  init(_ test: QueryTestFile.Case, _ rows: [Row], _ schemas: [OutputSchema]) {
    let exact = expectations(test.rows, schemas)
    let some = expectations(test.someRows, schemas)
    for line in test.rowCounts { checkCount(line, rows, schemas) }
    guard complaints.isEmpty else { return }
    let assignment = RowAssignment(exact + some, rows, schemas)
    // Lines that name their outputs say nothing about the others.
    let named = exact.map(\.output)
    let isWhole = named.contains(nil)
    let unexpected = assignment.free.filter { row in
      !exact.isEmpty && (isWhole || named.contains(row.output))
    }
    report(assignment, unexpected, schemas)
  }

  private mutating func expectations(
    _ lines: [QueryTestFile.Line], _ schemas: [OutputSchema]
  ) -> [RowExpectation] {
    lines.compactMap { line in
      do throws(RowExpectation.Malformed) {
        return try RowExpectation(line, schemas)
      } catch {
        complaints.append("line \(line.number): \(error.reason)")
        return nil
      }
    }
  }

  /// `expect-rows: 3` or `expect-rows: Victims 0`.
  private mutating func checkCount(
    _ line: QueryTestFile.Line, _ rows: [Row], _ schemas: [OutputSchema]
  ) {
    let words = line.text.split(separator: " ")
    let name = words.count == 2 ? String(words[0]) : nil
    let output = name.map { name in schemas.firstIndex { $0.name == name } }
    guard let number = words.last.flatMap({ Int($0) }), words.count <= 2, output != .some(nil)
    else {
      complaints.append(
        "line \(line.number): ‘expect-rows:’ takes a number, or an output ("
          + schemas.map(\.name).joined(separator: ", ") + ") and a number")
      return
    }
    let found = rows.count { row in output.map { $0 == row.output } ?? true }
    if found != number {
      complaints.append(
        "line \(line.number) expects \(number) rows\(name.map { " of \($0)" } ?? ""), "
          + "but there are \(found)")
    }
  }

  private mutating func report(
    _ assignment: RowAssignment, _ unexpected: [Row], _ schemas: [OutputSchema]
  ) {
    var rest = unexpected
    var lines: [[String]] = []
    for wanted in assignment.unmet {
      var entry = ["line \(wanted.line) expects   \(wanted.text)"]
      // The nearest row is one of the same window that no other line took.
      let near = assignment.free.filter(wanted.isPlaced).min {
        wanted.differing(from: $0, schemas).count < wanted.differing(from: $1, schemas).count
      }
      if let near {
        let columns = wanted.differing(from: near, schemas)
        entry.append("  the nearest row  \(RowLine.text(near, schemas))")
        entry.append("  differs in       \(columns.joined(separator: ", "))")
        if let index = rest.firstIndex(of: near) { rest.remove(at: index) }
      } else {
        entry.append("  and there is no row left that is like it")
      }
      lines.append(entry)
    }
    lines += rest.map { ["not expected     \(RowLine.text($0, schemas))"] }
    complaints += lines.prefix(Self.mostComplaints).flatMap { $0 }
    if lines.count > Self.mostComplaints {
      complaints.append("and \(lines.count - Self.mostComplaints) more")
    }
  }
}
