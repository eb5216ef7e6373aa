import Glibc
import TestSupport
import Testing

/// `salc doctor`, on interfaces of namespaces of their own.
@Suite("doctor", .serialized, .enabled(if: Requirement.kernel.isMet, "needs the kernel"))
struct DoctorTests {
  /// What a run of `salc doctor --json` said.
  struct Report {
    let outcome: Tool.Outcome
    let json: JSON?

    init(_ outcome: Tool.Outcome) {
      self.outcome = outcome
      json = JSON(outcome.output)
    }

    var findings: [JSON] { json?["findings"]?.elements ?? [] }

    func findings(_ check: String, _ status: String) -> [JSON] {
      findings.filter { $0["check"]?.string == check && $0["status"]?.string == status }
    }

    /// Texts and commands of these findings.
    func words(_ check: String, _ status: String) -> String {
      findings(check, status).flatMap { finding in
        [finding["text"]?.string ?? ""] + (finding["commands"]?.elements ?? []).compactMap(\.string)
      }.joined(separator: "\n")
    }
  }

  private static func examine(_ pair: Namespaces, _ words: [String] = []) throws -> Report {
    let arguments = words + [Tool.salc, "doctor", "--iface", pair.receivingInterface, "--json"]
    return Report(pair.run(in: pair.receiver, "/usr/bin/env", arguments))
  }

  /// `setpriv` for nobody with exactly these capabilities.
  private static func nobody(_ capabilities: [String]) throws -> [String] {
    let sets = "-all" + capabilities.map { ",+" + $0 }.joined()
    return [
      try #require(Tool.find("setpriv")), "--reuid", "65534", "--regid", "65534",
      "--clear-groups", "--inh-caps", sets, "--ambient-caps", sets, "--bounding-set", sets,
      "/usr/bin/env", "TMPDIR=/tmp",
    ]
  }

  @Test("as root on a fresh interface, all is well and stays as it was")
  func root() throws {
    let pair = try Namespaces("doctor")
    let report = try Self.examine(pair)
    #expect(report.outcome.exitCode == 0, "\(report.outcome.summary)")
    #expect(report.json?["type"]?.string == "doctor" && report.json?["version"]?.integer == 1)
    #expect(report.json?["ok"] == .bool(true))
    #expect(report.words("driver", "ok").contains("veth, native XDP"))
    #expect(report.words("hook", "ok").contains("no XDP program"))
    #expect(report.words("mtu", "ok").contains("1500"))
    #expect(report.words("queues", "ok").contains("1 receive queue"))
    #expect(report.words("trial", "ok").contains("loads in"))
    for feature in ["ring buffers", "XDP links", "several buffers", "test runs", "grace periods"] {
      #expect(report.words("features", "ok").contains(feature))
    }
    #expect(!pair.hasProgram)
  }

  @Test("lines and JSON say the same")
  func text() throws {
    let pair = try Namespaces("doctor")
    let outcome = pair.run(
      in: pair.receiver, Tool.salc, ["doctor", "--iface", pair.receivingInterface])
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
    for line in outcome.output.split(separator: "\n") {
      let isFinding = ["ok ", "warning ", "failure "].contains { line.hasPrefix($0) }
      #expect(isFinding || line.hasPrefix("    "), "\(line)")
    }
    let report = try Self.examine(pair)
    for finding in report.findings {
      // Times and other measurements differ between two runs.
      let word = (finding["text"]?.string ?? "").split(separator: " ").first.map(String.init)
      #expect(outcome.output.contains(word ?? "?"), "\(finding)")
    }
  }

  @Test("another salc on the interface is named, and not disturbed")
  func held() throws {
    let pair = try Namespaces("doctor")
    let job = pair.start(
      in: pair.receiver, Tool.salc,
      ["run", "-e", Given.bySource, "--format", "json", "--iface", pair.receivingInterface])
    #expect(job.waitUntil(timeout: 30) { job.output.contains(#""type":"meta""#) }, "\(job.errors)")
    let report = try Self.examine(pair)
    #expect(report.outcome.exitCode == 1 && report.json?["ok"] == .bool(false))
    let words = report.words("hook", "failure")
    #expect(words.contains("another salc") && words.contains("'salc_main'"), "\(words)")
    #expect(words.contains("kill -INT \(job.pid)"), "\(words)")
    #expect(job.isRunning && pair.hasProgram)
    // In the overview it is a remark: other interfaces may be free.
    let all = pair.run(in: pair.receiver, Tool.salc, ["doctor"])
    #expect(all.exitCode == 0 && all.output.contains("another salc"), "\(all.summary)")
    // The command mends it.
    _ = Tool.run("/bin/sh", ["-c", "kill -INT \(job.pid)"])
    #expect(job.wait(timeout: 20).exitCode == 0)
    #expect(try Self.examine(pair).outcome.exitCode == 0)
  }

