import CLibBPF
import Glibc

/// Where in the receive path a program runs.
public enum AttachMode: String, Sendable, CaseIterable {
  /// Native where the driver can, else generic.
  case auto
  /// In the driver, before a packet buffer is made.
  case native
  /// In the stack, after it: slower, works on every interface.
  case generic
}

/// A program on an interface, held by a descriptor: when this value ends, or the process dies in
/// whatever way, the kernel detaches it.
public struct XDPAttachment: ~Copyable, Sendable {
  /// The interface, as it was looked up.
  public let interface: NetworkInterface
  /// `native` or `generic`, never `auto`.
  public let mode: AttachMode
  /// Why native mode was not to be had, when `auto` fell back to generic.
  public let fallback: String?
  private let link: Int32

  /// Attaches the program. Replaces nobody: an interface that already runs an XDP program is
  /// refused with `interfaceBusy`, which names it.
  public static func attach(
    _ program: borrowing LoadedProgram, to interface: NetworkInterface, mode: AttachMode = .auto
  ) throws(BPFError) -> XDPAttachment {
    if let holder = try interface.attachedProgram() {
      throw busy(interface, holder)
    }
    let native = mode == .generic ? nil : create(program, interface, UInt32(XDP_FLAGS_DRV_MODE))
    switch native {
    case .success(let link):
      return XDPAttachment(interface: interface, mode: .native, fallback: nil, link: link)
    case .failure(let error) where mode == .native || !allowsFallback(error):
      throw refusal(interface, .native, error)
    case .failure, nil: break
    }
    var fallback: String?
    if case .failure(let error) = native {
      fallback = "the driver of \(interface.name) refused native XDP: \(error)"
    }
    switch create(program, interface, UInt32(XDP_FLAGS_SKB_MODE)) {
    case .success(let link):
      return XDPAttachment(interface: interface, mode: .generic, fallback: fallback, link: link)
    case .failure(let error): throw refusal(interface, .generic, error)
    }
  }

  private init(interface: NetworkInterface, mode: AttachMode, fallback: String?, link: Int32) {
    self.interface = interface
    self.mode = mode
    self.fallback = fallback
    self.link = link
  }

  /// Detaches explicitly: a child process that was just forked may hold a copy of the descriptor
  /// until it executes its program, and the kernel waits for the last copy.
  deinit {
    _ = bpf_link_detach(link)
    close(link)
  }

  /// Whether the program is still attached; a removed interface lets go of it, and so does who
  /// detaches the link (`bpftool link detach`).
  public var isAlive: Bool {
    var info = bpf_link_info()
    var length = UInt32(MemoryLayout<bpf_link_info>.size)
    guard bpf_obj_get_info_by_fd(link, &info, &length) == 0 else { return false }
    return info.xdp.ifindex != 0
  }

  /// Puts another program in the place of the one that runs, between two packets: none passes
  /// unseen. CPUs may still be in the old program until a grace period has passed.
  public func replace(with program: borrowing LoadedProgram) throws(BPFError) {
    let result = bpf_link_update(link, program.descriptor, nil)
    if result < 0 {
      throw .call("cannot replace the program on \(interface.name)", SystemError(code: result))
    }
  }

  /// Detaches now and says if that failed; ending the value's life detaches as well.
  public consuming func detach() throws(BPFError) {
    let result = bpf_link_detach(link)
    // A link whose interface has gone is detached already.
    if result < 0 && SystemError(code: result).code != ENOLINK && isAlive {
      throw .call("cannot detach from \(interface.name)", SystemError(code: result))
    }
  }

  private static func create(
    _ program: borrowing LoadedProgram, _ interface: NetworkInterface, _ flags: UInt32
  ) -> Result<Int32, SystemError> {
    var options = bpf_link_create_opts()
    options.sz = MemoryLayout<bpf_link_create_opts>.size
    options.flags = flags
    let link = bpf_link_create(program.descriptor, interface.index, BPF_XDP, &options)
    return link >= 0 ? .success(link) : .failure(SystemError(code: link))
  }

  /// A driver that cannot is no reason to stop; lack of privilege, another's program or a missing
  /// interface would fail in generic mode too, and must be told as they are.
  private static func allowsFallback(_ error: SystemError) -> Bool {
    ![.notPermitted, .accessDenied, .busy, .exists, .noDevice].contains(error)
  }

  private static func refusal(
    _ interface: NetworkInterface, _ mode: AttachMode, _ error: SystemError
  ) -> BPFError {
    switch error {
    case .busy, .exists:
      // Somebody was faster than our own look.
      return busy(interface, (try? interface.attachedProgram()) ?? nil)
    case .notPermitted, .accessDenied: return .call("cannot attach to \(interface.name)", error)
    default:
      return .attachRefused(interface: interface.name, mode: mode.rawValue, error: error)
    }
  }

  private static func busy(_ interface: NetworkInterface, _ holder: ProgramIdentity?) -> BPFError {
    let processes = holder.map(HoldingProcess.holding) ?? []
    return .interfaceBusy(
      interface: interface.name, holder: holder, processes: processes,
      remedy: processes.isEmpty
        ? "detach that one first, \(interface.detachCommand)" : "end that process first")
  }
}
