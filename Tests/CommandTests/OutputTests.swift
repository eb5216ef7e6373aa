import Glibc
import Reference
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

  /// More than a pipe holds, and a reader that sleeps: the signal ends the run, and says the loss.
  @Test(arguments: ["json", "table"]) func aSignalEndsARunThatNobodyReads(_ format: String) {
    var generator = PacketGenerator(seed: 9)
    let capture = directory.file("long.pcap")
    FileBytes.write(CaptureFile.classic(generator.frames(5000)), to: capture)
    let outcome = shell(
      "{ timeout --preserve-status -s INT 3 \"$SALC\" run -e 'P = PacketStream();' "
        + "--pcap \(capture) --format \(format); echo $? >&2; echo ended >&2; } "
        + "| { sleep 15; echo read >&2; }")
    #expect(outcome.errors.contains("rows lost at the sink: "), "\(outcome.summary)")
    #expect(outcome.errors.hasSuffix("74\nended\nread\n"), "\(outcome.summary)")
  }

  private func salc(_ arguments: [String], output: Tool.Output = .collected) -> Tool.Outcome {
    Tool.run(Tool.salc, arguments, output: output, timeout: 60)
  }
}
