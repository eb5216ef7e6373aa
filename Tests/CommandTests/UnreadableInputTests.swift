import Glibc
import TestSupport
import Testing

/// An input in which not one record could be read is bad data; one that holds nothing is not.
@Suite("Inputs without one record") struct UnreadableInputTests {
  private let directory = TemporaryDirectory()

  private static func query(_ source: String) -> String {
    "F = \(source); N = FOREACH (STREAM F BY SourceIp) GENERATE count() WINDOW 1h;"
  }

  private func file(_ name: String, _ bytes: [UInt8]) -> String {
    let path = directory.file(name)
    FileBytes.write(bytes, to: path)
    return path
  }

  static let formats = [
    "VastStream()", "CtuStream()", "NfdumpStream()",
    "CsvStream(SCHEMA(t: time, SourceIp: ip))", "JsonStream(SCHEMA(t: time, SourceIp: ip))",
  ]

  @Test("of lines: the first reason and the remedy, and 65", arguments: formats)
  func lines(source: String) {
    let path = file("notes.txt", Array("to do\n\nbuy milk\n".utf8))
    let run = salc("run", "-e", Self.query(source), "--csv", path)
    #expect(run.exitCode == 65, "\(run.summary)")
    let name = source.prefix { $0 != "(" }
    #expect(
      run.errors.contains("error: \(path): not one record of \(name) could be read"),
      "\(run.errors)")
    #expect(run.errors.contains("the first malformed: line 1: "), "\(run.errors)")
    #expect(run.errors.contains("salc schema \(name) shows what a record has"), "\(run.errors)")
  }

  @Test("more bad records than good ones: the rows of those, the share and 65")
  func mostly() {
    let good = RecordCommandTests.line("100.25", "5")
    func run(_ text: String) -> Tool.Outcome {
      let path = file("mostly.txt", Array(text.utf8))
      return salc(
        "run", "-e", Self.query("VastStream()"), "--csv", path, "--format", "csv")
    }
    let half = run("bad\n" + good)
    #expect(half.exitCode == 0 && half.errors.contains("1 malformed"), "\(half.summary)")
    let more = run("bad\n" + good + "worse\n")
    #expect(more.exitCode == 65 && more.output.contains("10.0.0.1,1"), "\(more.summary)")
    #expect(more.errors.contains("2 of 3 records (66 %) could not be read"), "\(more.errors)")
  }

  @Test(
    "a file of no datagrams ends with 65, whatever bytes in it look like",
    arguments: [
      ("NetflowV5Stream", "--netflow"), ("NetflowV9Stream", "--netflow"),
      ("IpfixStream", "--ipfix"), ("SflowStream", "--sflow"),
    ])
  func programs(_ row: (source: String, flag: String)) {
    var random = RandomSource(seed: 9)
    // The small numbers of a program's tables, among them each version, and any bytes.
    var bytes: [UInt8] = [255]
    for _ in 0..<60_000 { bytes += [0, UInt8(random.below(12))] }
    for _ in 0..<60_000 { bytes.append(UInt8(random.below(256))) }
    for path in [file("bytes.bin", bytes), "/bin/ls"] {
      let run = salc("run", "-e", Self.query("\(row.source)()"), row.flag, path)
      #expect(run.exitCode == 65 && run.explains, "\(run.summary)")
    }
  }

  @Test("behind rubbish a chain that outgrows a datagram is rubbish as well, to its last byte")
  func endless() {
    func padded(_ head: [UInt8]) -> [UInt8] {
      head + [UInt8](repeating: 255, count: 40_000 - head.count)
    }
    let zeros = { [UInt8](repeating: 0, count: $0) }
    // Two sets, and two samples, that are 40 000 bytes each.
    let set = padded([1, 0] + FrameBuilder.bytes(40_000, 2))
    let sample = padded([0, 0, 0, 1] + FrameBuilder.bytes(39_992, 4))
    let version9: [UInt8] = [0, 9, 0, 2] + zeros(16)
    let version5: [UInt8] = [0, 0, 0, 5, 0, 0, 0, 1, 10, 0, 0, 1] + zeros(12) + [0, 0, 0, 2]
    for (source, flag, bytes) in [
      ("NetflowV9Stream", "--netflow", version9 + set + set),
      ("SflowStream", "--sflow", version5 + sample + sample),
    ] {
      let path = file("endless.bin", [UInt8](repeating: 255, count: 10) + bytes)
      let run = salc("run", "-e", Self.query("\(source)()"), flag, path)
      #expect(run.exitCode == 65, "\(run.summary)")
      let count = bytes.count + 10
      #expect(
        run.errors.contains("\(count) of \(count) bytes (100 %)")
          || run.errors.contains("not one record of \(source)"), "\(run.errors)")
    }
  }

  /// A UDP port that nobody has at present.
  private func freePort() -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(descriptor, $0, length)
        _ = getsockname(descriptor, $0, &length)
      }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  @Test("a live source says at once that nothing of what comes can be read, and goes on")
  func live() {
    let port = freePort()
    let job = Job(
      Tool.salc,
      ["run", "-e", Self.query("NetflowV5Stream()"), "--netflow", ":\(port)", "--for", "60s"])
    let isListening = job.waitUntil(timeout: 30) {
      shell("grep -q \"$(printf ':%04X ' \(port))\" /proc/net/udp /proc/net/udp6").exitCode == 0
    }
    let sent = shell(
      """
      for i in 0 1 2 3 4 5 6 7 8 9; do
        bash -c 'printf "\\0\\11\\0\\1%030d" 7 >/dev/udp/127.0.0.1/\(port)'
      done
      """)
    let isTold = job.waitUntil(timeout: 30) { job.errors.contains("so far") }
    let errors = job.errors
    #expect(isListening && sent.exitCode == 0 && isTold && job.isRunning, "\(sent)\n\(errors)")
    #expect(
      errors.contains(" records (100 %) could not be read so far")
        && errors.contains("version 9 is not NetFlow v5"), "\(errors)")
    job.signal(SIGTERM)
    let end = job.wait(timeout: 30)
    #expect(!end.timedOut, "\(end.summary)")
  }

  @Test("datagrams behind rubbish are found again, and only those")
  func resumed() {
    func datagram(_ sequence: Int) -> [UInt8] {
      var bytes: [UInt8] = [0, 5, 0, 1] + [UInt8](repeating: 0, count: 4)
      bytes += FrameBuilder.bytes(1_700_000_000, 4) + [UInt8](repeating: 0, count: 4)
      bytes += FrameBuilder.bytes(sequence, 4) + [UInt8](repeating: 0, count: 4)
      return bytes + [10, 0, 0, 1] + [UInt8](repeating: 0, count: 44)
    }
    // The rubbish has a version, and what would be a count of one record.
    let rubbish: [UInt8] = [9, 9, 0, 5, 0, 1] + [UInt8](repeating: 255, count: 30)
    let path = file("flows.nf5", datagram(0) + rubbish + datagram(1) + datagram(2))
    let run = salc(
      "run", "-e", Self.query("NetflowV5Stream()"), "--netflow", path, "--format", "csv")
    #expect(run.exitCode == 0 && run.output.contains("10.0.0.1,3,at_least"), "\(run.summary)")
    #expect(run.errors.contains("3 records, 1 row, lost: 1 malformed record"), "\(run.errors)")
    #expect(run.errors.contains("36 of 252 bytes are no datagrams"), "\(run.errors)")
    let mostly = file("mostly.nf5", datagram(0) + [UInt8](repeating: 255, count: 500))
    let other = salc("run", "-e", Self.query("NetflowV5Stream()"), "--netflow", mostly)
    #expect(other.exitCode == 65, "\(other.summary)")
    #expect(other.errors.contains("500 of 572 bytes (87 %) could not be read"), "\(other.errors)")
  }

  @Test("nothing, and a header alone, are no fault")
  func nothing() {
    for text in ["", "StartTime,Dur,Proto,SrcAddr,Sport,DstAddr,Dport\n"] {
      let path = file("header.csv", Array(text.utf8))
      let run = salc("run", "-e", Self.query("CtuStream()"), "--csv", path)
      #expect(run.exitCode == 0 && run.errors.contains("0 records"), "\(text): \(run.summary)")
    }
  }

  @Test("a capture given as lines, and one without a datagram of the exporter, say so")
  func captures() {
    let path = file("packets.pcap", Given.capture())
    let asLines = salc("run", "-e", Self.query("VastStream()"), "--csv", path)
    #expect(asLines.exitCode == 65 && asLines.errors.contains("--pcap makes"), "\(asLines.summary)")
    let exported = salc("run", "-e", Self.query("NetflowV5Stream()"), "--netflow", path)
    #expect(exported.exitCode == 65, "\(exported.summary)")
    #expect(
      exported.errors.contains("is a datagram to port 2055")
        && exported.errors.contains("port: N"), "\(exported.errors)")
  }

  @Test("a pipe is not opened again to see what it was")
  func pipe() throws {
    let pipe = directory.file("flows.csv")
    #expect(shell("mkfifo \(pipe)").exitCode == 0)
    let job = Job(Tool.salc, ["run", "-e", Self.query("VastStream()"), "--csv", pipe])
    #expect(shell("echo nothing > \(pipe)").exitCode == 0)
    let run = job.wait(timeout: 30)
    #expect(run.exitCode == 65 && !run.timedOut, "\(run.summary)")
    #expect(run.errors.contains("not one record of VastStream"), "\(run.errors)")
  }

  @Test("one source of several: the rows of the others are printed, and the run fails")
  func several() {
    let good = file("good.csv", Array(RecordCommandTests.line("100.25", "5").utf8))
    let bad = file("bad.csv", Array("nothing here\n".utf8))
    let query = """
      A = VastStream();
      B = VastStream();
      X = FOREACH (STREAM A BY SourceIp) GENERATE count() WINDOW 1h;
      Y = FOREACH (STREAM B BY SourceIp) GENERATE count() WINDOW 1h;
      OUTPUT X;
      OUTPUT Y;
      """
    let run = salc(
      "run", "-e", query, "--bind", "A=\(good)", "--bind", "B=\(bad)", "--format", "csv")
    #expect(run.exitCode == 65 && run.output.contains("10.0.0.1,1"), "\(run.summary)")
    #expect(run.errors.contains("error: \(bad): not one record"), "\(run.errors)")
  }

  @Test("what cannot be opened prints nothing, not even a header")
  func unopened() {
    for place in ["/nowhere/flows.csv", "tcp:127.0.0.1:1"] {
      let run = salc(
        "run", "-e", Self.query("VastStream()"), "--csv", place, "--format", "csv")
      #expect(run.exitCode == 1 && run.output.isEmpty, "\(run.summary)")
    }
  }

  @Test("help of what is no command")
  func help() {
    let help = salc("help", "chekc")
    #expect(help.exitCode == 2 && help.output.isEmpty, "\(help.summary)")
    #expect(help.errors.contains("did you mean 'check'? Commands are check, fmt"))
    #expect(salc("help", "check").exitCode == 0)
  }
}
