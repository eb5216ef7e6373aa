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

  private static func mean(_ line: Substring) -> Double? {
    line.split(separator: " ").last.flatMap { Double($0) }
  }
}
