import DataModel
import Glibc
import TestSupport
import Testing

extension Live {
  /// What a run asks for, and what it gives up: an ordinary user with CAP_BPF and CAP_NET_ADMIN.
  @Suite(
    "Least privilege", .serialized, .enabled(if: Requirement.kernel.isMet, "needs the kernel"),
    .enabled(if: Requirement.program("setpriv").isMet, "needs the program setpriv"),
    .enabled(if: Requirement.program("tcpreplay").isMet, "needs the program tcpreplay"))
  struct PrivilegeTests {
    /// `setpriv` for nobody with exactly these capabilities, in all sets and for ever.
    static func nobody(_ capabilities: [String]) -> [String] {
      let sets = "-all" + capabilities.map { ",+" + $0 }.joined()
      return [
        "--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps", sets,
        "--ambient-caps", sets, "--bounding-set", sets,
      ]
    }

    /// Nobody may not write where this process' own temporary files lie.
    static let salc = ["/usr/bin/env", "TMPDIR=/tmp", Tool.salc]

    static let two = ["bpf", "net_admin"]

    private func start(
      _ pair: Namespaces, as words: [String], _ arguments: [String]
    ) throws -> Job {
      let setpriv = try #require(Tool.find("setpriv"))
      return pair.start(in: pair.receiver, setpriv, words + Self.salc + ["run"] + arguments)
    }

    @Test("two capabilities suffice, and every packet is counted", arguments: ["auto", "host"])
    func counts(place: String) throws {
      let pair = try Namespaces("two")
      let job = try start(
        pair, as: Self.nobody(Self.two),
        ["-e", InterfaceTests.count, "--iface", pair.receivingInterface, "--format", "json"]
          + ["--place", place])
      let isAttached = job.waitUntil(timeout: 30) { pair.hasProgram }
      try #require(isAttached, "\(job.wait(timeout: 1))")
      let run = LiveRun(pair, job)
      let sent = try run.send(
        LiveTraffic.syns(sources: 50, times: 20) + LiveTraffic.tagged(sources: 50, times: 20),
        ["--pps", "20000"])
      usleep(300_000)
      let result = run.stop()
      #expect(result.outcome.exitCode == 0, "\(result.outcome.errors)")
      #expect(sent == 2000 && result.lost == 0)
      #expect(result.meta?["placement"]?.string == (place == "host" ? "host" : "kernel"))
      #expect(result.countsBySource.count == 50)
      #expect(result.countsBySource.values.allSatisfy { $0 == 40 }, "\(result.countsBySource)")
      #expect(!pair.hasProgram)
    }

    @Test("every sample loads with the two", arguments: Sample.all)
    func samples(sample: Sample) throws {
      let pair = try Namespaces("load")
      let job = try start(
        pair, as: Self.nobody(Self.two),
        ["-e", sample.text, "--iface", pair.receivingInterface, "--for", "100ms"])
      let outcome = job.wait(timeout: 60)
      #expect(outcome.exitCode == 0, "\(outcome)")
      #expect(!outcome.errors.contains("verifier"), "\(outcome)")
    }

    @Test("each of the two is missed by its name, with three ways to grant it", arguments: two)
    func missing(capability: String) throws {
      let pair = try Namespaces("one")
      let held = Self.two.filter { $0 != capability }
      let outcome = try start(
        pair, as: Self.nobody(held),
        ["-e", InterfaceTests.count, "--iface", pair.receivingInterface]
      ).wait(timeout: 30)
      let name = "CAP_" + capability.uppercased()
      #expect(outcome.exitCode == 4, "\(outcome)")
      #expect(outcome.errors.contains("lacks \(name);"), "\(outcome)")
      #expect(outcome.errors.contains("sudo setcap cap_bpf,cap_net_admin+ep "), "\(outcome)")
      #expect(outcome.errors.contains("systemd-run") && outcome.errors.contains("[Service]"))
      #expect(!pair.hasProgram)
    }

    @Test("a run keeps no privilege, and still ends well", arguments: [true, false])
    func dropped(isRoot: Bool) throws {
      let pair = try Namespaces("drop")
      let job = try start(
        pair, as: isRoot ? [] : Self.nobody(Self.two),
        ["-e", InterfaceTests.count, "--iface", pair.receivingInterface, "--format", "json"])
      // Attached, and past the first record: the privileges go between the two.
      let isRunning = job.waitUntil(timeout: 30) { pair.hasProgram && job.output.contains("\n") }
      try #require(isRunning, "\(job.wait(timeout: 1))")
      let process = job.pid  // ip and setpriv replace themselves
      let empty = "0000000000000000"
      let isDropped = job.waitUntil(timeout: 10) {
        Self.statuses(process).allSatisfy { $0["CapEff"] == empty }
      }
      #expect(isDropped)
      for status in Self.statuses(process) {
        for set in ["CapEff", "CapPrm", "CapInh", "CapAmb"] {
          #expect(status[set] == empty, "\(status)")
        }
        if isRoot { #expect(status["CapBnd"] == empty, "\(status)") }
        #expect(status["NoNewPrivs"] == "1")
      }
      let run = LiveRun(pair, job)
      let sent = try run.send(LiveTraffic.syns(sources: 5, times: 10))
      usleep(300_000)
      let result = run.stop()
      #expect(result.outcome.exitCode == 0, "\(result.outcome)")
      #expect(result.total() == sent && result.lost == 0)
      #expect(!pair.hasProgram)
    }

    @Test("the line of setcap is enough", .enabled(if: Requirement.program("setcap").isMet))
    func fileCapabilities() throws {
      let setcap = try #require(Tool.find("setcap"))
      let directory = TemporaryDirectory()
      chmod(directory.path, 0o755)
      let copy = directory.file("salc")
      _ = Tool.run("/bin/cp", [Tool.salc, copy])
      let granted = Tool.run(setcap, ["cap_bpf,cap_net_admin+ep", copy])
      try #require(granted.exitCode == 0, "\(granted)")
      let pair = try Namespaces("file")
      let setpriv = try #require(Tool.find("setpriv"))
      let include = Repository.root + "/runtime-bpf/include"
      let outcome = pair.run(
        in: pair.receiver, setpriv,
        ["--reuid", "65534", "--regid", "65534", "--clear-groups", "/usr/bin/env"]
          + ["TMPDIR=/tmp", "SALC_INCLUDE=" + include, copy, "run", "-e", InterfaceTests.count]
          + ["--iface", pair.receivingInterface, "--for", "100ms"])
      #expect(outcome.exitCode == 0, "\(outcome)")
    }

    @Test("checking, compiling and explaining need nothing")
    func compiling() throws {
      let setpriv = try #require(Tool.find("setpriv"))
      for command in [["check"], ["explain"], ["compile", "-o", "/dev/null"]] {
        let outcome = Tool.run(
          setpriv, Self.nobody([]) + Self.salc + command + ["-e", InterfaceTests.count])
        #expect(outcome.exitCode == 0, "\(command): \(outcome)")
      }
    }

    /// What /proc says of each thread.
    private static func statuses(_ pid: Int32) -> [[String: String]] {
      let outcome = Tool.run("/bin/sh", ["-c", "cat /proc/\(pid)/task/*/status"])
      var result: [[String: String]] = []
      for line in outcome.output.split(separator: "\n") {
        let parts = line.split(separator: ":", maxSplits: 1)
        guard parts.count == 2 else { continue }
        if parts[0] == "Name" { result.append([:]) }
        result[result.count - 1][String(parts[0])] = String(parts[1].drop { $0 == "\t" })
      }
      return result
    }
  }
}
