import DataModel
import Sinks
import TestSupport
import Testing

@Suite("NDJSON") struct NDJSONTests {
  @Test func theEnvelopeIsTheDocumentedOne() throws {
    let target = Target()
    let sink = NDJSONSink(descriptor: target.descriptor)
    try sink.begin(Sample.meta([Sample.victims], attach: "native"))
    var row = Sample.row(Sample.address(10, 0, 0, 1), .integer(1200), .integer(200))
    try sink.row(row)
    row.bounds = [2: Bound(low: 196, high: 204.5)]
    row.quality = .approximate
    row.isUncertain = true
    try sink.row(row)
    try sink.loss(
      LossRecord(
        start: row.start, end: row.end, lost: [.ring: 3, .late: 1], uncertain: 2,
        reason: "turned 12 ms late"))
    try sink.end(
      RunTotals(packets: 9, rows: 2, lost: [.late: 1, .ring: 3], elapsedSeconds: 1.5))
    let window =
      #""window_start":"2026-01-01T00:00:00.000000000Z","#
      + #""window_end":"2026-01-01T00:00:01.000000000Z","#
    let fields = #""fields":{"DestIp":"10.0.0.1","Rate":1200,"Sources":200},"#
    #expect(
      target.text == #"""
        {"type":"meta","version":1,"query":"OUTPUT x;","outputs":[{"name":"Victims","columns":\#
        [{"name":"DestIp","type":"ip"},{"name":"Rate","type":"\#(ScalarType.signed)"},\#
        {"name":"Sources","type":"\#(ScalarType.signed)"}]}],"placement":"host",\#
        "attach":"native","seed":18446744073709551615}
        {"type":"row","output":"Victims",\#(window)\#(fields)"quality":"exact"}
        {"type":"row","output":"Victims",\#(window)\#(fields)"bounds":{"Sources":[196,204.5]},\#
        "quality":"approximate","uncertain":true}
        {"type":"loss",\#(window)"lost":{"late":1,"ring":3},"uncertain":2,\#
        "reason":"turned 12 ms late"}
        {"type":"end","packets":9,"rows":2,"lost":{"late":1,"ring":3},"elapsed_s":1.5}

        """#)
  }

  @Test func pythonReadsEveryCharacter() throws {
    // Every scalar of the first plane's beginning, then rare ones; a lone byte became U+FFFD.
    var odd = ""
    for code in UInt32(0)...0x2FF { odd.unicodeScalars.append(Unicode.Scalar(code)!) }
    odd += "\u{2028}\u{2029}\u{FEFF}\u{FFFF}😀日本"
    odd += String(decoding: [0x61, 0xFF, 0xC3, 0x62], as: UTF8.self)
    let schema = OutputSchema(
      name: odd, columns: [OutputColumn(name: odd, type: .string)], isWindowed: true)
    let target = try write([Sample.row(.text(odd))], Sample.meta([schema], query: odd), as: .json)
    let outcome = target.python(
      """
      import json, sys
      lines = open(sys.argv[1], 'rb').read().decode('utf-8', 'strict').split('\\n')
      assert lines[-1] == '' and len(lines) == 4, len(lines)
      meta, row, end = map(json.loads, lines[:3])
      odd = ''.join(map(chr, range(0x300)))
      odd += '\\u2028\\u2029\\ufeff\\uffff😀日本a\\ufffd\\ufffdb'
      assert meta['query'] == odd
      assert meta['outputs'][0]['name'] == row['output'] == odd
      assert list(row['fields'].items()) == [(odd, odd)]
      assert meta['attach'] is None and meta['seed'] == 2**64 - 1
      assert not any(ord(c) < 32 or ord(c) == 127 for line in lines for c in line)
      """)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
  }

  @Test(arguments: [
    (Value.missing, "null"), (.bool(true), "true"), (.bool(false), "false"),
    (.integer(.max), "9223372036854775807"), (.integer(.min), "-9223372036854775808"),
    (.integer(0), "0"), (.integer(10), "10"), (.integer(-9), "-9"),
    (.real(0.1), "0.1"), (.real(-0.0), "0"), (.real(3), "3"), (.real(1e300), "1e+300"),
    (.real(123_456_789_012_345_680), "1.2345678901234568e+17"),
    (.real(.nan), "null"), (.real(.infinity), "null"), (.real(-.infinity), "null"),
    (.real(.leastNonzeroMagnitude), "5e-324"),
    (.duration(1_500_000_000), "1.5"), (.duration(0), "0"),
    (.mac(0x02_00_00_00_0a_ff), #""02:00:00:00:0a:ff""#),
    (.time(0), #""1970-01-01T00:00:00.000000000Z""#),
    (.time(-1), #""1969-12-31T23:59:59.999999999Z""#),
    (.address(IPAddress(v6High: 0x2001_0db8_0000_0000, low: 1)), #""2001:db8::1""#),
    (.ranking([]), "[]"),
    (
      .ranking([
        RankedItem(item: [.integer(53)], count: 3, share: 0.75),
        RankedItem(item: [.integer(80), .text("a\"")], count: 1, share: 0.25),
      ]), #"[{"key":53,"count":3,"share":0.75},{"key":[80,"a\""],"count":1,"share":0.25}]"#
    ),
  ])
  func valuesHaveOneText(_ value: Value, _ text: String) throws {
    let schema = Sample.schema(.signed)
    let target = try write([Sample.row(value)], Sample.meta([schema]), as: .json)
    let fields = try #require(target.lines[1].between(#""fields":{"x":"#, and: #"},"quality""#))
    #expect(fields == text)
    #expect(JSON(target.lines[1]) != nil)
  }

  @Test func numbersKeepTheirBits() throws {
    var random = RandomSource(seed: 7)
    let reals = (0..<2000).map { _ in Double(bitPattern: random.next()) }.filter(\.isFinite)
    let integers = (0..<2000).map { _ in
      Int64(bitPattern: random.next()) >> Int64(random.number(0...63))
    }
    let rows = reals.map { Sample.row(.real($0)) } + integers.map { Sample.row(.integer($0)) }
    let target = try write(rows, Sample.meta([Sample.schema(.float)]), as: .json)
    for (line, real) in zip(target.lines.dropFirst(), reals) {
      #expect(JSON(line)?["fields"]?["x"]?.double == real, "\(line)")
    }
    for (line, integer) in zip(target.lines.dropFirst(1 + reals.count), integers) {
      #expect(JSON(line)?["fields"]?["x"]?.integer == integer, "\(line)")
    }
  }

  @Test(arguments: Quality.allCases) func qualitiesHaveDocumentedNames(_ quality: Quality) throws {
    var row = Sample.row(.integer(1))
    row.quality = quality
    let target = try write([row], Sample.meta([Sample.schema(.signed)]), as: .json)
    let known = ["exact", "approximate", "at_least", "partial"]
    let name = try #require(JSON(target.lines[1])?["quality"]?.string)
    #expect(known.contains(name))
    #expect(name == quality.rawValue)
    #expect(JSON(target.lines[1])?["uncertain"] == nil)
  }

  @Test func boundsStandInColumnOrderAndInfiniteOnesAreNull() throws {
    var row = Sample.row(.integer(1), .integer(2), .integer(3))
    row.bounds = [2: Bound(low: 1, high: .infinity), 0: Bound(low: -1.25, high: 2)]
    let target = try write([row], Sample.meta([Sample.victims]), as: .json)
    #expect(target.lines[1].contains(#""bounds":{"DestIp":[-1.25,2],"Sources":[1,null]}"#))
  }

  @Test func tuplesCarryATimeInsteadOfAWindow() throws {
    var row = Sample.row(.integer(1))
    row.start += 123_456_789
    row.end = row.start
    let schema = Sample.schema(.signed, isWindowed: false)
    let target = try write([row], Sample.meta([schema]), as: .json)
    #expect(
      target.lines[1] == #"{"type":"row","output":"Out","time":"2026-01-01T00:00:00.123456789Z","#
        + #""fields":{"x":1},"quality":"exact"}"#)
  }

  @Test func aRunWithoutRowsHasItsTwoRecords() throws {
    let target = try write([], Sample.meta([]), as: .json)
    #expect(target.lines.count == 3)
    #expect(JSON(target.lines[0])?["outputs"] == .array([]))
    #expect(JSON(target.lines[1])?["lost"] == .object([]))
    #expect(JSON(target.lines[1])?["packets"]?.integer == 7)
  }

  @Test func aLossWithoutAReasonHasNone() throws {
    let target = Target()
    let sink = NDJSONSink(descriptor: target.descriptor)
    try sink.begin(Sample.meta([]))
    try sink.loss(LossRecord(start: 0, end: 1, lost: [.table: .max]))
    try sink.flush()
    let record = try #require(JSON(target.lines[1]))
    #expect(record["reason"] == nil)
    #expect(record["lost"]?["table"] == .number("18446744073709551615"))
  }
}
