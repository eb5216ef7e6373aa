import TestSupport
import Testing

/// What `explain` declares that a run keeps on the host, against what runs of two lengths take.
@Suite(
  "Memory on the host",
  .enabled(if: Requirement.program("python3").isMet, "needs the program python3"))
struct HostMemoryTests {
  private static let flows = "F = VastStream(\"none\"); K = STREAM F BY SourceIp; "

  static let queries = [
    "N = FOREACH K GENERATE count() WINDOW 10s; B = FOREACH K GENERATE sum(SrcTotalBytes) "
      + "WINDOW 10s; OUTPUT TOP 10 K BY B;",
    "OUTPUT FOREACH K GENERATE count() WINDOW 40s SLIDE 10s;",
    "OUTPUT FOREACH K GENERATE countdistinct(DestPort) WITHIN 5% WINDOW 10s;",
    "OUTPUT FOREACH K GENERATE topk(DestPort, 3) WINDOW 10s;",
    "A = FOREACH K GENERATE ave(SrcTotalBytes, 100, 2); "
      + "M = FOREACH K GENERATE max(SrcTotalBytes, 100, 2); OUTPUT F (A, M);",
    "OUTPUT DISTINCT F BY SourceIp, DestPort WINDOW 10s;",
  ]

  /// Writes records of 2000 hosts, a hundred a second.
  private static func write(_ count: Int, to path: String) {
    _ = shell(
      "awk 'BEGIN { for (i = 0; i < \(count); i++) printf \"%d.%02d,d,t,6,TCP,10.0.%d.%d,"
        + "10.1.0.%d,%d,%d,0,0,1.5,0,0,%d,0,1,0,0\\n\", 1000 + i / 100, i % 100, i % 2000 / 200, "
        + "i % 200, i % 250, 40000 + i % 7, i % 500, i % 1500 }' > '\(path)'")
  }

  /// The peak memory of a run, in bytes; nil where it failed.
  private static func peak(_ query: String, _ file: String) -> Int? {
    let watch = """
      import resource, subprocess, sys
      said = subprocess.DEVNULL
      status = subprocess.run(sys.argv[1:], stdout=said, stderr=said).returncode
      print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
      sys.exit(status)
      """
    let run = Tool.run(
      Tool.find("python3") ?? "python3",
      ["-c", watch, Tool.salc, "run", "-e", query, "--key-limit", "4096", "--csv", file])
    guard run.exitCode == 0, let kibibytes = Int(run.output.dropLast()) else { return nil }
    return kibibytes * 1024
  }

  @Test("is within twice of what is declared, and does not grow with the input", arguments: queries)
  func declared(query: String) throws {
    let directory = TemporaryDirectory()
    let text = Self.flows + query
    let explained = salc("explain", "-e", text, "--key-limit", "4096", "--format", "json")
    let totals = try #require(JSON(explained.output)?["totals"], "\(explained.summary)")
    let declared = try #require(totals["host_state_bytes_max"]?.integer)
    #expect(declared > 0)
    Self.write(10_000, to: directory.file("short.csv"))
    Self.write(40_000, to: directory.file("long.csv"))
    let short = try #require(Self.peak(text, directory.file("short.csv")))
    let long = try #require(Self.peak(text, directory.file("long.csv")))
    #expect(long <= 2 * Int(declared) + 64 << 20, "\(long) of \(declared) declared")
    #expect(long - short <= 8 << 20, "\(short), then \(long)")
  }

  @Test("is told for every part that keeps something")
  func parts() throws {
    let explained = salc("explain", "-e", Self.flows + Self.queries[4])
    #expect(
      explained.output.contains(" a key, of at most 1048576, and 1 GiB of the windows' values")
        && explained.output.contains("host state at most "), "\(explained.output)")
    for sample in Sample.all where !sample.file.contains("flows-from") {
      let file = Repository.root + "/" + sample.file
      let outcome = salc("explain", file, "--format", "json")
      let nodes = try #require(JSON(outcome.output)?["nodes"]?.elements, "\(outcome.summary)")
      for node in nodes {
        let id = node["id"]?.string ?? ""
        let isState = ["a", "i", "s", "r"].contains(id.prefix(1))
        #expect(!isState || (node["host_state"]?["bytes_max"]?.integer ?? 0) > 0, "\(node)")
      }
    }
  }
}
