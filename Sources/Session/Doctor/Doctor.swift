import BPFRuntime

/// A question about the machine.
protocol MachineCheck: SendableMetatype {
  /// The word by which output and scripts know it.
  static var name: String { get }
  /// Looks, and says what was found; at least one remark.
  static func remarks(on machine: any Machine) -> [Remark]
}

/// A question about an interface.
protocol InterfaceCheck: SendableMetatype {
  /// The word by which output and scripts know it.
  static var name: String { get }
  /// Judges what the interface said; none where the question does not arise. `isNamed`: the user
  /// asked for this interface, so what forbids a run on it is a failure.
  static func remarks(_ facts: InterfaceFacts, isNamed: Bool) -> [Remark]
}

/// Examines whether queries can run on this machine, and what their answers would be worth.
/// Nothing is attached to an interface of the caller's network namespace.
public enum Doctor {
  /// The questions about the machine, in the order of the output.
  static let machineChecks: [any MachineCheck.Type] = [
    KernelCheck.self, PrivilegeCheck.self, FeatureCheck.self, JITCheck.self, MemoryLockCheck.self,
    UnprivilegedCheck.self, LockdownCheck.self, CompilerCheck.self, TrialCheck.self,
    ClockCheck.self, BufferCheck.self,
  ]

  /// The questions about an interface, in the order of the output.
  static let interfaceChecks: [any InterfaceCheck.Type] = [
    DriverCheck.self, HookCheck.self, MTUCheck.self, QueueCheck.self, OffloadCheck.self,
  ]

  /// Examines the machine and the interface of this name, or all that are up.
  public static func examine(interface name: String? = nil) throws(SessionError) -> [Finding] {
    try examine(ThisMachine(), interface: name)
  }

  static func examine(
    _ machine: any Machine, interface name: String? = nil
  ) throws(SessionError) -> [Finding] {
    // A misspelt name is told before anything takes time.
    let interfaces = try inDataPath { () throws(BPFError) in try machine.interfaces(named: name) }
    let findings = machineChecks.flatMap { check in
      check.remarks(on: machine).map { $0.finding(check.name, nil) }
    }
    let ofInterfaces = interfaces.flatMap { examine($0, on: machine, isNamed: name != nil) }
    guard ofInterfaces.isEmpty else { return findings + ofInterfaces }
    return findings + [
      Remark.warning("no interface but the loopback device is up", "ip -brief link")
        .finding(DriverCheck.name, nil)
    ]
  }

  private static func examine(
    _ interface: NetworkInterface, on machine: any Machine, isNamed: Bool
  ) -> [Finding] {
    let facts: InterfaceFacts
    do throws(BPFError) {
      facts = try machine.facts(of: interface)
    } catch {
      return [Remark.warning("\(error)").finding(DriverCheck.name, interface.name)]
    }
    guard isNamed || facts.isUp && !facts.isLoopback else { return [] }
    return interfaceChecks.flatMap { check in
      check.remarks(facts, isNamed: isNamed).map { $0.finding(check.name, interface.name) }
    }
  }
}

extension Remark {
  fileprivate func finding(_ check: String, _ interface: String?) -> Finding {
    Finding(check: check, interface: interface, status: status, text: text, remedies: remedies)
  }
}
