import DataModel

/// Numbers for people: three digits and a unit.
public enum Units {
  /// Decimal multiples: `999`, `12.3k`, `4.56M`, `-7G`.
  public static func decimal(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-∞" : "∞" }
    let sign = value < 0 ? "-" : ""
    var rest = value.magnitude
    var unit = 0
    let units = ["", "k", "M", "G", "T", "P", "E"]
    // 999.6 in three digits is already a thousand.
    while rest >= 999.5 && unit + 1 < units.count {
      rest /= 1000
      unit += 1
    }
    if rest >= 1e6 { return "\(value)" }
    return sign + threeDigits(rest) + units[unit]
  }

  /// A rate with its unit, such as `12.3k/s`.
  public static func perSecond(_ value: Double) -> String { decimal(value) + "/s" }

  /// Bits per second out of bytes per second: `8.1Mb/s`.
  public static func bitsPerSecond(bytes value: Double) -> String { decimal(value * 8) + "b/s" }

  /// Bytes in decimal units: `3.1 GB`.
  public static func bytes(_ value: UInt64) -> String {
    let text = decimal(Double(value))
    guard let last = text.last, last.isLetter else { return text + " B" }
    return text.dropLast() + " " + String(last) + "B"
  }

  /// Seconds as a clock: `0:41`, `12:07`, `1:02:03`.
  public static func clock(seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "–" }
    let whole = Int(max(0, seconds).rounded())
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
  }

  /// A duration in its largest unit with three digits: `1.5ms`, `90s`.
  public static func duration(nanoseconds: Int64) -> String {
    let magnitude = Double(nanoseconds.magnitude)
    let sign = nanoseconds < 0 ? "-" : ""
    for (unit, size) in [("s", 1e9), ("ms", 1e6), ("us", 1e3)] where magnitude >= size {
      if magnitude >= 1e12 { return sign + decimal(magnitude / 1e9) + "s" }
      return sign + threeDigits(magnitude / size) + unit
    }
    return "\(nanoseconds)ns"
  }

  /// At least three significant digits, without zeros at the end of decimals.
  static func threeDigits(_ value: Double) -> String {
    let decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
    let scale = decimals == 0 ? 1 : decimals == 1 ? 10 : 100
    let scaled = Int((value * Double(scale)).rounded())
    var fraction = "\(scale + scaled % scale)".dropFirst()
    while fraction.last == "0" { fraction.removeLast() }
    return fraction.isEmpty ? "\(scaled / scale)" : "\(scaled / scale).\(fraction)"
  }
}

/// A row of bars of eight heights.
public enum Sparkline {
  private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// The last `columns` values, oldest first; nil is a window without a value. Heights are relative
  /// to the largest value shown; what is not positive is the lowest bar.
  public static func text(_ values: [Double?], columns: Int) -> String {
    let shown = values.suffix(max(0, columns))
    let top = shown.compactMap { $0 }.filter(\.isFinite).max() ?? 0
    var text = String(repeating: " ", count: max(0, columns - shown.count))
    for value in shown {
      guard let value, value.isFinite else {
        text.append(" ")
        continue
      }
      let height = top > 0 && value > 0 ? Int((value / top * 7).rounded()) : 0
      text.append(bars[min(7, height)])
    }
    return text
  }
}
