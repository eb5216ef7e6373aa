import DataModel
import Sinks

/// The live view's table: which columns fit, how wide they are, and the lines.
struct LiveTable {
  private let output: LiveOutput
  private let look: LiveModel.Look
  private let cells: LiveCells
  private let rows: [Row]
  private let columns: Int
  /// The columns that are shown, in order, and their widths.
  private var places: [Int] = []
  private var widths: [Int] = []
  private var marks = 0
  private var sparkline = 0

  private static let gap = 2
  private static let narrowest = 6
  private static let widest = 40

  /// A table of these rows for so many columns of the terminal.
  init(_ output: LiveOutput, _ look: LiveModel.Look, rows: [Row], columns: Int) {
    self.output = output
    self.look = look
    self.rows = rows
    self.columns = columns
    cells = LiveCells(output: output, units: look.units)
    marks = rows.map { DisplayText.width(LiveCells.mark($0)) }.max() ?? 0
    fit()
  }

  /// The heading and a line for each row.
  var lines: [StyledLine] { [heading] + rows.map(line) }

  private var hasTime: Bool { !output.schema.isWindowed }

  private func title(_ column: Int) -> String {
    let name =
      column < 0 ? "time" : DisplayText.printable(output.schema.columns[column].name)
    guard column >= 0, column == look.order.column else { return name }
    return name + (look.order.isAscending ? "▲" : "▼")
  }

  private func cell(_ row: Row, _ column: Int) -> String {
    column < 0 ? LiveCells.clock(row.start, decimals: 3) : cells.text(row, column)
  }

  private func isRight(_ column: Int) -> Bool {
    column >= 0 && output.schema.columns[column].type.isNumeric
  }

  /// The column whose history is drawn.
  private var drawnColumn: Int? {
    if let column = look.order.column, output.isNumber(column) { return column }
    return output.naturalSortColumn
  }

  /// Chooses columns and widths: first the widest shrink, then columns go from the right; the
  /// first one and that of the order stay longest.
  private mutating func fit() {
    places = (hasTime ? [-1] : []) + Array(output.schema.columns.indices)
    widths = places.map { place in
      let widest = rows.map { DisplayText.width(cell($0, place)) }.max() ?? 0
      // Numbers are never cut: a cut number is another number.
      let limit = isRight(place) ? Int.max : Self.widest
      return max(DisplayText.width(title(place)), min(limit, widest))
    }
    let room = columns - (marks > 0 ? marks + 1 : 0)
    while used > room && shrinkWidest() {}
    while used > room && places.count > 1 {
      let last = places.lastIndex { $0 != look.order.column && $0 != places[0] } ?? places.count - 1
      places.remove(at: last)
      widths.remove(at: last)
    }
    let left = room - used - Self.gap
    sparkline = drawnColumn != nil && left >= 8 ? min(left, LiveOutput.historyLength) : 0
  }

  private var used: Int { widths.reduce(0, +) + Self.gap * max(0, widths.count - 1) }

  private mutating func shrinkWidest() -> Bool {
    let shrinkable = widths.indices.filter { widths[$0] > Self.narrowest && !isRight(places[$0]) }
    guard let index = shrinkable.max(by: { widths[$0] < widths[$1] }) else { return false }
    widths[index] -= 1
    return true
  }

  private var heading: StyledLine {
    var text = marks > 0 ? String(repeating: " ", count: marks + 1) : ""
    for (index, place) in places.enumerated() {
      if index > 0 { text += String(repeating: " ", count: Self.gap) }
      text += DisplayText.fitted(title(place), to: widths[index], right: isRight(place))
    }
    let all = output.schema.columns.count + (hasTime ? 1 : 0)
    if places.count < all {
      text = DisplayText.fitted(text, to: max(0, columns - 4)) + " +\(all - places.count)"
    }
    return StyledLine(DisplayText.fitted(text, to: columns), .reverse)
  }

  private func line(_ row: Row) -> StyledLine {
    var line = StyledLine()
    if marks > 0 { line.add(DisplayText.fitted(LiveCells.mark(row), to: marks + 1), .caution) }
    for (index, place) in places.enumerated() {
      if index > 0 { line.add(String(repeating: " ", count: Self.gap)) }
      let text = DisplayText.fitted(cell(row, place), to: widths[index], right: isRight(place))
      line.add(text, place >= 0 && place == look.order.column ? .bold : .plain)
    }
    if sparkline > 0, let column = drawnColumn {
      let history = output.history(of: row, column: column, windows: sparkline)
      line.add(String(repeating: " ", count: Self.gap))
      line.add(Sparkline.text(history, columns: sparkline), .dim)
    }
    return line.cut(to: columns)
  }
}
