import DataModel
import Glibc
import Sinks
import TestSupport
import Testing

@Suite("Metrics for Prometheus") struct PrometheusTests {
  private static let ports = OutputSchema(
    name: "ByPort",
    columns: [
      OutputColumn(name: "DestPort", type: .unsigned(bits: 16)),
      OutputColumn(name: "Note", type: .string), OutputColumn(name: "Count", type: .signed),
      OutputColumn(name: "ave.Delay", type: .duration), OutputColumn(name: "T", type: .ranking),
    ], isWindowed: true, keyCount: 2)
  private static let total = OutputSchema(
    name: "N", columns: [OutputColumn(name: "N", type: .float)], isWindowed: true)

  /// A sink on a port that the system chose, begun.
  static func sink(_ outputs: [OutputSchema]) throws -> PrometheusSink {
    let sink = try PrometheusSink(
      SinkFactory.Request(
        target: SinkTarget(sink: "prometheus", target: "127.0.0.1:0"),
        outputs: outputs.enumerated().map { (index: $0.offset, schema: $0.element) }))
    try sink.begin(Sample.meta(outputs, attach: "native"))
    return sink
  }

  private func row(
    _ port: Int64, _ note: String, _ count: Int64, window: Int64 = 0, quality: Quality = .exact
  ) -> Row {
    Row(
      output: 0, start: Sample.start + window * Sample.second,
      end: Sample.start + (window + 1) * Sample.second,
      values: [
        .integer(port), .text(note), .integer(count), .duration(1_500_000_000),
        .ranking([RankedItem(item: [.integer(5)], count: 3, share: 0.75)]),
      ],
      bounds: quality == .approximate ? [2: Bound(low: 1, high: 9.5)] : [:], quality: quality,
      isUncertain: quality == .approximate)
  }

