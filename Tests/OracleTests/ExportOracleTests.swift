import TestSupport
import Testing

/// The decoders of exported flows beside tshark's, on the same datagrams, record by record.
@Suite(
  "Exported records agree with tshark",
  .enabled(if: Requirement.captures.isMet, "needs captures: SALC_TEST_DATA"),
  .enabled(if: Requirement.program("tshark").isMet, "needs the program tshark"))
struct ExportOracleTests {
  private let directory = TemporaryDirectory()

  /// Our records of a capture, by the first of the columns that are asked for.
  private func ours(
    _ source: String, _ columns: [String], _ flag: String, _ path: String
  ) -> (rows: [[String]], notes: String) {
    let query = "F = \(source)(); OUTPUT F (\(columns.joined(separator: ", ")));"
    let run = Tool.run(Tool.salc, ["run", "-e", query, flag, path, "--format", "csv"])
    #expect(run.exitCode == 0, "\(run.errors)")
    let rows = run.output.split(whereSeparator: \.isNewline).dropFirst().map { line in
      // Behind the time, before the quality.
      line.split(separator: ",", omittingEmptySubsequences: false).dropFirst().dropLast()
        .map(String.init)
    }
    return (rows, run.errors)
  }

  @Test(
    "softflowd's records",
    .enabled(if: Requirement.program("softflowd").isMet, "needs the program softflowd"),
    arguments: [
      (5, "NetflowV5Stream", "--netflow", 2055), (9, "NetflowV9Stream", "--netflow", 2055),
      (10, "IpfixStream", "--ipfix", 4739),
    ])
  func softflowd(row: (version: Int, source: String, flag: String, port: Int)) throws {
    let recorder = try #require(ExportRecorder())
    _ = Tool.run(
      try #require(Tool.find("softflowd")),
      [
        "-r", TestCaptures.path("d19_mixed_small.pcap"), "-n", "127.0.0.1:\(recorder.port)", "-v",
        "\(row.version)", "-d",
      ], timeout: 5)
    let path = directory.file("exported.pcap")
    ExportCapture.write(recorder.datagrams().map { (1, $0) }, port: row.port, to: path)
    let theirs = try #require(TsharkExports.flows(of: path, TsharkExports.flowColumns))
    let mine = ours(row.source, TsharkExports.flowColumns.map(\.name), row.flag, path).rows
    // Options have neither address, and are no flows.
    let wanted = (theirs["10.0.0.1"] ?? []).filter { !$0[0].isEmpty }
    #expect(wanted.count > 20)
    #expect(mine == wanted)
  }

  @Test(
    "the records of routers and probes of many makers",
    arguments: [
      ("netflow5", "NetflowV5Stream", "--netflow", 2055),
      ("netflow9", "NetflowV9Stream", "--netflow", 2055),
      ("ipfix", "IpfixStream", "--ipfix", 4739),
    ])
  func makers(row: (prefix: String, source: String, flag: String, port: Int)) throws {
    let exporters = ExportSamples.byExporter(row.prefix)
    let path = directory.file("exported.pcap")
    ExportCapture.write(
      exporters.enumerated().flatMap { index, exporter in
        exporter.datagrams.map { (index + 1, $0) }
      }, port: row.port, to: path)
    // Addresses, ports and the protocol: of packets and octets makers send several counters.
    let columns = Array(TsharkExports.flowColumns.prefix(5))
    let theirs = try #require(TsharkExports.flows(of: path, columns))
    let mine = ours(row.source, ["ExporterIp"] + columns.map(\.name), row.flag, path).rows
    let mineBy = Dictionary(grouping: mine) { $0[0] }.mapValues { $0.map { Array($0[1...]) } }
    var compared = 0
    for (index, exporter) in exporters.enumerated() {
      if ExportSamples.beyondTshark.contains(exporter.name) { continue }
      let wanted = theirs["10.0.0.\(index + 1)"] ?? []
      // Records of options, which tshark lists among the flows, have none of these fields.
      let flows = wanted.filter { $0.contains { !$0.isEmpty } }
      let found = (mineBy["10.0.0.\(index + 1)"] ?? []).filter { $0.contains { !$0.isEmpty } }
      #expect(found == flows, "\(exporter.name)")
      compared += flows.count
    }
    #expect(compared > 60)
  }

