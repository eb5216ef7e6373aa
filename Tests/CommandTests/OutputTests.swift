import Glibc
import TestSupport
import Testing

@Suite("Outputs that end or fill") struct OutputTests {
  private let directory = TemporaryDirectory()

  private func commands() -> [[String]] {
    let capture = directory.capture()
    let query = Given.bySource
    return [
      ["--version"], ["--help"], ["help", "run"], ["fmt", "-e", query], ["explain", "-e", query],
      ["compile", "-e", query, "--emit", "c"], ["compile", "-e", query, "--emit", "plan"],
      ["why", "SAL0101"],
    ] + ["table", "json", "csv"].map { ["run", "-e", query, "--pcap", capture, "--format", $0] }
  }

  @Test func aClosedOutputEndsQuietlyWithZero() {
    for arguments in commands() where salc(arguments).exitCode == 0 {
      let outcome = salc(arguments, output: .closedPipe)
      #expect(outcome.exitCode == 0, "\(arguments): \(outcome.summary)")
      #expect(!outcome.errors.contains("error"), "\(arguments): \(outcome.summary)")
    }
  }

  @Test func aFullDiskIsCodeSeventyFourWithAMessage() {
    for arguments in commands() where salc(arguments).exitCode == 0 {
      let outcome = salc(arguments, output: .file("/dev/full"))
      #expect(outcome.exitCode == 74, "\(arguments): \(outcome.summary)")
      #expect(
        outcome.errors.lowercased().contains("no space left"),
        "\(arguments): \(outcome.summary)")
    }
  }

  @Test func anOutputThatWasNeverOpenIsAMessage() {
    for arguments in commands() where salc(arguments).exitCode == 0 {
      let words = arguments.map { "'\($0)'" }.joined(separator: " ")
      let outcome = shell("\"$SALC\" \(words) >&-")
      #expect(outcome.exitCode == 74 && outcome.explains, "\(arguments): \(outcome.summary)")
    }
  }

  @Test func aPipelineThatReadsNothingIsQuiet() {
    let capture = directory.capture()
    let outcome = shell(
      "{ \"$SALC\" run -e '\(Given.bySource)' --pcap \(capture) --format json; echo $? >&2; } "
        + "| head -n 0")
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors == "0\n", "\(outcome.summary)")
  }

  private func salc(_ arguments: [String], output: Tool.Output = .collected) -> Tool.Outcome {
    Tool.run(Tool.salc, arguments, output: output, timeout: 60)
  }
}
