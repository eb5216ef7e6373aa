@testable import BPFRuntime
@testable import Session

/// A machine on which all is well, in every answer of which a test may put something else.
struct StubMachine: Machine {
  var kernel = "Linux 6.12.1 x86_64"
  var possibleCPUs = 8
  var program = "/usr/local/bin/salc"
  var capabilities: Set<Capability> = [.bpf, .networkAdministration, .performanceMonitoring]
  var settings = [
    "net/core/bpf_jit_enable": 1, "kernel/unprivileged_bpf_disabled": 2,
    "net/core/rmem_max": 212_992,
  ]
  var machineBytes: Int? = 40
  var features = [TriedFeature.works("ring buffers"), .works("test runs")]
  var accountsToCgroup = true
  var memoryLockLimit: UInt64? = 65_536
  var lockdown: String? = "none"
  var distribution = ["debian"]
  var clang: Result<Clang, BPFError> = .success(
    Clang(path: "/usr/bin/clang-21", version: "clang version 21.0.0"))
  var headersFound: Result<String, BPFError> = .success("/usr/local/include/salc")
  var ready: Result<Trial, BPFError> = .success(
    Trial(compileMilliseconds: 90, load: (milliseconds: 12, instructions: 1300)))
  var clockSource: String? = "tsc"
  var isClockSynchronized = true
  var spacing: UInt64 = 560_000
  var devices = [StubMachine.device()]

  func holds(_ capability: Capability) -> Bool { capabilities.contains(capability) }
  func setting(_ path: String) -> Int? { settings[path] }
  func triedFeatures() -> [TriedFeature] { features }
  func compiler() throws(BPFError) -> Clang { try clang.get() }
  func otherCompilers(than chosen: Clang) -> [Clang] { [] }
  func headers() throws(BPFError) -> String { try headersFound.get() }
  func trial() throws(BPFError) -> Trial { try ready.get() }
  func tickSpacings(of nanoseconds: Int, count: Int) -> [UInt64] {
    Array(repeating: spacing, count: count)
  }
  func interfaces(named name: String?) throws(BPFError) -> [NetworkInterface] {
    devices.map(\.interface).filter { name == nil || $0.name == name }
  }
  func facts(of interface: NetworkInterface) throws(BPFError) -> InterfaceFacts {
    guard let found = devices.first(where: { $0.interface == interface }) else {
      throw .noInterface(name: interface.name, near: [])
    }
    return found
  }
}

extension StubMachine {
  /// A network card as one wishes it.
  static func device(
    isUp: Bool = true, queues: Int = 8, mtu: Int = 1500,
    native: InterfaceFacts.NativeXDP = .declared(frags: true),
    largeReceive: InterfaceFacts.Offload = .off, hardwareGRO: InterfaceFacts.Offload = .off,
    vlanStripping: InterfaceFacts.Offload = .off, program: ProgramIdentity? = nil,
    holders: [HoldingProcess] = []
  ) -> InterfaceFacts {
    InterfaceFacts(
      interface: NetworkInterface(name: "ens5", index: 2), driver: "ice", isUp: isUp,
      isLoopback: false, receiveQueues: queues, mtu: mtu, nativeXDP: native,
      largeReceive: largeReceive, hardwareGRO: hardwareGRO, vlanStripping: vlanStripping,
      program: program, holders: holders, detachCommand: "sudo ip link set dev ens5 xdp off")
  }
}

extension TriedFeature {
  static func works(_ name: String) -> TriedFeature {
    TriedFeature(name: name, since: "Linux 5.8", isNeeded: true, use: "", outcome: .works(nil))
  }
}
