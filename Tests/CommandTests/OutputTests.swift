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

  /// A pipe that is full, and that nobody reads: the signal ends the run, and says the loss.
  @Test(arguments: ["json", "table"]) func aSignalEndsARunThatNobodyReads(_ format: String) throws {
    var generator = PacketGenerator(seed: 9)
    let capture = directory.file("long.pcap")
    FileBytes.write(CaptureFile.classic(generator.frames(5000)), to: capture)
    let pipe = directory.file("pipe")
    try #require(mkfifo(pipe, 0o600) == 0)
    let reader = open(pipe, O_RDWR | O_NONBLOCK | O_CLOEXEC)
    try #require(reader >= 0)
    defer { close(reader) }
    // A pipe holds 64 KiB, pipe(7); room for less than PIPE_BUF bytes is none.
    let full = Int32(65_536 - 2 * PIPE_BUF)
    let job = Job(
      Tool.salc, ["run", "-e", "P = PacketStream();", "--pcap", capture, "--format", format],
      output: .file(pipe))
    let isFull = job.waitUntil(timeout: 60) {
      var bytes: Int32 = 0
      return ioctl(reader, UInt(FIONREAD), &bytes) == 0 && bytes > full
    }
    #expect(isFull, "the rows are more than a pipe holds")
    job.signal(SIGINT)
    let outcome = job.wait(timeout: 60)
    #expect(outcome.exitCode == 74 && !outcome.timedOut, "\(outcome.summary)")
    #expect(outcome.errors.contains("rows lost at the sink: "), "\(outcome.summary)")
  }

  private func salc(_ arguments: [String], output: Tool.Output = .collected) -> Tool.Outcome {
    Tool.run(Tool.salc, arguments, output: output, timeout: 60)
  }
}
