import TestSupport
import Testing

/// `samples/botnet/` as its README has it: features of real records, then a forest that learns from
/// them.
@Suite(
  "The botnet sample",
  .enabled(if: Requirement.captures.isMet, "\(Requirement.captures.reason)"),
  .enabled(
    if: Requirement.python("sklearn").isMet, "needs Python with scikit-learn: scripts/setup"))
struct BotnetSampleTests {
  private let directory = TemporaryDirectory()

  @Test("tells the bot's flows as its README says, in both directions of time")
  func evaluation() throws {
    let records = (Repository.testData ?? "") + "/flows/ctu13_s01_sample.vast.csv.gz"
    let sample = Repository.root + "/samples/botnet"
    let run = shell(
      "cd '\(directory.path)' && $SALC run '\(sample)/features.sal' --csv '\(records)' && "
        + "'\(Tool.python)' '\(sample)/evaluate.py' --seeds 1 features.csv")
    #expect(run.exitCode == 0, "\(run.summary)")
    let printed = run.output.split(separator: "\n")
    let promised = Repository.text("samples/botnet/README.md").split(separator: "\n")
      .drop { !$0.hasPrefix("features.csv: ") }.prefix(3)
    try #require(printed.count == 3 && promised.count == 3, "\(run.output)")
    #expect(printed.first == promised.first)
    for (line, promise) in zip(printed, promised).dropFirst() {
      #expect(line.prefix { $0 != ":" } == promise.prefix { $0 != ":" })
      let found = try #require(Self.mean(line), "\(line)")
      let told = try #require(Self.mean(promise), "\(promise)")
      // One seed of three, and forests of other versions differ in the third decimal.
      #expect(abs(found - told) <= 0.01, "\(line), the README: \(promise)")
    }
  }

  /// Made up: of one scenario a feature tells the label, of another it does not, of a third there
  /// is nothing to learn.
  @Test("prints each of several scenarios, and their mean")
  func scenarios() throws {
    var random = RandomSource(seed: 11)
    func write(_ name: String, _ row: (Int) -> (label: Int, feature: Int)) {
      let rows = (0..<400).map(row).map { "\($0.label),\($0.feature)\n" }
      _ = directory.write("Label,F0\n" + rows.joined(), to: name)
    }
    write("told.csv") { ($0 % 4 == 0 ? 1 : 0, $0 % 4 == 0 ? 5 : 1) }
    write("noise.csv") { ($0 % 4 == 0 ? 1 : 0, random.number(0...9)) }
    write("clean.csv") { (0, $0) }
    let evaluate = "'\(Tool.python)' '\(Repository.root)/samples/botnet/evaluate.py' --seeds 1 "
    let run = shell("cd '\(directory.path)' && \(evaluate) told.csv clean.csv noise.csv")
    let lines = run.output.split(separator: "\n")
    #expect(run.exitCode == 1 && run.errors.contains("clean.csv: 0 flows"), "\(run.summary)")
    try #require(lines.count == 7, "\(run.output)")
    #expect(lines[0] == "told.csv: 400 flows, 100 of botnets, 200 | 200")
    #expect(Self.mean(lines[1]) == 1 && Self.mean(lines[2]) == 1)
    #expect(lines[3].hasPrefix("noise.csv: 400 flows"))
    let noise = try #require(Self.mean(lines[4]), "\(lines[4])")
    #expect(abs(noise - 0.5) < 0.2)
    #expect(lines[6].hasPrefix("2 scenarios: mean ROC AUC "))
    let mean = try #require(lines[6].split(separator: " ").dropLast(2).last.flatMap { Double($0) })
    #expect(mean > 0.5 && mean < 1)
    #expect(shell("cd '\(directory.path)' && \(evaluate) told.csv noise.csv").exitCode == 0)
  }

  private static func mean(_ line: Substring) -> Double? {
    line.split(separator: " ").last.flatMap { Double($0) }
  }
}
