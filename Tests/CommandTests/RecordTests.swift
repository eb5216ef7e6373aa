import DataModel
import TestSupport
import Testing

@Suite("Flow records on the command line") struct RecordCommandTests {
  private let directory = TemporaryDirectory()

  static let query = """
    Flows = VastStream("/nowhere.csv");
    K = STREAM Flows BY SourceIp;
    N = FOREACH K GENERATE count() WINDOW 10s;
    Bytes = FOREACH K GENERATE sum(SrcTotalBytes) WINDOW 10s;
    OUTPUT K (N, Bytes);

    """

  static func line(_ time: String, _ bytes: String) -> String {
    "\(time),d,t,6,TCP,10.0.0.1,10.0.0.2,40000,80,0,0,1.5,0,0,\(bytes),0,1,0,0\n"
  }

  private func file() -> String {
    let text =
      Self.line("100.25", "5000000000") + Self.line("109.9", "1") + "rubbish\n"
      + Self.line("300", "2") + Self.line("100", "3")
    let path = directory.path + "/flows.csv"
    _ = shell("printf '%s' '\(text)' > '\(path)'")
    return path
  }

  @Test func rowsLateRecordsAndMalformedLines() {
    let run = SalcRun(
      salc("run", "-e", Self.query, "--csv", file(), "--format", "json"))
    #expect(run.outcome.exitCode == 0 && run.violations.isEmpty, "\(run.outcome.summary)")
    #expect(run.meta?["placement"]?.string == "host")
    #expect(
      run.rows.map { $0.values[1...] } == [
        [.integer(2), .integer(5_000_000_001)], [.integer(1), .integer(2)],
      ])
    #expect(run.end?["packets"]?.integer == 4)
    #expect(run.end?["lost"]?["late"]?.integer == 1)
    #expect(run.end?["lost"]?["malformed"]?.integer == 1)
    #expect(run.outcome.errors.contains("‘Lateness = 200s;’"), "\(run.outcome.errors)")
    #expect(
      run.outcome.errors.contains("1 malformed, the first: line 3: 1 fields where 19 are expected"),
      "\(run.outcome.errors)")
  }

  @Test func bindNamesTheSource() {
    let bound = salc("run", "-e", Self.query, "--bind", "Flows=\(file())", "--format", "csv")
    #expect(
      bound.exitCode == 0 && bound.output.contains("10.0.0.1,2,5000000001"), "\(bound.summary)")
    #expect(salc("run", "-e", Self.query, "--bind", "Other=f").errors.contains("has Flows"))
    #expect(salc("run", "-e", Self.query).errors.contains("/nowhere.csv"))
    #expect(salc("run", "-e", Given.bySource, "--csv", "f").errors.contains("--pcap"))
  }

  @Test("keys beyond those that windows of items may have are counted, with what helps")
  func keysWithoutEnd() {
    let lines = (0..<40).map {
      Self.line("\(100 + $0)", "1").replacing("10.0.0.1", with: "10.0.1.\($0)")
    }
    let path = directory.write(lines.joined(), to: "many.csv")
    let query = """
      F = VastStream(); K = STREAM F BY SourceIp;
      M = FOREACH K GENERATE ave(SrcTotalBytes) WINDOW 10 ITEMS; OUTPUT FILTER K BY M > 0 (M);
      """
    let run = salc("run", "-e", query, "--csv", path, "--key-limit", "8")
    #expect(run.exitCode == 0 && run.errors.contains("at a full table"), "\(run.summary)")
    #expect(run.errors.contains("8 of them at most") && run.errors.contains("windows of time"))
    let windows = salc(
      "run", "-e", query.replacing("10 ITEMS", with: "10s"), "--csv", path, "--key-limit", "8")
    #expect(!windows.errors.contains("windows of items"), "\(windows.summary)")
  }

  @Test("a full table beside windows of items that have room is not told as theirs")
  func anotherTableIsFull() {
    let lines = (0..<40).map {
      Self.line("\(100 + $0)", "1").replacing("10.0.0.2", with: "10.0.1.\($0)")
    }
    let path = directory.write(lines.joined(), to: "many.csv")
    let query = """
      F = VastStream(); K = STREAM F BY SourceIp; D = STREAM F BY DestIp;
      M = FOREACH K GENERATE ave(SrcTotalBytes) WINDOW 10 ITEMS; OUTPUT FILTER K BY M > 0 (M);
      N = FOREACH D GENERATE count() WINDOW 1h; OUTPUT D (N);
      """
    let run = salc("run", "-e", query, "--csv", path, "--key-limit", "8")
    #expect(run.exitCode == 0 && run.errors.contains("at a full table"), "\(run.summary)")
    #expect(!run.errors.contains("windows of items"), "\(run.summary)")
  }

  /// As `tail -f` writes: the writer stays, and the rows of what it has written are there.
  @Test func rowsOfAPipeOfLinesComeBeforeItsEnd() {
    let query = "F = VastStream(); OUTPUT F (SourceIp, SrcTotalBytes);"
    let piped = shell(
      "{ { cat '\(file())'; sleep 2; echo later >&3; } | $SALC run -e '\(query)' --csv - "
        + "--format csv; } 3>&1")
    let parts = piped.output.parts(separatedBy: "later\n")
    #expect(parts.count == 2 && parts[0].contains("10.0.0.1,5000000000"), "\(piped.summary)")
  }

  /// Two datagrams of NetFlow v5; nothing follows while the signal comes.
  @Test func datagramsOfAPipeAreReadBeforeItsEnd() {
    func datagram(_ sequence: UInt8) -> [UInt8] {
      let zeros = { [UInt8](repeating: 0, count: $0) }
      let header = [0, 5, 0, 1] + zeros(4) + [0x65, 0x53, 0xF1, 0] + zeros(7) + [sequence]
      return header + zeros(4) + [10, 0, 0, 1, 10, 0, 0, 2] + zeros(40)
    }
    let path = directory.file("exported.dat")
    FileBytes.write(datagram(0) + datagram(1), to: path)
    let query = "F = NetflowV5Stream(); OUTPUT F (SourceIp, DestIp);"
    let piped = shell(
      "{ { cat '\(path)'; sleep 2; echo later >&3; } | $SALC run -e '\(query)' --netflow - "
        + "--format csv; } 3>&1")
    let parts = piped.output.parts(separatedBy: "later\n")
    #expect(parts.count == 2, "\(piped.summary)")
    #expect(parts.first?.parts(separatedBy: "10.0.0.1,10.0.0.2").count == 3, "\(piped.summary)")
  }

  @Test func gzippedFilesAndPipesAreRead() {
    let path = file()
    let piped = shell("cat '\(path)' | $SALC run -e '\(Self.query)' --csv /dev/stdin --format csv")
    let packed = shell(
      "gzip -c '\(path)' > '\(path).gz' && $SALC run -e '\(Self.query)' "
        + "--csv '\(path).gz' --format csv"
    )
    #expect(piped.output.contains("10.0.0.1,2,5000000001"), "\(piped.summary)")
    #expect(packed.output == piped.output, "\(packed.summary)")
  }

  @Test func placementSaysWhyRecordsStayOnTheHost() {
    let outcome = salc("explain", "-e", Self.query)
    #expect(outcome.output.contains("the host reads flow records"), "\(outcome.summary)")
  }
}