  @Test(
    "the samples of pmacctd's sFlow probe",
    .enabled(if: Requirement.program("pmacctd").isMet, "needs the program pmacctd"))
  func sfprobe() throws {
    let recorder = try #require(ExportRecorder())
    let settings = """
      daemonize: false
      pcap_savefile: \(TestCaptures.path("d19_mixed_small.pcap"))
      plugins: sfprobe[a]
      sfprobe_receiver: 127.0.0.1:\(recorder.port)
      sampling_rate: 1
      sfprobe_agentip: 127.0.0.1

      """
    let configuration = directory.write(settings, to: "pmacctd.conf")
    _ = Tool.run(try #require(Tool.find("pmacctd")), ["-f", configuration], timeout: 20)
    let path = directory.file("samples.pcap")
    ExportCapture.write(recorder.datagrams().map { (1, $0) }, port: 6343, to: path)
    try compareSamples(path, atLeast: 30)
  }

  @Test("a switch's samples, and its counters are counted")
  func capturedSamples() throws {
    try compareSamples(TestCaptures.path("d22_sflow_v5.pcap"), atLeast: 13)
  }

  private func compareSamples(_ path: String, atLeast least: Int) throws {
    let theirs = try #require(TsharkExports.samples(of: path))
    let names = TsharkExports.sampleColumns.map(\.name)
    let mine = ours("SflowStream", names, "--sflow", path)
    #expect(theirs.packets.count >= least)
    // tshark has no protocol of IPv6 under that name.
    let hidden = try #require(names.firstIndex(of: "IpLayerProtocol"))
    func shown(_ rows: [[String]]) -> [[String]] {
      rows.map { row in
        var row = row
        if row.contains(where: { $0.contains(":") && $0.utf8.count != 17 }) { row[hidden] = "" }
        return row
      }
    }
    #expect(shown(mine.rows) == shown(theirs.packets))
    #expect(
      theirs.counters == 0
        || mine.notes.contains("\(theirs.counters) samples of counters are no packets"))
  }
}

/// Datagrams that exporters of the world sent, out of `SALC_TEST_DATA/flows`.
enum ExportSamples {
  /// tshark stops behind as many records of NetFlow v9 as the header counts, where these
  /// exporters count something else; of `invalid01` the header's length is wrong. Of version 5 it
  /// shows the records of headers that announce more than Cisco's format has, which nfcapd and
  /// logstash refuse, and so do we.
  static let beyondTshark = [
    "netflow9_test_h3c", "netflow9_test_invalid01", "netflow5_test_invalid01",
    "netflow5_test_invalid02",
  ]

  /// The files of a protocol by exporter, templates before data.
  static func byExporter(_ prefix: String) -> [(name: String, datagrams: [[UInt8]])] {
    guard let data = Repository.testData else { return [] }
    let folder = data + "/flows/logstash_netflow"
    var found: [String: [(isData: Bool, name: String)]] = [:]
    for name in FileBytes.names(in: folder) where name.hasPrefix(prefix) {
      let stem = name.split(separator: ".")[0]
      // `…_tpl256` and `…_data256` are of one exporter.
      let parts = stem.split(separator: "_").prefix {
        !$0.hasPrefix("tpl") && !$0.hasPrefix("data") && !$0.hasPrefix("opt")
      }
      found[parts.joined(separator: "_"), default: []].append((!name.contains("tpl"), name))
    }
    return found.sorted { $0.key < $1.key }.map { key, files in
      let ordered = files.sorted { (!$1.isData ? 1 : 0, $0.name) < (!$0.isData ? 1 : 0, $1.name) }
      return (key, ordered.compactMap { FileBytes.read(folder + "/" + $0.name) })
    }
  }
}
