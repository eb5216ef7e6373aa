import Compiler
import DataModel

extension RowExpectation {
  /// Whether a row is what the line says.
  func matches(_ row: Row, _ schemas: [OutputSchema]) -> Bool {
    isPlaced(at: row) && differing(from: row, schemas).isEmpty
  }

  /// Whether the row is of the output and the window that the line names.
  func isPlaced(at row: Row) -> Bool {
    (output ?? row.output) == row.output
      && (start ?? Timestamp.text(row.start)) == Timestamp.text(row.start)
  }

  /// The columns in which a row is not what the line says.
  func differing(from row: Row, _ schemas: [OutputSchema]) -> [String] {
    conditions.filter { !holds($0, row, schemas[row.output]) }.map(\.column)
  }

  private func holds(_ condition: Condition, _ row: Row, _ schema: OutputSchema) -> Bool {
    if let column = schema.columns.firstIndex(where: { $0.name == condition.column }) {
      return condition.holds(row.values[column], row.bounds[column])
    }
    switch condition.column {
    case "window_start": return schema.isWindowed && condition.holds(.time(row.start), nil)
    case "window_end": return schema.isWindowed && condition.holds(.time(row.end), nil)
    case "time": return !schema.isWindowed && condition.holds(.time(row.start), nil)
    case "quality": return condition.holds(.text(row.quality.rawValue), nil)
    default: return false
    }
  }
}

extension RowExpectation.Condition {
  /// Whether a value is what the condition asks for.
  ///
  /// `=` on a value with a bound: the number written is the truth, and must lie in the bound taken
  /// twice as wide, so that the declared confidence becomes certainty for a test. `=` on a real
  /// number: as many decimals as are written.
  func holds(_ value: Value, _ bound: Bound?) -> Bool {
    switch comparison {
    case .equal:
      if let bound, let number = Self.number(value), let truth = Double(text) {
        return number - 2 * (number - bound.low) <= truth
          && truth <= number + 2 * (bound.high - number)
      }
      return isEqual(value)
    case .same: return isEqual(value)
    case .different: return value != .missing && !isEqual(value)
    case .less, .atMost, .greater, .atLeast:
      guard let left = Self.number(value), let right = limit(of: value) else { return false }
      switch comparison {
      case .less: return left < right
      case .atMost: return left <= right
      case .greater: return left > right
      default: return left >= right
      }
    }
  }

  private func isEqual(_ value: Value) -> Bool {
    switch value {
    case .missing: return text.isEmpty
    case .bool(let flag): return text == (flag ? "true" : "false") || text == (flag ? "1" : "0")
    case .integer(let number): return Int64(text) == number
    case .real(let number): return isEqual(number)
    case .time: return normalizedTime(text) == value.description
    case .duration(let nanoseconds):
      return text == value.description || Compiler.duration(text) == nanoseconds
    case .address, .mac: return text.lowercased() == value.description
    case .text, .ranking: return text == value.description
    }
  }

  private func isEqual(_ number: Double) -> Bool {
    guard let wanted = Double(text) else { return false }
    if wanted == number || abs(wanted - number) <= 1e-12 * max(abs(wanted), abs(number)) {
      return true
    }
    // Half a unit of the last decimal that is written; a number without a point is exact.
    guard !text.contains(where: { $0 == "e" || $0 == "E" }), let point = text.firstIndex(of: ".")
    else { return false }
    var unit = 1.0
    for _ in text[point...].dropFirst() { unit /= 10 }
    return abs(wanted - number) <= unit / 2
  }

  private func limit(of value: Value) -> Double? {
    if case .duration = value { return Compiler.duration(text).map(Double.init) }
    return Double(text)
  }

  private static func number(_ value: Value) -> Double? {
    switch value {
    case .integer(let number), .duration(let number): Double(number)
    case .real(let number): number
    default: nil
    }
  }
}

/// Rows as `expect:` lines have them.
enum RowLine {
  /// The output's name where there are several, the window's start, and every column.
  static func text(_ row: Row, _ schemas: [OutputSchema]) -> String {
    let schema = schemas[row.output]
    var words = schemas.count > 1 ? [quoted(schema.name)] : []
    words.append(shortTime(row.start))
    for (column, value) in zip(schema.columns, row.values) {
      words.append(quoted(column.name) + "=" + quoted(value.description))
    }
    return words.joined(separator: " ")
  }

  /// A time without the zeros at its end.
  private static func shortTime(_ time: Int64) -> String {
    var text = Timestamp.text(time).dropLast()
    while text.last == "0" { text = text.dropLast() }
    if text.last == "." { text = text.dropLast() }
    return text + "Z"
  }

  private static func quoted(_ text: String) -> String {
    guard text.contains(where: { " \t\"\\=<>!".contains($0) }) else { return text }
    var result = "\""
    for character in text {
      if character == "\"" || character == "\\" { result.append("\\") }
      result.append(character)
    }
    return result + "\""
  }
}
