public import DataModel
import Glibc

/// A run of `salc run --format json`, read back.
public struct SalcRun: Sendable {
  /// How the process ended.
  public let outcome: Tool.Outcome
  /// The `meta` record.
  public let meta: JSON?
  /// The rows in the order of the output.
  public let rows: [Row]
  /// The `loss` records.
  public let losses: [JSON]
  /// The `end` record.
  public let end: JSON?
  /// Lines that are not what the envelope allows.
  public let violations: [String]

  /// Runs a query (the text or a path that ends in `.sal` or `.salb`) over a capture.
  public static func replay(
    _ query: String, capture: String, _ options: [String] = [], timeout: Double = 120
  ) -> SalcRun {
    let isFile = query.hasSuffix(".sal") || query.hasSuffix(".salb")
    let arguments = ["run"] + (isFile ? [query] : ["-e", query]) + ["--pcap", capture]
    let outcome = Tool.run(
      Tool.salc, arguments + ["--format", "json"] + options, timeout: timeout)
    return SalcRun(outcome)
  }

  /// Reads what a run printed.
  public init(_ outcome: Tool.Outcome) {
    self.outcome = outcome
    var meta: JSON?
    var end: JSON?
    var rows: [Row] = []
    var losses: [JSON] = []
    var violations: [String] = []
    var schemas: [(name: String, columns: [(name: String, type: String)])] = []
    for line in outcome.output.split(separator: "\n") {
      guard let record = JSON(String(line)), let type = record["type"]?.string, end == nil,
        (type == "meta") == (meta == nil)
      else {
        violations.append(String(line))
        continue
      }
      switch type {
      case "meta":
        meta = record
        schemas = (record["outputs"]?.elements ?? []).map { output in
          (
            output["name"]?.string ?? "",
            (output["columns"]?.elements ?? []).map {
              ($0["name"]?.string ?? "", $0["type"]?.string ?? "")
            }
          )
        }
      case "row":
        if let row = Self.row(record, schemas) {
          rows.append(row)
        } else {
          violations.append(String(line))
        }
      case "loss": losses.append(record)
      case "end": end = record
      default: violations.append(String(line))
      }
    }
    self.meta = meta
    self.rows = rows
    self.losses = losses
    self.end = end
    self.violations = violations
  }

  private static func row(
    _ record: JSON, _ schemas: [(name: String, columns: [(name: String, type: String)])]
  ) -> Row? {
    guard let output = schemas.firstIndex(where: { $0.name == record["output"]?.string }),
      let fields = record["fields"]?.members, fields.count == schemas[output].columns.count,
      let quality = record["quality"]?.string.flatMap({ Quality(rawValue: $0) })
    else { return nil }
    let start = record["window_start"] ?? record["time"]
    let end = record["window_end"] ?? record["time"]
    guard let from = start?.string.flatMap({ TextValue.time($0) }),
      let to = end?.string.flatMap({ TextValue.time($0) })
    else { return nil }
    var values: [Value] = []
    for (field, column) in zip(fields, schemas[output].columns) {
      guard field.name == column.name, let value = TextValue.value(field.value, column.type) else {
        return nil
      }
      values.append(value)
    }
    var bounds: [Int: Bound] = [:]
    for (name, interval) in record["bounds"]?.members ?? [] {
      guard let index = schemas[output].columns.firstIndex(where: { $0.name == name }),
        interval.elements.count == 2, let low = interval.elements[0].double,
        let high = interval.elements[1].double
      else { return nil }
      bounds[index] = Bound(low: low, high: high)
    }
    return Row(
      output: output, start: from, end: to, values: values, bounds: bounds, quality: quality,
      isUncertain: record["uncertain"] == .bool(true))
  }
}

/// Values out of their text.
public enum TextValue {
  /// A JSON value as a column of this type, named as in `meta`.
  static func value(_ json: JSON, _ type: String) -> Value? {
    if json == .null { return .missing }
    switch type {
    case "bool": if case .bool(let flag) = json { return .bool(flag) } else { return nil }
    case "float": return json.double.map { .real($0) }
    case "duration": return json.double.map { .duration(Int64(($0 * 1e9).rounded())) }
    case "ipv4", "ipv6", "ip": return json.string.flatMap { address($0) }.map { .address($0) }
    case "mac": return json.string.flatMap { mac($0) }.map { .mac($0) }
    case "time": return json.string.flatMap { time($0) }.map { .time($0) }
    case "string": return json.string.map { .text($0) }
    case "ranking":
      let items = json.elements.compactMap { place -> RankedItem? in
        guard let key = place["key"], let count = place["count"]?.integer,
          let share = place["share"]?.double
        else { return nil }
        let parts = key.elements.isEmpty ? [key] : key.elements
        return RankedItem(item: parts.map(item), count: count, share: share)
      }
      return items.count == json.elements.count ? .ranking(items) : nil
    default: return json.integer.map { .integer($0) }
    }
  }

  /// An item of a ranking, whose type only its text tells.
  private static func item(_ json: JSON) -> Value {
    switch json {
    case .bool(let flag): .bool(flag)
    case .number: json.integer.map { .integer($0) } ?? .real(json.double ?? .nan)
    case .string(let text):
      address(text).map { .address($0) } ?? mac(text).map { .mac($0) }
        ?? time(text).map { .time($0) } ?? .text(text)
    default: .missing
    }
  }

  /// An IPv4 or IPv6 address.
  public static func address(_ text: String) -> IPAddress? {
    var four = in_addr()
    if inet_pton(AF_INET, text, &four) == 1 {
      return IPAddress(v4: UInt32(bigEndian: four.s_addr))
    }
    var six = in6_addr()
    guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
    let bytes = withUnsafeBytes(of: six) { Array($0) }
    func half(_ from: Int) -> UInt64 { bytes[from..<from + 8].reduce(0) { $0 << 8 | UInt64($1) } }
    return IPAddress(v6High: half(0), low: half(8))
  }

  private static func mac(_ text: String) -> UInt64? {
    let parts = text.split(separator: ":").map { UInt8($0, radix: 16) }
    guard parts.count == 6, !parts.contains(nil) else { return nil }
    return parts.reduce(0) { $0 << 8 | UInt64($1 ?? 0) }
  }

  /// Nanoseconds since the Unix epoch of an RFC 3339 time in UTC, with or without decimals.
  public static func time(_ text: String) -> Int64? {
    guard text.hasSuffix("Z") else { return nil }
    let halves = text.dropLast().split(separator: ".", maxSplits: 1)
    guard let head = halves.first else { return nil }
    let numbers = head.split { "-T:".contains($0) }.compactMap { Int32($0) }
    guard numbers.count == 6 else { return nil }
    var parts = tm()
    parts.tm_year = numbers[0] - 1900
    parts.tm_mon = numbers[1] - 1
    parts.tm_mday = numbers[2]
    parts.tm_hour = numbers[3]
    parts.tm_min = numbers[4]
    parts.tm_sec = numbers[5]
    let decimals = halves.count > 1 ? String(halves[1]) : ""
    let padded = decimals + String(repeating: "0", count: max(0, 9 - decimals.utf8.count))
    guard let fraction = Int64(padded) else { return nil }
    return Int64(timegm(&parts)) * 1_000_000_000 + fraction
  }
}
