import Glibc
import TestSupport
import Testing

@Suite("Bundles") struct BundleTests {
  /// An environment in which no clang can be found.
  static let withoutClang = ["PATH": "/nowhere", "SALC_CLANG": "/nowhere/clang"]

  private let directory = TemporaryDirectory()

  /// A bundle of the shared query.
  private func bundle() -> String {
    let path = directory.file("q.salb")
    let outcome = salc("compile", "-e", Given.bySource, "-o", path)
    #expect(outcome.exitCode == 0 && outcome.output.isEmpty, "\(outcome.summary)")
    return path
  }

  @Test func aBundleRunsWithoutACompiler() {
    let run = salc(
      "run", bundle(), "--pcap", directory.capture(), "--engine", "host", "--format", "csv",
      environment: Self.withoutClang)
    #expect(run.exitCode == 0, "\(run.summary)")
    #expect(run.output.contains(",10.0.0.1,3,180,"), "\(run.output)")
  }

  @Test(.enabled(if: Requirement.kernel.isMet, "needs the kernel"))
  func aBundleRunsInTheKernelWithoutACompiler() {
    let path = bundle()
    let capture = directory.capture()
    let run = salc(
      "run", path, "--pcap", capture, "--engine", "kernel", "--format", "csv",
      environment: Self.withoutClang)
    #expect(run.exitCode == 0, "\(run.summary)")
    #expect(run.output.contains(",10.0.0.1,3,180,"), "\(run.output)")
    let text = salc(
      "run", "-e", Given.bySource, "--pcap", capture, "--engine", "kernel",
      environment: Self.withoutClang)
    #expect(text.exitCode == 1 && text.errors.contains("clang"), "\(text.summary)")
  }

  @Test func theSameQueryGivesTheSameBytes() {
    let first = FileBytes.read(bundle())
    #expect(first != nil && first == FileBytes.read(bundle()))
  }

  @Test func withoutACompilerNoBundleIsLeftBehind() {
    let path = directory.file("none.salb")
    let outcome = salc(
      "compile", "-e", Given.bySource, "-o", path, environment: Self.withoutClang)
    #expect(outcome.exitCode == 1, "\(outcome.summary)")
    #expect(outcome.errors.contains("SALC_CLANG=/nowhere/clang"))
    #expect(FileBytes.read(path) == nil)
  }

  @Test func aDamagedBundleIsBadData() throws {
    let whole = try #require(FileBytes.read(bundle()))
    let capture = directory.capture()
    let path = directory.file("bad.salb")
    var random = RandomSource(seed: 3)
    for round in 0..<24 {
      var bytes = whole
      if round < 8 {
        bytes.removeLast(random.number(1...whole.count - 20))
      } else {
        let at = random.number(14...whole.count - 1)
        bytes[at] ^= UInt8(random.number(1...255))
      }
      FileBytes.write(bytes, to: path)
      let outcome = salc("run", path, "--pcap", capture, "--engine", "host")
      #expect(outcome.exitCode == 65 && outcome.explains, "\(round): \(outcome.summary)")
      #expect(outcome.output.isEmpty)
    }
  }

  @Test func aBundleIsCheckedAndExplainedAsItsText() {
    let path = bundle()
    for command in ["explain", "check"] {
      let outcome = salc(command, path)
      #expect(outcome.exitCode == 0, "\(command): \(outcome.summary)")
    }
  }

  @Test func theOutputOfCompileIsNeverADevice() {
    // A file is replaced by renaming; a device or a pipe must be written to instead.
    let outcome = salc("compile", "-e", Given.bySource, "-o", "/dev/null")
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
    #expect(shell("test -c /dev/null").exitCode == 0)
    let full = salc("compile", "-e", Given.bySource, "-o", "/dev/full")
    #expect(full.exitCode == 74 && full.explains, "\(full.summary)")
    #expect(shell("test -c /dev/full").exitCode == 0)
    let missing = salc("compile", "-e", Given.bySource, "-o", "/nowhere/q.salb")
    #expect(missing.exitCode == 74 && missing.errors.contains("/nowhere/q.salb"))
  }
}
