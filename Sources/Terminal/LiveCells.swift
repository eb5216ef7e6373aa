import DataModel
import Sinks

/// A row's values as the live view writes them.
struct LiveCells {
  let output: LiveOutput
  let units: [Int: LiveOutput.Unit]

  /// The text of a row's column, with its bound.
  func text(_ row: Row, _ column: Int) -> String {
    let value = row.values[column]
    guard output.isNumber(column), let number = value.number else { return Self.text(value) }
    let text = self.text(number, value, column, row)
    guard let bound = row.bounds[column] else { return text }
    let reach = max(bound.high - number, number - bound.low)
    guard reach > 0 else { return text }
    return text + " ±" + self.text(reach, .real(reach), column, row)
  }

  private func text(_ number: Double, _ value: Value, _ column: Int, _ row: Row) -> String {
    let isDuration = output.schema.columns[column].type == .duration
    let seconds = Double(row.end - row.start) / 1e9
    switch units[column] ?? .decimal {
    case .exact:
      if case .real(let real) = value { return Self.exact(real) }
      return Self.text(value)
    case .decimal:
      // Bounds of a duration are nanoseconds, as its values.
      if isDuration { return Self.duration(number) }
      return Units.decimal(number)
    case .perSecond: return Units.perSecond(number / seconds)
    case .bitsPerSecond: return Units.bitsPerSecond(bytes: number / seconds)
    }
  }

  /// What a row is worth, in two columns; empty where it is exact.
  static func mark(_ row: Row) -> String {
    let quality =
      switch row.quality {
      case .exact: ""
      case .approximate: "≈"
      case .atLeast: "≥"
      case .partial: "◐"
      }
    return quality + (row.isUncertain ? "?" : "")
  }

  /// A value that is no counted number.
  static func text(_ value: Value) -> String {
    switch value {
    case .missing: "-"
    case .time(let time): clock(time, decimals: 3)
    default: DisplayText.printable(value.description)
    }
  }

  /// The time of day of a time, UTC: `12:00:05.250`.
  static func clock(_ time: Int64, decimals: Int = 0) -> String {
    let text = Timestamp.text(time).dropLast()
    let end = decimals == 0 ? 19 : 20 + decimals
    return String(decoding: Array(text.utf8)[11..<end], as: UTF8.self)
  }

  private static func duration(_ number: Double) -> String {
    guard number.isFinite, number.magnitude < 9e18 else { return Units.decimal(number / 1e9) + "s" }
    return Units.duration(nanoseconds: Int64(number))
  }

  private static func exact(_ value: Double) -> String {
    guard value.isFinite, value.magnitude < 1e15, value == value.rounded() else {
      return "\(value)"
    }
    return "\(Int64(value))"
  }
}
