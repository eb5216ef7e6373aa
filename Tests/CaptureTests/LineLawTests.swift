import DataModel
import TestSupport
import Testing

@testable import Capture

/// A reader of lines does what is said of it, however the lines fall into its blocks and buffers.
@Suite("Lines against their definition")
struct LineLawTests {
  private static let schema = RecordSchema(
    "LawStream", "Lines of a law", encoding: .delimited(separator: UInt8(ascii: ","), optional: 0),
    time: "When",
    [
      ("Name", [], .text, "A text."), ("Address", [], .ip, "An address."),
      ("When", [], .time, "The time."), ("Number", [], .unsigned(bits: 16), "A number."),
    ])
  private static let names = ["Number", "Address", "Name"]

  /// Some lines, most of them records, and what else there may be among them.
  private static func text(_ random: inout RandomSource, lines: Int, quotes: Bool) -> [UInt8] {
    let names = ["", "a", "  b  ", "-", "ä", String(repeating: "n", count: 61)]
    let addresses = [
      "1.2.3.4", " 10.0.0.255", "256.1.1.1", "fe80::1", "", "-", "0001.2.3.4", "1.2",
    ]
    let times = ["1.5", "1312962413.540761", "1312962413.1", "0", "2011-08-10 09:46:59", "7 "]
    let numbers = ["0", "80", "65535", "65536", "0x1F", " 9 ", "", "x", "-"]
    var text: [UInt8] = []
    for index in 0..<lines {
      var fields = [
        random.choice(names), random.choice(addresses), random.choice(times),
        random.choice(numbers),
      ]
      // The first line decides about all others.
      if index > 0 {
        if random.once(in: 40) { fields[2] = random.choice(["", "x", "1.2.3", "-1"]) }
        if random.once(in: 50) { fields.append("more") }
        if random.once(in: 60) { fields.removeLast(random.number(1...3)) }
        if random.once(in: 200) { fields[0] = String(repeating: "long", count: 3000) }
        if random.once(in: 400) { fields = [String](repeating: "", count: 300) }
        if quotes, random.once(in: 30) { fields[0] = random.choice(["\"q,\"\"q\"", "\"open"]) }
      }
      text += Array(fields.joined(separator: ",").utf8)
      if random.once(in: 5) { text.append(13) }
      if index + 1 < lines || random.once(in: 2) { text.append(10) }
    }
    return text
  }

  /// The rows and what was wrong, by the definition.
  private static func read(_ text: [UInt8]) -> (rows: [[Value]], times: [Int64], RecordIssues) {
    var (rows, times, issues): ([[Value]], [Int64], RecordIssues) = ([], [], RecordIssues())
    var lines = text.split(separator: 10, omittingEmptySubsequences: false)
    if text.last == 10 { lines.removeLast() }
    for (index, line) in lines.enumerated() {
      let line = line.last == 13 ? line.dropLast() : line
      if line.isEmpty { continue }
      guard let fields = Self.fields(Array(line)) else {
        issues.noteMalformed("line \(index + 1): a quote stays open")
        continue
      }
      guard fields.count == 4 else {
        let count = min(fields.count, SplitLine.fieldsMax)
        issues.noteMalformed("line \(index + 1): \(count) fields where 4 are expected")
        continue
      }
      guard !fields[2].isEmpty, let time = FieldText.time(fields[2], fields[2].count) else {
        let shown = String(decoding: fields[2], as: UTF8.self)
        issues.noteMalformed("line \(index + 1): its When ‘\(shown)’ is no time")
        continue
      }
      times.append(time)
      rows.append(Self.values(fields, line: index + 1, &issues))
    }
    return (rows, times, issues)
  }

  private static func fields(_ line: [UInt8]) -> [[UInt8]]? {
    var fields: [[UInt8]] = [[]]
    var isQuoted = false
    var at = 0
    while at < line.count {
      defer { at += 1 }
      if line[at] == 34 {
        if isQuoted, at + 1 < line.count, line[at + 1] == 34 {
          fields[fields.count - 1].append(34)
          at += 1
        } else {
          isQuoted.toggle()
        }
      } else if line[at] == 44, !isQuoted {
        fields.append([])
      } else {
        fields[fields.count - 1].append(line[at])
      }
    }
    if isQuoted { return nil }
    return fields.map { field in
      Array(field.drop { $0 == 32 }.reversed().drop { $0 == 32 }.reversed())
    }
  }

  private static func values(
    _ fields: [[UInt8]], line: Int, _ issues: inout RecordIssues
  ) -> [Value] {
    func value(_ index: Int, _ name: String, _ read: ([UInt8]) -> Value?) -> Value {
      let field = fields[index]
      if field.isEmpty || field == [45] { return .missing }
      if let value = read(field) { return value }
      issues.noteUnreadable(1, "line \(line): \(name)")
      return .missing
    }
    return [
      value(3, "Number is no u16") { text in
        FieldText.unsigned(text, text.count, limit: 65535).map { .integer(Int64($0)) }
      },
      value(1, "Address is no ip") { text in
        if let v4 = FieldText.ipv4(text, text.count) {
          return .address(IPAddress(v4: UInt32(v4)))
        }
        return FieldText.ipv6(text, text.count).map { .address(IPAddress(v6High: $0, low: $1)) }
      },
      value(0, "Name is no string") { .text(String(decoding: $0, as: UTF8.self)) },
    ]
  }

  @Test("rows, times and what is wrong are the same", arguments: [false, true])
  func law(quotes: Bool) throws {
    var random = RandomSource(seed: quotes ? 47 : 53)
    for size in [1, 2, 5, 127, 128, 129, 1023, 1024, 1025, 1026, 9000] {
      let text = Self.text(&random, lines: size, quotes: quotes)
      let expected = Self.read(text)
      let found = try RecordReaderTests.read(text, Self.names, schema: Self.schema)
      #expect(found.times == expected.times)
      #expect(found.rows == expected.rows)
      #expect(found.issues == expected.2)
    }
  }
}