  @Test("an interface that is down, and the command that mends it")
  func down() throws {
    let pair = try Namespaces("doctor")
    let ip = try #require(Tool.find("ip"))
    _ = pair.run(in: pair.receiver, ip, ["link", "set", pair.receivingInterface, "down"])
    let words = try Self.examine(pair).words("driver", "warning")
    let command = "ip link set dev \(pair.receivingInterface) up"
    #expect(words.contains("is down") && words.contains("sudo " + command), "\(words)")
    _ = pair.run(in: pair.receiver, "/bin/sh", ["-c", command])
    #expect(try Self.examine(pair).words("driver", "warning").isEmpty)
  }

  @Test(
    "stripped VLAN tags, and the command that keeps them",
    .enabled(if: Requirement.program("ethtool").isMet))
  func stripped() throws {
    let pair = try Namespaces("doctor")
    let words = try Self.examine(pair).words("offloads", "warning")
    let command = "ethtool -K \(pair.receivingInterface) rxvlan off"
    #expect(words.contains("vlan fields are missing") && words.contains(command), "\(words)")
    let mended = pair.run(in: pair.receiver, "/bin/sh", ["-c", command])
    #expect(mended.exitCode == 0, "\(mended.summary)")
    #expect(try Self.examine(pair).words("offloads", "warning").isEmpty)
  }

  @Test("nobody: what is missing, what grants it, and nothing else is wrong")
  func unprivileged() throws {
    let pair = try Namespaces("doctor")
    let report = try Self.examine(pair, Self.nobody([]))
    #expect(report.outcome.exitCode == 1, "\(report.outcome.summary)")
    let words = report.words("privileges", "failure")
    #expect(words.contains("lacks CAP_BPF and CAP_NET_ADMIN"), "\(words)")
    #expect(words.contains("sudo setcap cap_bpf,cap_net_admin+ep"), "\(words)")
    #expect(report.words("features", "warning").contains("not tried"))
    let failures = report.findings.filter { $0["status"]?.string == "failure" }
    #expect(failures.count == 1, "\(failures)")
  }

  @Test("the two capabilities suffice for everything that it tries")
  func twoCapabilities() throws {
    let pair = try Namespaces("doctor")
    let report = try Self.examine(pair, Self.nobody(["bpf", "net_admin"]))
    #expect(report.outcome.exitCode == 0, "\(report.outcome.summary)")
    #expect(report.words("privileges", "ok").contains("without CAP_PERFMON"))
    #expect(report.words("trial", "ok").contains("loads in"))
  }

  @Test("no clang, no safe place for temporary files: said where it is found")
  func compiler() throws {
    let pair = try Namespaces("doctor")
    let missing = try Self.examine(pair, ["SALC_CLANG=/nowhere/clang"])
    #expect(missing.outcome.exitCode == 1)
    #expect(missing.words("compiler", "failure").contains("SALC_CLANG=/nowhere/clang"))
    let directory = TemporaryDirectory()
    chmod(directory.path, 0o777)
    let open = try Self.examine(pair, ["TMPDIR=" + directory.path])
    #expect(open.outcome.exitCode == 1)
    #expect(open.words("trial", "failure").contains("chmod +t " + directory.path))
  }

  @Test("a misspelt interface ends it at once")
  func misspelt() throws {
    let pair = try Namespaces("doctor")
    let outcome = pair.run(in: pair.receiver, Tool.salc, ["doctor", "--iface", "salcxr"])
    #expect(outcome.exitCode == 1 && outcome.output.isEmpty, "\(outcome.summary)")
    #expect(outcome.errors.contains("did you mean") && outcome.errors.contains("salcrx"))
  }
}

/// What Docs/Doctor.md promises.
@Suite("Docs/Doctor.md", .serialized, .enabled(if: Requirement.kernel.isMet, "needs the kernel"))
struct DoctorDocumentTests {
  private static let text = Repository.text("Docs/Doctor.md")

  @Test("its commands run")
  func commands() throws {
    let pair = try Namespaces("doctor")
    let commands = Self.text.split(separator: "\n").filter { $0.hasPrefix("salc doctor") }
    #expect(commands.count == 3)
    for command in commands {
      let words = command.split(separator: " ").dropFirst().map {
        $0 == "eth0" ? pair.receivingInterface : String($0)
      }
      let outcome = pair.run(in: pair.receiver, Tool.salc, words)
      #expect(outcome.exitCode == 0, "\(command): \(outcome.summary)")
      #expect(outcome.output.contains(pair.receivingInterface), "\(command)")
    }
  }

  @Test("it names every check")
  func checks() throws {
    let pair = try Namespaces("doctor")
    let json = JSON(pair.run(in: pair.receiver, Tool.salc, ["doctor", "--json"]).output)
    let names = Set((json?["findings"]?.elements ?? []).compactMap { $0["check"]?.string })
    #expect(names.count > 10, "\(names)")
    for name in names { #expect(Self.text.contains(name), "\(name)") }
  }
}
