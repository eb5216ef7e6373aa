import Testing

@testable import BPFRuntime
@testable import Session

/// What the doctor makes of machines that are not at hand.
@Suite("What the doctor says of other machines")
struct DoctorJudgementTests {
  /// A change to the machine on which all is well, and what must be said of it.
  struct Case: Sendable, CustomTestStringConvertible {
    let check: String
    let status: Finding.Status
    /// In the text or in a command.
    let words: [String]
    let change: @Sendable (inout StubMachine) -> Void

    init(
      _ check: String, _ status: Finding.Status, _ words: String...,
      change: @escaping @Sendable (inout StubMachine) -> Void
    ) {
      (self.check, self.status, self.words, self.change) = (check, status, words, change)
    }

    var testDescription: String { "\(check): \(words[0])" }
  }

  private static let refused = TriedFeature(
    name: "XDP links", since: "Linux 5.9", isNeeded: true, use: "", outcome: .refused("EINVAL"))

  static let machines: [Case] = [
    Case("privileges", .failure, "lacks CAP_BPF, so", "sudo setcap cap_bpf,cap_net_admin+ep") {
      $0.capabilities = [.networkAdministration]
    },
    Case("privileges", .ok, "without CAP_PERFMON") {
      $0.capabilities = [.bpf, .networkAdministration]
    },
    Case("features", .warning, "not tried") { $0.capabilities = [] },
    Case("features", .failure, "no XDP links: EINVAL", "a kernel of Linux 5.9") {
      $0.features = [refused]
    },
    Case("features", .warning, "replay needs them") {
      $0.features = [
        TriedFeature(
          name: "test runs", since: "Linux 4.12", isNeeded: false, use: "replay",
          outcome: .refused("EPERM"))
      ]
    },
    Case("jit", .warning, "interpreted", "sudo sysctl -w net.core.bpf_jit_enable=1") {
      $0.settings["net/core/bpf_jit_enable"] = 0
      $0.machineBytes = 0
    },
    Case("jit", .warning, "blinded", "sudo sysctl -w net.core.bpf_jit_harden=1") {
      $0.settings["net/core/bpf_jit_harden"] = 2
    },
    Case("memory", .failure, "64 KiB only", "ulimit -l unlimited") { $0.accountsToCgroup = false },
    Case("memory", .ok, "enough may be locked") {
      $0.accountsToCgroup = false
      $0.memoryLockLimit = nil
    },
    Case("unprivileged", .warning, "every user", "kernel.unprivileged_bpf_disabled=2") {
      $0.settings["kernel/unprivileged_bpf_disabled"] = 0
    },
    Case("lockdown", .ok, "integrity") { $0.lockdown = "integrity" },
    Case("compiler", .failure, "captures and bundles only", "sudo apt-get install clang") {
      $0.clang = .failure(.noCompiler(tried: ["no clang on PATH"]))
    },
    Case("compiler", .failure, "captures and bundles only", "sudo dnf install clang") {
      $0.clang = .failure(.noCompiler(tried: []))
      $0.distribution = ["rocky", "rhel"]
    },
    Case(
      "compiler", .failure, "sal/layout.h",
      "sudo mkdir -p /usr/local/include/salc && sudo cp -r runtime-bpf/include/. "
        + "/usr/local/include/salc/"
    ) { $0.headersFound = .failure(.noRuntimeHeaders(tried: ["/usr/local/include/salc"])) },
    Case("trial", .failure, "does not get ready", "invalid") {
      $0.ready = .failure(.invalidOption("invalid"))
    },
    Case("trial", .ok, "a query compiles in 90 ms") {
      $0.ready = .success(Trial(compileMilliseconds: 90, load: nil))
    },
    Case("clock", .warning, "9.00 ms apart", "chrt --rr 1") { $0.spacing = 9_000_000 },
    Case("clock", .warning, "in step", "sudo timedatectl set-ntp true") {
      $0.isClockSynchronized = false
    },
    Case("buffers", .warning, "208 KiB", "sudo sysctl -w net.core.rmem_max=67108864") {
      $0.capabilities = []
    },
    Case("buffers", .ok, "64 MiB") {
      $0.capabilities = []
      $0.settings["net/core/rmem_max"] = 1 << 27
    },
  ]

