import DataModel
import Sinks
import TestSupport
import Testing

@Suite("CSV") struct CSVTests {
  @Test func pythonReadsWhatWasWritten() throws {
    let schema = OutputSchema(
      name: "Out",
      columns: [
        OutputColumn(name: "na,me", type: .string), OutputColumn(name: "ip", type: .ip),
        OutputColumn(name: "n", type: .signed), OutputColumn(name: "r", type: .float),
        OutputColumn(name: "t", type: .time),
      ], isWindowed: true)
    let odd = "a,\"b\"\r\nc\n d\te 日本😀"
    let rows = [
      Sample.row(
        .text(odd), Sample.address(10, 0, 0, 1), .integer(.min), .real(0.1), .time(Sample.start)),
      Sample.row(.text(""), .missing, .integer(0), .real(-1e300), .missing, window: 1),
    ]
    let target = try write(rows, Sample.meta([schema]), as: .csv)
    let outcome = target.python(
      """
      import csv, sys
      rows = list(csv.reader(open(sys.argv[1], newline='', encoding='utf-8'), strict=True))
      assert rows[0] == ['window_start','window_end','na,me','ip','n','r','t','quality'], rows[0]
      first = '2026-01-01T00:00:00.000000000Z'
      second = '2026-01-01T00:00:01.000000000Z'
      assert rows[1] == [first, second, 'a,"b"\\r\\nc\\n d\\te 日本😀', '10.0.0.1',
                         str(-2**63), '0.1', first, 'exact'], rows[1]
      assert rows[2][0] == second and rows[2][2:] == ['', '', '0', '-1e+300', '', 'exact'], rows[2]
      assert len(rows) == 3
      raw = open(sys.argv[1], 'rb').read()
      assert raw.endswith(b'\\r\\n') and raw.startswith(b'window_start,')
      """)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
  }

  @Test func severalOutputsAreBlocksWithHeadersOfTheirOwn() throws {
    let tuples = Sample.schema(.signed, name: "y", isWindowed: false)
    let meta = Sample.meta([Sample.schema(.signed), tuples])
    let rows = [
      Sample.row(.integer(1)), Sample.row(.integer(2)), Sample.row(.integer(3), output: 1),
      Sample.row(.integer(4)),
    ]
    let target = try write(rows, meta, as: .csv)
    let window = "2026-01-01T00:00:00.000000000Z,2026-01-01T00:00:01.000000000Z"
    #expect(
      target.text == """
        output,window_start,window_end,x,quality\r
        Out,\(window),1,exact\r
        Out,\(window),2,exact\r
        \r
        output,time,y,quality\r
        Out,2026-01-01T00:00:00.000000000Z,3,exact\r
        \r
        output,window_start,window_end,x,quality\r
        Out,\(window),4,exact\r

        """)
  }

  @Test func qualityIsTheLastColumnAndLossesAreNoData() throws {
    let target = Target()
    let sink = CSVSink(descriptor: target.descriptor)
    try sink.begin(Sample.meta([Sample.schema(.signed)]))
    var row = Sample.row(.integer(1))
    row.quality = .atLeast
    try sink.row(row)
    try sink.loss(LossRecord(start: row.start, end: row.end, lost: [.ring: 1]))
    try sink.end(RunTotals())
    #expect(target.lines.count == 3)
    #expect(target.lines[1].hasSuffix(",1,at_least\r"))
  }

  @Test func theHeaderComesAlsoWithoutRows() throws {
    let target = try write([], Sample.meta([Sample.victims]), as: .csv)
    #expect(target.text == "window_start,window_end,DestIp,Rate,Sources,quality\r\n")
  }
}
