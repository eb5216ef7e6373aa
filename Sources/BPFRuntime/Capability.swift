import CLibBPF

/// The privileges that loading and attaching an XDP program asks for, capabilities(7).
public enum Capability: UInt8, Sendable, CaseIterable, CustomStringConvertible {
  /// Attach to interfaces and load networking programs.
  case networkAdministration = 12
  /// Stands for CAP_BPF and CAP_PERFMON, and opens other programs by their id.
  case systemAdministration = 21
  /// Lets the verifier trust variable offsets; without it the program is compiled with more masks.
  case performanceMonitoring = 38
  /// Create maps and load programs.
  case bpf = 39

  /// The name as in capabilities(7).
  public var description: String {
    switch self {
    case .networkAdministration: "CAP_NET_ADMIN"
    case .systemAdministration: "CAP_SYS_ADMIN"
    case .performanceMonitoring: "CAP_PERFMON"
    case .bpf: "CAP_BPF"
    }
  }

  /// The two that a run on an interface cannot do without.
  public static let needed: [Capability] = [.bpf, .networkAdministration]

  /// Whether the calling thread has it; CAP_SYS_ADMIN counts as CAP_BPF and CAP_PERFMON.
  public var isHeld: Bool {
    var effective: UInt64 = 0
    // Where the kernel does not say, the call that needs the capability will.
    guard salbpf_capabilities(&effective) == 0 else { return true }
    func holds(_ capability: Capability) -> Bool { effective >> capability.rawValue & 1 == 1 }
    return holds(self) || (self != .networkAdministration && holds(.systemAdministration))
  }

  /// Those of `needed` that the calling thread lacks.
  public static func missing() -> [Capability] { needed.filter { !$0.isHeld } }

  /// A text as one word of a shell's command.
  public static func shellWord(_ text: String) -> String { shellQuoted(text) }

  /// The ways to grant capabilities to this program, a line each.
  public static func grants(_ capabilities: [Capability]) -> [String] {
    grants(capabilities, program: executablePath())
  }

  /// The ways to grant capabilities, a line each: to the file, to one run, to a service.
  public static func grants(_ capabilities: [Capability], program: String) -> [String] {
    let names = capabilities.map(\.description)
    let mask = names.map { $0.lowercased() }.joined(separator: ",")
    return [
      "sudo setcap \(mask)+ep \(shellQuoted(program))",
      "sudo systemd-run --pty --uid=$USER -p AmbientCapabilities='\(names.joined(separator: " "))' "
        + "\(shellQuoted(program)) …",
      "AmbientCapabilities=\(names.joined(separator: " ")) in the [Service] part of a unit",
    ]
  }
}

/// The text as one word of a shell's command.
func shellQuoted(_ text: String) -> String {
  let isPlain = text.utf8.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."),
      UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
  if isPlain && !text.isEmpty { return text }
  return "'"
    + text.split(separator: "'", omittingEmptySubsequences: false)
    .joined(separator: "'\\''") + "'"
}
