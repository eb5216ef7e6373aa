import DataModel
import Glibc
import TestSupport
import Testing

extension Live {
  /// However a run ends, it says so and leaves nothing attached.
  @Suite(
    "How live runs end", .serialized, .enabled(if: Requirement.kernel.isMet, "needs the kernel"),
    .enabled(if: Requirement.program("tcpreplay").isMet, "needs the program tcpreplay"))
  struct EndTests {
    @Test("SIGINT and SIGTERM flush the open window", arguments: [SIGINT, SIGTERM])
    func signals(signal: Int32) throws {
      let run = try LiveRun(Namespaces("signal"), Self.longWindow)
      let sent = try run.send(LiveTraffic.syns(sources: 3, times: 10))
      usleep(300_000)
      let result = run.stop(signal)
      #expect(result.outcome.exitCode == 0, "\(result.outcome)")
      #expect(result.total() == sent)
      #expect(result.rows.allSatisfy { $0.quality == .partial })
      #expect(!run.namespaces.hasProgram)
    }

    @Test("a signal before the program is attached: 130 and no output")
    func interruptedEarly() throws {
      let pair = try Namespaces("early")
      // A stand-in for clang that is slow enough to be interrupted at.
      let directory = TemporaryDirectory()
      let clang = directory.write("#!/bin/sh\nexec sleep 3\n", to: "clang")
      chmod(clang, 0o755)
      let job = pair.start(
        in: pair.receiver, "/usr/bin/env",
        ["SALC_CLANG=" + clang, Tool.salc, "run", "-e", Self.longWindow]
          + ["--iface", pair.receivingInterface, "--format", "json"])
      usleep(700_000)
      job.signal(SIGINT)
      let outcome = job.wait(timeout: 20)
      #expect(outcome.exitCode == 130 && outcome.output.isEmpty, "\(outcome)")
      #expect(!pair.hasProgram)
    }

    @Test("SIGKILL leaves nothing attached")
    func kill() throws {
      let run = try LiveRun(Namespaces("kill"), Self.longWindow)
      #expect(run.namespaces.hasProgram)
      run.job.signal(SIGKILL)
      #expect(run.job.wait(timeout: 10).exitCode == 128 + SIGKILL)
      usleep(200_000)
      #expect(!run.namespaces.hasProgram)
    }

    @Test("another's program is not replaced, and its holder is named")
    func conflict() throws {
      let run = try LiveRun(Namespaces("conflict"), Self.longWindow)
      let second = run.namespaces.run(
        in: run.namespaces.receiver, Tool.salc,
        ["run", "-e", Self.longWindow, "--iface", run.namespaces.receivingInterface])
      #expect(second.exitCode == 5, "\(second)")
      #expect(second.errors.contains("salc") && second.errors.contains("\(run.job.pid)"))
      #expect(run.namespaces.hasProgram)
      #expect(run.stop().outcome.exitCode == 0)
    }

    @Test("an interface that is removed ends the run with a message")
    func removedInterface() throws {
      let run = try LiveRun(Namespaces("removed"), Self.longWindow)
      let sent = try run.send(LiveTraffic.syns(sources: 3, times: 10))
      usleep(300_000)
      run.namespaces.deletePair()
      let result = SalcRun(run.job.wait(timeout: 20))
      #expect(!result.outcome.timedOut)
      #expect(result.outcome.exitCode == 1, "\(result.outcome)")
      #expect(result.outcome.errors.contains(run.namespaces.receivingInterface))
      #expect(result.total() == sent)
    }

    @Test("a full disk is exit code 74, a closed output a quiet end")
    func outputs() throws {
      // Either ends at the first record, before anything is attached or soon after.
      let namespaces = try Namespaces("full")
      func run(_ output: Tool.Output) -> Tool.Outcome {
        namespaces.start(
          in: namespaces.receiver, Tool.salc,
          ["run", "-e", InterfaceTests.count, "--iface", namespaces.receivingInterface]
            + ["--format", "json"], output: output
        ).wait(timeout: 20)
      }
      let full = run(.file("/dev/full"))
      #expect(full.exitCode == 74, "\(full)")
      #expect(!namespaces.hasProgram)
      let closed = run(.closedPipe)
      #expect(closed.exitCode == 0 && !closed.timedOut, "\(closed)")
      #expect(!closed.errors.contains("error"))
      #expect(!namespaces.hasProgram)
    }

    @Test("without privilege: exit code 4 and what is missing")
    func noPrivilege() throws {
      let setpriv = try #require(Tool.find("setpriv"))
      let namespaces = try Namespaces("nobody")
      let outcome = namespaces.run(
        in: namespaces.receiver, setpriv,
        ["--reuid", "65534", "--regid", "65534", "--clear-groups", "--bounding-set", "-all"]
          + ["--inh-caps", "-all", Tool.salc, "run", "-e", Self.longWindow]
          + ["--iface", namespaces.receivingInterface])
      #expect(outcome.exitCode == 4, "\(outcome)")
      #expect(outcome.errors.contains("CAP_"))
    }

    private static let longWindow = """
      P = PacketStream("nosuchif0");
      N = FOREACH (STREAM P BY SourceIp) GENERATE count() WINDOW 60s;
      """
  }
}
