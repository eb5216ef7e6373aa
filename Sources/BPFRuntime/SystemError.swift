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
