import CLibBPF
import Glibc

/// The `.bss` of a program, shared with it: `struct sal_control` and the query's variables. The
/// data path reads the control word once a packet; a store here is seen by the next packet.
public struct ControlBlock: ~Copyable, Sendable {
  /// A variable of the query (a set, a threshold) with its place in `.bss`.
  public struct Variable: Sendable, Hashable {
    /// Its name in the emitted C.
    public let name: String
    /// Bytes from the start of the section.
    public let offset: Int
    /// `sizeof`.
    public let size: Int
  }

  /// All variables of the section in the order of their names, `sal_control` among them.
  public let variables: [Variable]
  private let pages: SharedPages
  private let control: Int

  /// The members of `struct sal_control`.
  private enum Member {
    static let word = 0
    static let order = 8
    static let wireLength = 16
    static let capturedLength = 20
    static let flags = 24
    static let size = 32
  }

  init(_ handle: ObjectHandle) throws(BPFError) {
    guard let section = try DataSection(".bss", of: handle) else {
      throw .missing(kind: "section", name: ".bss")
    }
    guard let found = section.variable(Contract.control) else {
      throw .missing(kind: "variable", name: Contract.control)
    }
    guard found.size == Member.size else {
      throw .invalidObject(
        reason: "sal_control has \(found.size) bytes instead of \(Member.size); it was compiled "
          + "by another version of salc", log: "")
    }
    // libbpf's own view of .bss (bpf_map__initial_value) is a private copy; map the kernel's.
    pages = try SharedPages(
      descriptor: bpf_map__fd(section.map), length: Int(bpf_map__value_size(section.map)),
      writable: true,
      what: ".bss")
    variables = section.variables
    control = found.offset
  }

  // MARK: the control word

  /// The word as it stands: `tick_ns << 1 | epoch`.
  public var word: UInt64 { salbpf_load64(address(control + Member.word)) }

  /// Writes tick and epoch in one store; packets from now on belong to them.
  public func setWord(tickNanoseconds: UInt64, epoch: Int) {
    let word = tickNanoseconds << 1 | UInt64(epoch & 1)
    salbpf_store64(address(control + Member.word), word)
  }

  /// Tells a replayed frame's place in the capture and its lengths: on the wire, and captured;
  /// 0 and 0 mean what the frame itself says. `flags` are those of `sal/layout.h` (link type).
  public func describeFrame(
    order: UInt64, wireLength: UInt32, capturedLength: UInt32, flags: UInt32 = 0
  ) {
    salbpf_store64(address(control + Member.order), order)
    salbpf_store32(address(control + Member.wireLength), wireLength)
    salbpf_store32(address(control + Member.capturedLength), capturedLength)
    salbpf_store32(address(control + Member.flags), flags)
  }

  // MARK: the query's variables

  /// The bytes of a variable, valid as long as this value lives.
  public func bytes(of name: String) throws(BPFError) -> UnsafeMutableRawBufferPointer {
    guard let variable = variables.first(where: { $0.name == name }) else {
      throw .missing(kind: "variable", name: name)
    }
    return bytes(of: variable)
  }

  /// As `bytes(of:)` with a name, looked up before.
  public func bytes(of variable: Variable) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(
      rebasing: pages.bytes[variable.offset..<variable.offset + variable.size])
  }

  /// One store of a 64-bit value into a variable (a threshold, the tick from which a set holds)
  /// after everything written before it.
  public func publish(_ value: UInt64, to variable: Variable, at offset: Int = 0) {
    precondition(offset >= 0 && offset + 8 <= variable.size, "inside the variable")
    precondition((variable.offset + offset) & 7 == 0, "64-bit stores are aligned")
    salbpf_store64(address(variable.offset + offset), value)
  }

  private func address(_ offset: Int) -> UnsafeMutableRawPointer {
    pages.bytes.baseAddress! + offset
  }
}
