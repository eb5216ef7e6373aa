import DataModel
import Sinks
import TestSupport
import Testing

@Suite("Table") struct TableTests {
  @Test func columnsAreAlignedAndNumbersStandRight() throws {
    let rows = [
      Sample.row(Sample.address(10, 0, 0, 1), .integer(1200), .integer(7)),
      Sample.row(Sample.address(192, 168, 100, 200), .integer(9), .missing),
    ]
    let target = try write(rows, Sample.meta([Sample.victims]), as: .table)
    #expect(
      target.text == """
        Victims  2026-01-01T00:00:00.000000000Z  1s
          DestIp           Rate  Sources
          10.0.0.1         1200        7
          192.168.100.200     9        -


        """)
  }

  @Test func wideAndCombiningCharactersTakeTheirColumns() throws {
    let schema = OutputSchema(
      name: "Out",
      columns: [OutputColumn(name: "s", type: .string), OutputColumn(name: "n", type: .signed)],
      isWindowed: true)
    let texts = ["日本", "abcd", "e\u{301}é", "😀", "한"]
    let rows = texts.map { Sample.row(.text($0), .integer(5)) }
    let target = try write(rows, Sample.meta([schema]), as: .table)
    #expect(
      Array(target.lines[1...6]) == [
        "  s     n", "  日本  5", "  abcd  5", "  e\u{301}é    5", "  😀    5", "  한    5",
      ])
  }

  @Test func aValueBreaksNoLineAndSteersNoTerminal() throws {
    let rows = [Sample.row(.text("a\nb\u{1B}[2Jc\u{9B}d"))]
    let target = try write(rows, Sample.meta([Sample.schema(.string)]), as: .table)
    #expect(target.lines.count == 5)
    let controls = target.bytes.filter { $0 < 0x20 && $0 != 10 || $0 == 0x9B }
    #expect(controls.isEmpty)
    #expect(target.lines[2] == #"  a\nb\u{1B}[2Jc\u{009B}d"#)
  }

  @Test func eachWindowAndOutputHasAHeading() throws {
    let schemas = [Sample.schema(.signed), Sample.schema(.signed, name: "y")]
    let rows = [
      Sample.row(.integer(1)), Sample.row(.integer(2)), Sample.row(.integer(3), window: 1),
      Sample.row(.integer(4), output: 1, window: 1),
    ]
    let target = try write(rows, Sample.meta(schemas), as: .table)
    #expect(target.lines.filter { $0.hasPrefix("Out  ") }.count == 3)
    #expect(target.lines.filter { $0.hasSuffix("y") }.count == 1)
  }

  @Test func boundsAndQualityShowWhereTheyApply() throws {
    var row = Sample.row(Sample.address(10, 0, 0, 1), .integer(1200), .integer(200))
    row.bounds = [2: Bound(low: 196, high: 204.125)]
    row.quality = .approximate
    row.isUncertain = true
    let target = try write([row], Sample.meta([Sample.victims]), as: .table)
    #expect(target.lines[1].hasSuffix("quality"))
    #expect(target.lines[2].hasSuffix("200 [196, 204.125]  approximate, uncertain"))
  }

  @Test func tuplesShowTheirTimes() throws {
    let schema = Sample.schema(.signed, isWindowed: false)
    let rows = [Sample.row(.integer(1)), Sample.row(.integer(22), window: 1)]
    let target = try write(rows, Sample.meta([schema]), as: .table)
    #expect(
      target.text == """
        Out
          time                             x
          2026-01-01T00:00:00.000000000Z   1
          2026-01-01T00:00:01.000000000Z  22


        """)
  }

  @Test func lossesAreALineBehindTheRowsBefore() throws {
    let target = Target()
    let sink = TableSink(descriptor: target.descriptor)
    try sink.begin(Sample.meta([Sample.schema(.signed)]))
    try sink.row(Sample.row(.integer(1)))
    try sink.loss(
      LossRecord(
        start: Sample.start, end: Sample.start + Sample.second, lost: [.ring: 3, .late: 1],
        uncertain: 2, reason: "turned late"))
    try sink.end(RunTotals())
    #expect(
      target.lines.dropLast().last
        == "! 2026-01-01T00:00:00.000000000Z: lost 1 tuple late, 3 tuples at the ring; "
        + "2 keys uncertain; turned late"
    )
  }

  @Test func lateTuplesOfManyWindowsAreSummed() throws {
    let target = Target()
    let sink = TableSink(descriptor: target.descriptor)
    try sink.begin(Sample.meta([Sample.schema(.signed)]))
    for window in 0..<1000 {
      let start = Sample.start + Int64(window) * Sample.second
      try sink.loss(LossRecord(start: start, end: start + Sample.second, lost: [.late: 2]))
      try sink.flush()
    }
    // What is lost otherwise is told window by window.
    let last = Sample.start + 1000 * Sample.second
    try sink.loss(LossRecord(start: last, end: last + Sample.second, lost: [.late: 1, .ring: 1]))
    try sink.end(RunTotals())
    let lines = target.lines.filter { $0.hasPrefix("! ") }
    #expect(lines.count <= 8, "\(lines)")
    #expect(lines.first == "! 2026-01-01T00:00:00.000000000Z: lost 2 tuples late")
    let counts = lines.map { line in
      line.split(separator: " ").compactMap { Int($0) }.last ?? 0
    }
    #expect(counts.reduce(0, +) == 2001, "\(lines)")
    #expect(lines.contains { $0.hasSuffix("lost 1 tuple late, 1 tuple at the ring") }, "\(lines)")
  }

  @Test(arguments: [
    (0.0, "0"), (-0.0, "0"), (1.0, "1"), (0.1, "0.1"), (-2.5, "-2.5"), (1.0005, "1.001"),
    (-0.0001, "-0.0001"), (1.0 / 3, "0.333"), (9.0 / 21_600, "0.000417"), (0.0999, "0.0999"),
    (0.09996, "0.1"), (0.02, "0.02"), (-0.0010049, "-0.001"), (1.23456e-7, "1.23e-07"),
    (1e16, "1e+16"), (.infinity, "inf"), (99.9999, "100"),
    (.leastNonzeroMagnitude, "5e-324"),
  ])
  func realsHaveAtMostThreeDecimalsOrDigits(_ value: Double, _ text: String) throws {
    let meta = Sample.meta([Sample.schema(.float)])
    let target = try write([Sample.row(.real(value))], meta, as: .table)
    #expect(target.lines[2].split(separator: " ").map(String.init) == [text])
  }

  @Test func aRunWithoutRowsPrintsNothing() throws {
    #expect(try write([], Sample.meta([Sample.victims]), as: .table).bytes.isEmpty)
  }
}