  /// The samples of a text, by name and labels.
  private func samples(_ text: String) -> [String: String] {
    var samples: [String: String] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      guard let space = line.lastIndex(of: " ") else { continue }
      let old = samples.updateValue(
        String(line[line.index(after: space)...]), forKey: String(line[..<space]))
      #expect(old == nil, "a series is there once: \(line)")
    }
    return samples
  }

  private func given() throws -> PrometheusSink {
    let sink = try Self.sink([Self.ports, Self.total])
    try sink.row(row(80, "a \"b\"\\c\nd", 7))
    try sink.row(row(443, "", 3, quality: .approximate))
    try sink.row(
      Row(output: 1, start: Sample.start, end: Sample.start + 1, values: [.real(.infinity)]))
    try sink.loss(LossRecord(start: 0, end: 1, lost: [.ring: 4]))
    try sink.progress(RunProgress(packets: 12, elapsedSeconds: 1))
    try sink.flush()
    return sink
  }

  @Test func columnsAreGaugesAndKeysAreLabels() throws {
    let sink = try given()
    let found = samples(WebClient.metrics(sink.port))
    let first = #"dest_port="80",note="a \"b\"\\c\nd""#
    let second = #"dest_port="443",note="""#
    #expect(found["sal_by_port_count_value{\(first)}"] == "7")
    #expect(found["sal_by_port_count_value{\(second)}"] == "3")
    #expect(found["sal_by_port_count_value_low{\(second)}"] == "1.0")
    #expect(found["sal_by_port_count_value_high{\(second)}"] == "9.5")
    #expect(found["sal_by_port_count_value_low{\(first)}"] == nil)
    #expect(found["sal_by_port_ave_delay_seconds{\(first)}"] == "1.5")
    #expect(found["sal_by_port_t{\(first),item=\"5\"}"] == "3")
    #expect(found["sal_by_port_t_share{\(first),item=\"5\"}"] == "0.75")
    #expect(found["sal_by_port_quality{\(second),quality=\"approximate\"}"] == "1")
    #expect(found["sal_by_port_uncertain{\(second)}"] == "1")
    #expect(found["sal_n"] == "+Inf")
    #expect(found["salc_packets_total"] == "12")
    #expect(found["salc_lost_total{cause=\"ring\"}"] == "4")
    #expect(found["salc_lost_total{cause=\"late\"}"] == "0")
    #expect(found["salc_rows_total{output=\"ByPort\"}"] == "2")
    #expect(found["salc_windows_total{output=\"N\"}"] == "1")
    try sink.end(RunTotals())
  }

  @Test(.enabled(if: Requirement.program("promtool").isMet, "needs the program promtool"))
  func promtoolReadsBothForms() throws {
    let sink = try given()
    let directory = TemporaryDirectory()
    let plain = directory.write(WebClient.metrics(sink.port), to: "plain")
    let check = Tool.run("/bin/sh", ["-c", "promtool check metrics < \(plain)"], timeout: 60)
    #expect(check.exitCode == 0 && check.output.isEmpty && check.errors.isEmpty, "\(check)")
    let open = WebClient.metrics(sink.port, accept: "application/openmetrics-text;version=1.0.0")
    #expect(open.hasSuffix("\n# EOF\n"))
    // The block writer has the parser of OpenMetrics, and wants to be told the time.
    let timed = open.split(separator: "\n").map { $0.hasPrefix("#") ? $0 : $0 + " 1767225601" }
    let file = directory.write(timed.joined(separator: "\n") + "\n", to: "open")
    let blocks = directory.file("blocks")
    let back = Tool.run(
      "/bin/sh",
      [
        "-c",
        "mkdir -p \(blocks)/wal && "
          + "promtool tsdb create-blocks-from openmetrics \(file) \(blocks) && "
          + "promtool tsdb dump \(blocks)",
      ], timeout: 120)
    #expect(back.exitCode == 0, "\(back)")
    let value = back.output.split(separator: "\n").first { line in
      line.contains("__name__=\"sal_by_port_count_value\"") && line.contains("dest_port=\"80\"")
    }
    #expect(value?.contains("} 7 ") == true, "\(back.output)")
    #expect(value?.contains(#"note="a \"b\"\\c\nd""#) == true, "\(back.output)")
  }

  @Test func aNewWindowReplacesTheLastAndUnreadRowsAreCounted() throws {
    let sink = try Self.sink([Self.ports])
    for window in 0..<3 as Range<Int64> {
      for port in 1...5 as ClosedRange<Int64> {
        try sink.row(row(port, "", port * window, window: window))
      }
    }
    #expect(sink.unreadRows == 5, "the third window is not closed yet")
    try sink.flush()
    #expect(sink.unreadRows == 10)
    let found = samples(WebClient.metrics(sink.port))
    #expect(found["sal_by_port_count_value{dest_port=\"5\",note=\"\"}"] == "10")
    #expect(found.keys.filter { $0.hasPrefix("sal_by_port_count_value{") }.count == 5)
    #expect(found["salc_unread_rows_total"] == "10")
    #expect(found["salc_rows_total{output=\"ByPort\"}"] == "15")
    // An answer that was begun and not read is none.
    try sink.row(row(1, "", 1, window: 3))
    try sink.end(RunTotals())
    #expect(sink.unreadRows == 11, "the third was read, the fourth was not")
  }

  @Test func rowsOfOneSeriesAreShownOnceAndCounted() throws {
    let sink = try Self.sink([Self.ports])
    for count in 1...4 as ClosedRange<Int64> { try sink.row(row(80, "", count)) }
    try sink.flush()
    let found = samples(WebClient.metrics(sink.port))
    #expect(found["sal_by_port_count_value{dest_port=\"80\",note=\"\"}"] == "4")
    #expect(sink.unreadRows == 3)
  }

  @Test func namesThatBecomeOneAreRefused() {
    let clash = OutputSchema(
      name: "BY_PORT", columns: [OutputColumn(name: "N", type: .signed)], isWindowed: true)
    #expect(throws: SinkError.self) { try Self.sink([Self.ports, clash]) }
    let labels = OutputSchema(
      name: "X",
      columns: [
        OutputColumn(name: "a.b", type: .signed), OutputColumn(name: "a_b", type: .signed),
        OutputColumn(name: "N", type: .signed),
      ], isWindowed: true, keyCount: 2)
    #expect(throws: SinkError.self) { try Self.sink([labels]) }
  }

  @Test func aPortInUseIsToldWithWhatHelps() throws {
    let sink = try Self.sink([Self.total])
    let target = SinkTarget(sink: "prometheus", target: ":\(sink.port)")
    let request = SinkFactory.Request(target: target, outputs: [(index: 0, schema: Self.total)])
    #expect {
      _ = try SinkFactory.open(request)
    } throws: { error in
      "\(error)".contains("Address already in use; ‘ss -ltnp sport = :\(sink.port)’")
    }
    let port = sink.port
    try sink.end(RunTotals())
    #expect(throws: Never.self) { _ = try SinkFactory.open(request) }
    #expect(WebClient.metrics(port).isEmpty, "nobody answers before the run begins")
  }
}
