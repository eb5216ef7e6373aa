import Glibc
import TestSupport
import Testing

/// The exit codes that need an interface, in namespaces of their own.
@Suite(
  "run on an interface", .serialized, .enabled(if: Requirement.kernel.isMet, "needs the kernel"))
struct InterfaceTests {
  private static func arguments(_ more: String...) -> [String] {
    ["run", "-e", Given.bySource, "--format", "json"] + more
  }

  /// Whether the run has begun, that is, is attached.
  private static func begins(_ job: Job) -> Bool {
    job.waitUntil { job.output.contains(#""type":"meta""#) }
  }

  @Test(arguments: [SIGINT, SIGTERM]) func aSignalFlushesAndEndsWithZero(_ signal: Int32) throws {
    let pair = try Namespaces("signal\(signal)")
    let job = pair.start(
      in: pair.receiver, Tool.salc, Self.arguments("--iface", pair.receivingInterface))
    #expect(Self.begins(job), "\(job.errors)")
    #expect(pair.hasProgram)
    job.signal(signal)
    let outcome = job.wait(timeout: 20)
    #expect(outcome.exitCode == 0 && !outcome.timedOut, "\(outcome.summary)")
    #expect(SalcRun(outcome).end != nil && SalcRun(outcome).violations.isEmpty)
    #expect(!pair.hasProgram)
  }

  @Test func anotherProgramOnTheInterfaceIsCodeFiveAndStays() throws {
    let pair = try Namespaces("busy")
    let holder = pair.start(
      in: pair.receiver, Tool.salc, Self.arguments("--iface", pair.receivingInterface))
    #expect(Self.begins(holder), "\(holder.errors)")
    let second = pair.run(
      in: pair.receiver, Tool.salc, Self.arguments("--iface", pair.receivingInterface))
    #expect(second.exitCode == 5 && second.explains, "\(second.summary)")
    #expect(second.errors.contains(pair.receivingInterface) && second.errors.contains("salc"))
    #expect(second.output.isEmpty && holder.isRunning && pair.hasProgram)
    holder.signal(SIGTERM)
    #expect(holder.wait(timeout: 20).exitCode == 0)
  }

  @Test func aDriverWithoutTheModeIsCodeSix() throws {
    let pair = try Namespaces("mode")
    // The loopback device has no native XDP.
    let outcome = pair.run(
      in: pair.sender, Tool.salc, Self.arguments("--iface", "lo", "--attach", "native"))
    #expect(outcome.exitCode == 6 && outcome.explains, "\(outcome.summary)")
    #expect(outcome.errors.contains("lo") && outcome.output.isEmpty)
    let generic = pair.run(
      in: pair.sender, Tool.salc, Self.arguments("--iface", "lo", "--for", "200ms"))
    #expect(generic.exitCode == 0, "\(generic.summary)")
    #expect(generic.errors.contains("generic"), "\(generic.errors)")
    #expect(SalcRun(generic).meta?["attach"]?.string == "generic")
  }

  @Test func anInterfaceThatGoesAwayEndsTheRun() throws {
    let pair = try Namespaces("gone")
    let job = pair.start(
      in: pair.receiver, Tool.salc, Self.arguments("--iface", pair.receivingInterface))
    #expect(Self.begins(job), "\(job.errors)")
    pair.deletePair()
    let outcome = job.wait(timeout: 20)
    #expect(outcome.exitCode == 1 && outcome.explains && !outcome.timedOut, "\(outcome.summary)")
    #expect(outcome.errors.contains(pair.receivingInterface), "\(outcome.errors)")
  }

  @Test func aReaderThatGoesAwayEndsTheRun() throws {
    let pair = try Namespaces("reader")
    let job = pair.start(
      in: pair.receiver, Tool.salc, Self.arguments("--iface", pair.receivingInterface),
      output: .closedPipe)
    let outcome = job.wait(timeout: 20)
    #expect(outcome.exitCode == 0 && !outcome.timedOut, "\(outcome.summary)")
    #expect(!pair.hasProgram)
  }

  @Test func aMisspeltInterfaceNamesTheOneMeant() throws {
    let pair = try Namespaces("name")
    let outcome = pair.run(in: pair.receiver, Tool.salc, Self.arguments("--iface", "salcxr"))
    #expect(outcome.exitCode == 1 && outcome.explains, "\(outcome.summary)")
    #expect(outcome.errors.contains(pair.receivingInterface), "\(outcome.errors)")
  }

  @Test func theFlagsOfCapturesAreRefused() throws {
    let pair = try Namespaces("flags")
    let outcome = pair.run(
      in: pair.sender, Tool.salc, Self.arguments("--iface", "lo", "--engine", "host"))
    #expect(outcome.exitCode == 2 && outcome.errors.contains("--place"), "\(outcome.summary)")
  }
}

@Suite("Interrupted captures") struct InterruptionTests {
  @Test func beforeAnyResultIsCodeOneHundredAndThirty() {
    let directory = TemporaryDirectory()
    let pipe = directory.file("pipe.pcap")
    #expect(shell("mkfifo \(pipe)").exitCode == 0)
    // A writer that gives the capture's header and then nothing.
    let writer = open(pipe, O_RDWR | O_CLOEXEC)
    defer { close(writer) }
    let head = Array(Given.capture().prefix(24))
    #expect(head.withUnsafeBytes { write(writer, $0.baseAddress, $0.count) } == 24)
    let job = Job(
      Tool.salc, ["run", "-e", Given.bySource, "--pcap", pipe, "--format", "json"])
    #expect(job.waitUntil { job.output.contains(#""type":"meta""#) }, "\(job.errors)")
    usleep(100_000)
    job.signal(SIGINT)
    let outcome = job.wait(timeout: 10)
    #expect(outcome.exitCode == 130 && !outcome.timedOut, "\(outcome.summary)")
  }
}
