import CLibBPF
import Glibc

/// An error number of the kernel with its name, as in errno(3).
public struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The positive number, as in errno.h.
  public let code: Int32

  /// Takes a number of either sign: libbpf returns it negated.
  public init(code: Int32) {
    self.code = code < 0 ? 0 &- code : code
  }

  /// What the last failed call of this thread left in `errno`.
  static var last: SystemError { SystemError(code: errno) }

  static let notPermitted = SystemError(code: EPERM)
  static let accessDenied = SystemError(code: EACCES)
  static let busy = SystemError(code: EBUSY)
  static let exists = SystemError(code: EEXIST)
  static let noDevice = SystemError(code: ENODEV)
  static let noMemory = SystemError(code: ENOMEM)

  /// The name and the text: `EBUSY, device or resource busy`.
  public var description: String {
    let name = String(cString: salbpf_errno_name(code))
    return "\(name), \(String(cString: salbpf_errno_text(code)).lowercased())"
  }
}

/// The privileges that loading and attaching an XDP program asks for, capabilities(7).
public enum Capability: UInt8, Sendable, CaseIterable, CustomStringConvertible {
  /// Attach to interfaces and load networking programs.
  case networkAdministration = 12
  /// Stands for CAP_BPF and CAP_PERFMON, and opens other programs by their id.
  case systemAdministration = 21
  /// Lets the verifier trust bounded variable offsets (no speculation masks in the program).
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

  /// Those of the three needed ones (CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON) that the calling thread
  /// lacks; CAP_SYS_ADMIN counts as CAP_BPF and CAP_PERFMON.
  public static func missing() -> [Capability] {
    var effective: UInt64 = 0
    guard salbpf_capabilities(&effective) == 0 else { return [] }
    func holds(_ capability: Capability) -> Bool { effective >> capability.rawValue & 1 == 1 }
    let administrator = holds(.systemAdministration)
    return [.bpf, .networkAdministration, .performanceMonitoring].filter {
      !holds($0) && !(administrator && $0 != .networkAdministration)
    }
  }
}
