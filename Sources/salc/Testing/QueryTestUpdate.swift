import Compiler
import DataModel
import Diagnostics
import Plan
import Session

/// Writes what a query gives into its `expect:` lines.
struct QueryTestUpdate {
  /// Rows beyond which only their number is written.
  static let mostRows = 200

  let run: QueryTestRun

  /// The file's text with the rows of now; nil where nothing changes. `expect-some:` lines and
  /// expected diagnostics stay as they are: what they leave out, only their author knows.
  func updated() throws -> String? {
    guard run.tests.errors.isEmpty else { return nil }
    let text = String(decoding: run.source.utf8, as: UTF8.self)
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    // From the end, so that line numbers before stay right.
    for test in run.tests.cases.reversed() {
      let files = run.files(of: test)
      guard files.missing == nil, let query = run.compile(test).query else { continue }
      // What is wrong with the lines of a case is told when it runs.
      let wanted = try? files.input(of: query, by: run.engines[0])
      guard let input = wanted ?? (try? files.input(of: query, by: .host)) else { continue }
      let rows = try run.rows(of: query, over: input, files)
      rewrite(&lines, test, rows, query.plan.outputs.map(\.schema))
    }
    let result = lines.joined(separator: "\n")
    return result == text ? nil : result
  }

  private func rewrite(
    _ lines: inout [String], _ test: QueryTestFile.Case, _ rows: [Row], _ schemas: [OutputSchema]
  ) {
    let marker = String(lines[test.number - 1].prefix { !$0.isLetter })
    for line in test.rowCounts {
      let words = line.text.split(separator: " ")
      let output = words.count == 2 ? schemas.firstIndex { $0.name == words[0] } : nil
      let count = rows.count { row in output.map { $0 == row.output } ?? true }
      let name = output.map { schemas[$0].name + " " } ?? ""
      lines[line.number - 1] = "\(marker)expect-rows: \(name)\(count)"
    }
    guard !test.rows.isEmpty || test.isEmpty else { return }
    let written = rows.count <= Self.mostRows && !rows.isEmpty
    let fresh =
      written
      ? rows.map { "\(marker)expect: \(RowLine.text($0, schemas))" }
      : test.rowCounts.isEmpty ? ["\(marker)expect-rows: \(rows.count)"] : []
    let place =
      test.rows.first.map { $0.number - 1 } ?? test.inputs[test.inputs.count - 1].line.number
    for line in test.rows.reversed() { lines.remove(at: line.number - 1) }
    lines.insert(contentsOf: fresh, at: place)
  }
}