  static let interfaces: [Case] = [
    Case("driver", .warning, "is down", "sudo ip link set dev ens5 up") {
      $0.devices = [StubMachine.device(isUp: false)]
    },
    Case("driver", .warning, "ice has no native XDP") {
      $0.devices = [StubMachine.device(native: .none)]
    },
    Case("driver", .ok, "shows when a program is attached") {
      $0.devices = [StubMachine.device(native: .unknown)]
    },
    Case("mtu", .warning, "MTU of 9000", "sudo ip link set dev ens5 mtu 3498") {
      $0.devices = [StubMachine.device(mtu: 9000, native: .declared(frags: false))]
    },
    Case("mtu", .ok, "MTU 9000") { $0.devices = [StubMachine.device(mtu: 9000)] },
    Case("queues", .ok, "one CPU does all packets") {
      $0.devices = [StubMachine.device(queues: 1)]
    },
    Case("offloads", .warning, "LRO joins", "sudo ethtool -K ens5 lro off") {
      $0.devices = [StubMachine.device(largeReceive: .on)]
    },
    Case("offloads", .warning, "hardware GRO", "sudo ethtool -K ens5 rx-gro-hw off") {
      $0.devices = [StubMachine.device(hardwareGRO: .on)]
    },
    Case("offloads", .warning, "does not let it be turned off") {
      $0.devices = [StubMachine.device(hardwareGRO: .fixedOn)]
    },
    Case("offloads", .warning, "vlan fields are missing", "sudo ethtool -K ens5 rxvlan off") {
      $0.devices = [StubMachine.device(vlanStripping: .on)]
    },
    Case("hook", .failure, "program 17 'salc_main'", "kill -INT 4711") {
      $0.devices = [held(by: [HoldingProcess(pid: 4711, name: "salc")])]
    },
    Case("hook", .failure, "replaces nobody's program", "sudo kill 815") {
      $0.devices = [held(by: [HoldingProcess(pid: 815, name: "xdp-filter")])]
    },
    Case("hook", .failure, "no process", "sudo ip link set dev ens5 xdp off") {
      $0.devices = [held(by: [])]
    },
  ]

  private static func held(by holders: [HoldingProcess]) -> InterfaceFacts {
    StubMachine.device(program: ProgramIdentity(id: 17, name: "salc_main"), holders: holders)
  }

  @Test("where all is well, every line is ok")
  func well() throws {
    for interface in [nil, "ens5"] {
      let findings = try Doctor.examine(StubMachine(), interface: interface)
      #expect(findings.allSatisfy { $0.status == .ok && $0.remedies.isEmpty }, "\(findings)")
      let checks = Set(findings.map(\.check))
      #expect(checks.isSuperset(of: Doctor.machineChecks.map { $0.name }))
      #expect(checks.isSuperset(of: Doctor.interfaceChecks.map { $0.name }))
    }
  }

  @Test(
    "each thing that is not as it should be is said, with what mends it",
    arguments: machines + interfaces)
  func judgement(_ test: Case) throws {
    var machine = StubMachine()
    test.change(&machine)
    let findings = try Doctor.examine(machine, interface: "ens5")
    let words = findings.filter { $0.check == test.check && $0.status == test.status }
      .flatMap { [$0.text] + $0.remedies }.joined(separator: "\n")
    for word in test.words { #expect(words.contains(word), "\(findings)") }
    // One fault, one cause: nothing else fails for it.
    let failing = Set(findings.filter { $0.status == .failure }.map(\.check))
    #expect(
      failing == (test.status == .failure ? [test.check] : failing.intersection(["privileges"])))
  }

  @Test("what forbids a run on a named interface is a remark in the overview")
  func overview() throws {
    var machine = StubMachine()
    machine.devices = [Self.held(by: [])]
    #expect(try Doctor.examine(machine).allSatisfy { $0.status != .failure })
    machine.devices = []
    let findings = try Doctor.examine(machine)
    #expect(findings.contains { $0.check == "driver" && $0.status == .warning })
  }
}
