/// Text of times and durations; times are Int64 nanoseconds since the Unix epoch, UTC.
public enum Timestamp {
  /// RFC 3339 with nine decimals and `Z`, such as `2026-01-01T00:00:00.000000000Z`.
  public static func text(_ nanoseconds: Int64) -> String {
    let perDay: Int64 = 86_400_000_000_000
    var days = nanoseconds / perDay
    var rest = nanoseconds % perDay
    if rest < 0 {
      rest += perDay
      days -= 1
    }
    let (year, month, day) = civil(fromDays: days)
    let seconds = rest / 1_000_000_000
    func padded(_ value: Int64, _ width: Int) -> String {
      let digits = "\(value)"
      return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
    return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + "T"
      + padded(seconds / 3600, 2) + ":" + padded(seconds / 60 % 60, 2) + ":"
      + padded(seconds % 60, 2) + "." + padded(rest % 1_000_000_000, 9) + "Z"
  }

  /// The shortest literal of a duration, such as `1s`, `500ms`, `90s`.
  public static func durationText(_ nanoseconds: Int64) -> String {
    let units: [(String, Int64)] = [
      ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000),
      ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1000),
    ]
    for (unit, size) in units where nanoseconds != 0 && nanoseconds % size == 0 {
      return "\(nanoseconds / size)\(unit)"
    }
    return "\(nanoseconds)ns"
  }

  /// Year, month and day of a day count since 1970-01-01, proleptic Gregorian.
  ///
  /// Source: Hinnant, *chrono-Compatible Low-Level Date Algorithms*, `civil_from_days`.
  private static func civil(fromDays days: Int64) -> (Int64, Int64, Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }
}
