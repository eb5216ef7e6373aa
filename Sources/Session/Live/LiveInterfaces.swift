import BPFRuntime

/// The interfaces of a hub with its program attached to each: all run one program on one state.
final class LiveInterfaces: @unchecked Sendable {
  // Used by one thread at a time: while the turn's thread changes programs, the hub waits for it.

  /// Keeps an attachment, which cannot be an element itself.
  private final class Held {
    let interface: NetworkInterface
    private var attachment: XDPAttachment?
    let mode: AttachMode
    let fallback: String?
    /// Whether it was up when the program was attached.
    let wasUp: Bool
    /// Whether it was up when that was asked last.
    private var isUp: Bool

    init(_ attachment: consuming XDPAttachment) {
      interface = attachment.interface
      mode = attachment.mode
      fallback = attachment.fallback
      wasUp = attachment.interface.isUp
      isUp = wasUp
      self.attachment = consume attachment
    }

    var name: String { interface.name }

    /// Whether it is up now, where that is new.
    func hasTurned() -> Bool? {
      let isUp = interface.isUp
      defer { self.isUp = isUp }
      return isUp == self.isUp ? nil : isUp
    }

    var isAlive: Bool { attachment?.isAlive ?? false }

    func replace(with program: borrowing LoadedProgram) throws(BPFError) {
      try attachment?.replace(with: program)
    }

    func detach() throws(BPFError) { try attachment.take()?.detach() }
  }

  private let held: [Held]

  /// Bytes of payload that fit one page beside headroom and tail, as drivers count; above it native
  /// XDP wants `xdp.frags`.
  static let mtuOfOneBuffer = 3498

  /// Looks the interfaces up; says whether frames may come that want a program which takes several
  /// buffers (`xdp.frags`).
  static func find(
    _ names: [String]
  ) throws(BPFError) -> (interfaces: [NetworkInterface], frags: Bool) {
    var interfaces: [NetworkInterface] = []
    var frags = false
    for name in names where !interfaces.contains(where: { $0.name == name }) {
      let interface = try NetworkInterface.named(name)
      interfaces.append(interface)
      frags = try interface.maximumTransmissionUnit() > mtuOfOneBuffer || frags
    }
    return (interfaces, frags)
  }

  /// Attaches the program to each; where one refuses, to none.
  init(
    _ interfaces: [NetworkInterface], _ program: borrowing LoadedProgram, mode: AttachMode
  ) throws(BPFError) {
    var held: [Held] = []
    for interface in interfaces {
      held.append(Held(try XDPAttachment.attach(program, to: interface, mode: mode)))
    }
    self.held = held
  }

  /// `native`, `generic`, or both where interfaces differ.
  var mode: String { Set(held.map(\.mode.rawValue)).sorted().joined(separator: "+") }

  /// Why native mode was not to be had, by interface.
  var fallbacks: [String] { held.compactMap(\.fallback) }

  /// Those that were down when the program was attached.
  var namesDown: [String] { held.filter { !$0.wasUp }.map(\.name) }

  /// Those that have gone down or come up since it was asked last; it notes what it found, so the
  /// hub asks under the lock of its table.
  func changes() -> [(name: String, isUp: Bool)] {
    held.compactMap { held in held.hasTurned().map { (held.name, $0) } }
  }

  /// Why an interface has no packets for the program any more; nil where all have.
  var whyGone: SessionError? {
    guard let held = held.first(where: { !$0.isAlive }) else { return nil }
    // One that was removed and made again has another number.
    let isThere = (try? NetworkInterface.named(held.name)) == held.interface
    return isThere ? .detached(held.name) : .interfaceGone(held.name)
  }

  /// Puts `next` in the place of `present` everywhere, or nowhere.
  func replace(
    _ present: borrowing LoadedProgram, with next: borrowing LoadedProgram
  ) throws(BPFError) {
    for (index, interface) in held.enumerated() {
      do { try interface.replace(with: next) } catch {
        for changed in held[..<index] { try? changed.replace(with: present) }
        throw error
      }
    }
  }

  /// Detaches from all and says what failed first.
  func detach() throws(BPFError) {
    var failure: BPFError?
    for interface in held {
      do { try interface.detach() } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
  }
}
