import Glibc
import TestSupport
import Testing

extension Live {
  /// What befalls an interface while a query runs on it.
  @Suite(
    "An interface that changes", .serialized,
    .enabled(if: Requirement.kernel.isMet, "needs the kernel"),
    .enabled(if: Requirement.program("tcpreplay").isMet, "needs the program tcpreplay"))
  struct LinkTests {
    private func ip(_ run: LiveRun, _ words: String...) throws {
      let ip = try #require(Tool.find("ip"))
      let outcome = run.namespaces.run(in: run.namespaces.receiver, ip, words)
      #expect(outcome.exitCode == 0, "\(outcome)")
    }

    @Test("down and up again: told, and counted on")
    func down() throws {
      let run = try LiveRun(Namespaces("down"), InterfaceTests.count)
      let name = run.namespaces.receivingInterface
      let sent = try run.send(LiveTraffic.syns(sources: 2, times: 5))
      for (word, note) in [("down", "went down"), ("up", "is up again")] {
        try ip(run, "link", "set", name, word)
        let isTold = run.job.waitUntil(timeout: 30) {
          run.job.errors.contains("note: \(name) \(note)")
        }
        try #require(isTold, "\(word): \(run.job.errors)")
      }
      let more = try run.send(LiveTraffic.syns(sources: 2, times: 5))
      usleep(200_000)
      let result = run.stop()
      #expect(result.outcome.exitCode == 0 && result.lost == 0, "\(result.outcome)")
      #expect(result.end?["packets"]?.integer == Int64(sent + more))
    }

    @Test(
      "a program that another process detaches ends the run, and is told from a removed interface",
      .enabled(if: Requirement.program("bpftool").isMet, "needs the program bpftool"))
    func detached() throws {
      let run = try LiveRun(Namespaces("detached"), InterfaceTests.count)
      _ = try run.send(LiveTraffic.syns(sources: 2, times: 5))
      usleep(200_000)
      let bpftool = try #require(Tool.find("bpftool"))
      // Links of other tests have other programs.
      let shown = Tool.run(
        try #require(Tool.find("ip")),
        ["-n", run.namespaces.receiver, "link", "show", run.namespaces.receivingInterface])
      let words = shown.output.split { $0 == " " || $0 == "\n" }
      let place = try #require(words.firstIndex(of: "prog/xdp"), "\(shown)")
      let links = Tool.run(bpftool, ["-j", "link", "list"])
      let found = JSON(links.output)?.elements.first {
        $0["prog_id"]?.integer == Int64(words[place + 2])
      }
      let id = try #require(found?["id"]?.integer, "\(links)")
      #expect(Tool.run(bpftool, ["link", "detach", "id", "\(id)"]).exitCode == 0)
      let result = SalcRun(run.job.wait(timeout: 30))
      #expect(result.outcome.exitCode == 1 && result.total() == 10, "\(result.outcome)")
      let name = run.namespaces.receivingInterface
      #expect(
        result.outcome.errors.contains("another process took salc's program off \(name)"),
        "\(result.outcome.errors)")
    }

    @Test("few open files: the limit is raised, or the remedy is named")
    func openFiles() throws {
      let namespaces = try Namespaces("files")
      func run(_ limits: String) -> Tool.Outcome {
        namespaces.run(
          in: namespaces.receiver, "/bin/sh",
          [
            "-c",
            "\(limits) && exec \(Tool.salc) run -e '\(InterfaceTests.count)' --for 200ms --iface "
              + namespaces.receivingInterface,
          ], timeout: 60)
      }
      let soft = run("ulimit -S -n 16")
      #expect(soft.exitCode == 0, "\(soft)")
      let hard = run("ulimit -n 16")
      #expect(hard.exitCode == 1 && hard.errors.contains("ulimit -n 33"), "\(hard)")
    }
  }
}
