import Glibc
import Reference
import TestSupport
import Testing

/// Exported sketches against Apache DataSketches itself: its stock functions read and merge ours,
/// and ours, merged over the windows, say what its own sketches of tshark's values say.
@Suite(
  "Apache DataSketches reads and merges exported sketches",
  .enabled(if: Requirement.captures.isMet, "needs captures: SALC_TEST_DATA"),
  .enabled(if: Requirement.program("tshark").isMet, "needs the program tshark"),
  .enabled(
    if: Requirement.python("datasketches").isMet, "needs Python with datasketches: scripts/setup"))
struct SketchExportTests {
  private static let query = """
    P = PacketStream();
    H = FOREACH P GENERATE hllsketch(SourceIp) WITHIN 2% WINDOW 5s;
    T = FOREACH P GENERATE thetasketch(SourceIp) WINDOW 5s;
    L = FOREACH P GENERATE kllsketch(frame.len) WINDOW 5s;
    Small = FOREACH P GENERATE kllsketch(frame.len, 8) WINDOW 5s;
    F = FOREACH P GENERATE frequentsketch(SourceIp, 8) WINDOW 5s;
    Bytes = FOREACH P GENERATE frequentsketch(SourceIp, 1024, frame.len) WINDOW 5s;
    """

  /// Merges the sketches of all rows and asks them what the library's own sketches of all values
  /// know; the arguments are our rows and tshark's values.
  private static let judge = """
    import base64, bisect, collections, json, sys
    from datasketches import *

    rows = [json.loads(line) for line in open(sys.argv[1])]
    values = [line.rstrip("\\n").split("\\t") for line in open(sys.argv[2])]
    sources = [v[0] or v[1] for v in values if v[0] or v[1]]
    lengths = sorted(int(v[2]) for v in values)
    images = collections.defaultdict(list)
    for row in rows:
        if row["type"] == "row" and row["fields"][row["output"]] is not None:
            images[row["output"]].append(base64.b64decode(row["fields"][row["output"]]))
    assert len(images["T"]) > 1 and len(images["H"]) == len(images["L"]) == len(images["F"])

    theta, hll, own = theta_union(), hll_union(14), update_theta_sketch()
    natural = hll_sketch(14, HLL_8)
    for image in images["T"]: theta.update(compact_theta_sketch.deserialize(image))
    for image in images["H"]: hll.update(hll_sketch.deserialize(image))
    for source in sources: own.update(source); natural.update(source)
    distinct = len(set(sources))
    if own.is_estimation_mode():
        # More than a sketch keeps: which hashes stay is each one's own affair, but of those below
        # both limits each has all.
        united = theta.get_result()
        assert united.is_estimation_mode(), "theta"
        assert united.get_lower_bound(3) <= distinct <= united.get_upper_bound(3), "theta"
        for a, b in (own.compact(), united), (united, own.compact()):
            assert theta_a_not_b().compute(a, b).get_estimate() == 0, "theta difference"
    else:
        assert theta.get_result().get_estimate() == own.get_estimate(), "theta"
    # The same hash: an intersection finds everything, a union nothing new.
    both = theta_intersection(); both.update(own.compact()); both.update(theta.get_result())
    error = abs(both.get_result().get_estimate() / own.get_estimate() - 1)
    assert error <= (0.05 if own.is_estimation_mode() else 0), "theta intersection"
    before = hll.get_estimate(); hll.update(natural)
    assert hll.get_estimate() == before and abs(before / distinct - 1) <= 0.02, "hll"

    for name, k in ("L", 200), ("Small", 8):
        kll = kll_doubles_sketch(k)
        for image in images[name]: kll.merge(kll_doubles_sketch.deserialize(image))
        assert kll.n == len(lengths), (name, kll.n, len(lengths))
        assert (kll.get_min_value(), kll.get_max_value()) == (lengths[0], lengths[-1]), name
        allowed = kll.normalized_rank_error(False) * (1 if k == 200 else 1.5)
        for share in range(1, 100):
            value = kll.get_quantile(share / 100)
            low = bisect.bisect_left(lengths, value) / len(lengths)
            high = bisect.bisect_right(lengths, value) / len(lengths)
            assert low - allowed <= share / 100 <= high + allowed, (name, share, value, low, high)

    counts, weights = collections.Counter(sources), collections.Counter()
    for v in values:
        if v[0] or v[1]: weights[v[0] or v[1]] += int(v[2])
    for name, truth, size in ("F", counts, 3), ("Bytes", weights, 10):
        frequent = frequent_strings_sketch(size)
        for image in images[name]: frequent.merge(frequent_strings_sketch.deserialize(image))
        assert frequent.total_weight == sum(truth.values()), name
        for item, count in truth.items():
            assert frequent.get_lower_bound(item) <= count <= frequent.get_upper_bound(item), item
        if name == "Bytes" and len(truth) < 768:
            assert frequent.get_estimate(max(truth, key=truth.get)) == max(truth.values())
    print(distinct, len(lengths))
    """

  @Test("on the host")
  func host() throws { try expectRead(engine: "host") }

  @Test("in the kernel", .enabled(if: Requirement.kernel.isMet, "needs the kernel"))
  func kernel() throws { try expectRead(engine: "kernel") }

  /// 9 000 sources in two windows that share a third of them: more than any sketch here keeps.
  private func manySources(in directory: TemporaryDirectory) -> String {
    let frames = (0..<13_000).map { number in
      let datagram = FrameBuilder.udp(
        source: 5353, destination: 53, payload: [UInt8](repeating: 7, count: number % 400))
      let packet = FrameBuilder.ipv4(
        source: [10, 7] + FrameBuilder.bytes(number % 9000, 2), destination: [192, 0, 2, 1],
        protocol: 17, payload: datagram)
      return CapturedFrame(
        time: 1_700_000_000_000_000_000 + Int64(number) * 750_000,
        bytes: FrameBuilder.ethernet(type: 0x0800, payload: packet))
    }
    let path = directory.file("many.pcap")
    FileBytes.write(CaptureFile.classic(frames), to: path)
    return path
  }

  /// An empty file of our own, for a program to write.
  private func temporary() -> String {
    var path = Array("/tmp/salc-sketches-XXXXXX".utf8CString)
    close(mkstemp(&path))
    return String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private func expectRead(engine: String) throws {
    let tshark = try #require(Tool.find("tshark"))
    let directory = TemporaryDirectory()
    let real = ["d05_web_dns_mix_76s.pcap", "d14_ddos_backscatter_24h.pcap"]
    for capture in real.map({ TestCaptures.path($0) }) + [manySources(in: directory)] {
      let (rows, values) = (temporary(), temporary())
      defer { for path in [rows, values] { unlink(path) } }
      let run = Tool.run(
        Tool.salc,
        ["run", "-e", Self.query, "--pcap", capture, "--engine", engine, "--format", "json"],
        output: .file(rows))
      #expect(run.exitCode == 0, "\(run.errors)")
      let fields = ["ip.src", "ipv6.src", "frame.len"].flatMap { ["-e", $0] }
      let told = Tool.run(
        tshark, ["-r", capture, "-T", "fields", "-E", "occurrence=f"] + fields,
        output: .file(values))
      #expect(told.exitCode == 0, "\(told.errors)")
      let verdict = Tool.run(Tool.python, ["-c", Self.judge, rows, values])
      #expect(verdict.exitCode == 0, "\(capture): \(verdict.errors)")
    }
  }
}
