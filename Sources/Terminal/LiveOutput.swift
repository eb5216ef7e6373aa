import DataModel
import Sinks

/// What the live view keeps of one output: the rows of its last window, and each key's history.
struct LiveOutput: Sendable {
  /// How a column's numbers are shown.
  enum Unit: Sendable, CaseIterable {
    /// `12.3k`.
    case decimal
    /// `12345`.
    case exact
    /// `12.3k/s`: over the window's length.
    case perSecond
    /// `98.8kb/s`: bytes as bits, over the window's length.
    case bitsPerSecond
  }

  /// A key's values in one window, one a column; NaN where a column has no number.
  private struct Moment: Sendable {
    var end: Int64
    var numbers: [Double]
  }

  /// Rows kept of one window: the first ones in the order that is shown; others are counted.
  static let rowLimit = 10_000
  /// Keys with a history, and windows that it goes back.
  static let keyLimit = 4096
  static let historyLength = 60
  /// Rows kept of a stream without windows.
  static let tailLength = 1000

  let schema: OutputSchema
  private(set) var start: Int64 = 0
  private(set) var end = Int64.min
  private(set) var rows: [Row] = []
  /// Rows of the window beyond the limit.
  private(set) var omitted = 0
  /// Rows since the run began.
  private(set) var total: UInt64 = 0
  private var histories: [[Value]: [Moment]] = [:]

  init(_ schema: OutputSchema) { self.schema = schema }

  /// The column that rows are sorted by at first: the first number that is not of the key.
  var naturalSortColumn: Int? {
    guard schema.isWindowed else { return nil }
    return schema.columns.indices.first { $0 >= schema.keyCount && isNumber($0) }
  }

  /// Whether a column's values are numbers that are counted, not numbers that name something.
  func isNumber(_ column: Int) -> Bool {
    guard column >= schema.keyCount else { return false }
    switch schema.columns[column].type {
    case .unsigned, .signed, .float, .duration: return schema.isWindowed
    default: return false
    }
  }

  /// Takes a row; `order` says which rows matter most where there are too many.
  mutating func take(_ row: Row, order: RowOrder) {
    total += 1
    guard schema.isWindowed else {
      rows.append(row)
      // In blocks, so that the front is not moved for each row.
      if rows.count > Self.tailLength * 2 { rows.removeFirst(rows.count - Self.tailLength) }
      (start, end) = (row.start, row.end)
      return
    }
    if row.end != end || row.start != start {
      if row.end < end { return }
      remember(order)
      rows.removeAll(keepingCapacity: true)
      omitted = 0
      (start, end) = (row.start, row.end)
    }
    rows.append(row)
    if rows.count >= Self.rowLimit * 2 {
      rows = Array(order.sorted(rows).prefix(Self.rowLimit))
      omitted += Self.rowLimit
    }
  }

  /// The last windows' values of a row's key, oldest first, the row's own last; nil where the key
  /// was not there.
  func history(of row: Row, column: Int, windows: Int) -> [Double?] {
    let length = row.end - row.start
    guard windows > 0, length > 0 else { return [] }
    var values = [Double?](repeating: nil, count: windows)
    values[windows - 1] = row.values[column].number
    for moment in histories[key(of: row)] ?? [] {
      let back = (row.end - moment.end) / length
      guard back > 0, back < Int64(windows) else { continue }
      let number = moment.numbers[column]
      if !number.isNaN { values[windows - 1 - Int(back)] = number }
    }
    // What was before the key's first window is not a gap.
    return Array(values.drop { $0 == nil })
  }

  private func key(of row: Row) -> [Value] { Array(row.values.prefix(schema.keyCount)) }

  /// Puts a window that is complete into the histories of its first keys.
  private mutating func remember(_ order: RowOrder) {
    let first =
      rows.count > Self.keyLimit ? order.sorted(rows).prefix(Self.keyLimit) : rows[...]
    for row in first {
      let moment = Moment(end: row.end, numbers: row.values.map { $0.number ?? .nan })
      var moments = histories.removeValue(forKey: key(of: row)) ?? []
      if moments.count >= Self.historyLength { moments.removeFirst() }
      moments.append(moment)
      histories[key(of: row)] = moments
    }
    guard histories.count > Self.keyLimit else { return }
    let oldest = end - (end - start) * Int64(Self.historyLength)
    histories = histories.filter { ($0.value.last?.end ?? .min) > oldest }
    // Still too many: only the keys that were just seen stay.
    if histories.count > Self.keyLimit {
      histories = histories.filter { $0.value.last?.end == end }
    }
  }
}

/// The order of a table's rows.
struct RowOrder: Sendable, Hashable {
  /// The column; nil for the order in which rows came.
  var column: Int?
  var isAscending = false

  /// The rows in this order; equal ones keep theirs.
  func sorted(_ rows: [Row]) -> [Row] {
    guard let column else { return rows }
    let order = rows.indices.sorted { a, b in
      let (x, y) = (rows[a].values[column], rows[b].values[column])
      if x == y { return a < b }
      return isAscending ? x < y : y < x
    }
    return order.map { rows[$0] }
  }
}

extension Value {
  /// The value as a number, where it is one.
  var number: Double? {
    switch self {
    case .integer(let value), .duration(let value): Double(value)
    case .real(let value): value
    default: nil
    }
  }
}
