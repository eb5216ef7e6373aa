/// Why the kernel, the compiler or the machine did not do what was asked. Each case says what was
/// tried, where, and what to do about it; `description` is meant for the user's eyes.
public enum BPFError: Error, Sendable {
  /// No clang with the `bpf` target; `tried` are the paths and why each was passed over.
  case noCompiler(tried: [String])
  /// clang refused the source, or died. Emitted C that does not compile is our own bug.
  case compilerFailed(compiler: String, outcome: String, diagnostics: String)
  /// clang was still running after `seconds` and was killed.
  case compilerTimedOut(compiler: String, seconds: Int)
  /// The headers of the data path (`sal/layout.h`) are in none of the places looked at.
  case noRuntimeHeaders(tried: [String])

  /// The kernel said EPERM or EACCES.
  case notPermitted(operation: String, missing: [Capability])
  /// A call failed for a reason that no case below is more precise about.
  case system(operation: String, error: SystemError, remedy: String?)
  /// A probe could not be made, which says nothing about what it asks for; the reason.
  case untried(String)
  /// A caller's value that cannot be honoured (CPU count, ring size, …).
  case invalidOption(String)

  /// The bytes are not an object of ours.
  case invalidObject(reason: String, log: String)
  /// The object has no such program, map or variable.
  case missing(kind: String, name: String)
  /// A map given for reuse has another shape than the object's.
  case mapShape(map: String, wanted: String, found: String)
  /// The verifier refused the program: our own bug, with the statement it came from.
  case verifier(VerifierLog, error: SystemError)

  /// The compiled program takes more than the machine or the target grants; says of what.
  case overBudget(String)

  /// No interface of that name in this network namespace; `near` are names like it.
  case noInterface(name: String, near: [String])
  /// Another XDP program is attached; nobody's program is replaced. `processes` are those that
  /// hold it, as far as this process may see them.
  case interfaceBusy(
    interface: String, holder: ProgramIdentity?, processes: [HoldingProcess], remedy: String)
  /// The driver and the generic path both refused, or the only mode asked for did.
  case attachRefused(interface: String, mode: String, error: SystemError)
}

extension BPFError {
  /// A failed system call as an error; EPERM and EACCES become `notPermitted`.
  static func call(
    _ operation: String, _ error: SystemError, remedy: String? = nil
  ) -> BPFError {
    error == .notPermitted || error == .accessDenied
      ? .notPermitted(operation: operation, missing: Capability.missing())
      : .system(operation: operation, error: error, remedy: remedy)
  }

  /// As `call(_:_:remedy:)`, with the error number that the last call left behind.
  static func lastCall(_ operation: String, remedy: String? = nil) -> BPFError {
    call(operation, .last, remedy: remedy)
  }
}

extension BPFError: CustomStringConvertible {
  /// What failed, where and why; then, after a semicolon, what helps.
  public var description: String {
    switch self {
    case .noCompiler(let tried):
      "no clang that can compile for BPF; install clang 14 or newer, put the Swift toolchain on "
        + "PATH, or set SALC_CLANG to one (tried: \(tried.joined(separator: ", ")))"
    case .compilerFailed(let compiler, let outcome, let diagnostics):
      "\(compiler) did not compile the data-path program: \(outcome)"
        + (diagnostics.isEmpty ? "" : "\n\(diagnostics)")
    case .compilerTimedOut(let compiler, let seconds):
      "\(compiler) was still compiling after \(seconds) s and was stopped; "
        + "is the machine overloaded?"
    case .noRuntimeHeaders(let tried):
      "the data path's headers (sal/layout.h) were not found; set SALC_INCLUDE to the directory "
        + "that holds sal/ (looked in: \(tried.joined(separator: ", ")))"
    case .notPermitted(let operation, let missing): Self.permissionText(operation, missing)
    case .system(let operation, let error, let remedy):
      "\(operation): \(error)" + (remedy.map { "; \($0)" } ?? "")
    case .invalidOption(let text), .untried(let text): text
    case .invalidObject(let reason, let log):
      "not a BPF object that salc can run: \(reason)" + (log.isEmpty ? "" : "\n\(log)")
    case .missing(let kind, let name): "the BPF object has no \(kind) '\(name)'"
    case .mapShape(let map, let wanted, let found):
      "the kept map '\(map)' does not fit this program: it has \(found), the program needs "
        + "\(wanted); start without the kept state"
    case .verifier(let log, let error):
      "the kernel's verifier refused the program: \(error)\n\(log)"
    case .overBudget(let what):
      "the compiled program exceeds the data path's limits: \(what); place its operators on the "
        + "host (--place host), or split the query"
    case .noInterface(let name, let near):
      "no network interface '\(name)' in this network namespace"
        + (near.isEmpty ? "" : "; did you mean \(near.joined(separator: " or "))?")
    case .interfaceBusy(let interface, let holder, let processes, let remedy):
      "\(interface) already runs an XDP program"
        + (holder.map { ", \($0)" } ?? "")
        + (processes.isEmpty ? "" : " of \(processes.map(\.description).joined(separator: ", "))")
        + "; salc replaces nobody's program: \(remedy)"
    case .attachRefused(let interface, let mode, let error):
      "cannot attach to \(interface) in \(mode) mode: \(error)"
    }
  }

  private static func permissionText(_ operation: String, _ missing: [Capability]) -> String {
    guard !missing.isEmpty else {
      return
        "\(operation): not permitted although CAP_BPF and CAP_NET_ADMIN are held; a container's "
        + "seccomp filter, a user namespace or kernel lockdown forbids it"
    }
    // Granting replaces what a file has, so the lines name all that a run needs.
    let wanted = Capability.needed + missing.filter { !Capability.needed.contains($0) }
    let grants = Capability.grants(wanted)
    return "\(operation): not permitted, the process lacks "
      + "\(missing.map(\.description).joined(separator: ", ")); run as root, or grant with one of"
      + grants.map { "\n  \($0)" }.joined()
  }
}
