import CLibBPF
import Glibc

/// What an interface and its driver say about themselves; reading it asks for no privilege.
public struct InterfaceFacts: Sendable {
  /// A feature of the device that changes packets before a program sees them, ethtool(8) `-k`.
  public enum Offload: Sendable, Hashable {
    case unknown, off, on
    /// On, and the driver does not let it be turned off.
    case fixedOn

    init(_ raw: salbpf_offload) {
      self =
        switch raw {
        case SALBPF_OFFLOAD_OFF: .off
        case SALBPF_OFFLOAD_ON: .on
        case SALBPF_OFFLOAD_ON_FIXED: .fixedOn
        default: .unknown
        }
    }

    /// Whether it is on, changeable or not.
    public var isOn: Bool { self == .on || self == .fixedOn }
  }

  /// What the driver declares of XDP in itself, before packet buffers are made.
  public enum NativeXDP: Sendable, Hashable {
    /// It has none: only the generic mode is possible.
    case none
    /// It has it; `frags`: also for frames of several buffers.
    case declared(frags: Bool)
    /// The kernel is older than 6.3, in which drivers began to declare it.
    case unknown
  }

  /// The interface asked for.
  public let interface: NetworkInterface
  /// The driver's name; nil where there is none, as for the loopback device.
  public let driver: String?
  /// Whether it is up.
  public let isUp: Bool
  /// Whether it is the loopback device.
  public let isLoopback: Bool
  /// Queues that receive; 0 where the driver does not say.
  public let receiveQueues: Int
  /// The largest payload of a frame in bytes.
  public let mtu: Int
  /// What XDP it has of its own.
  public let nativeXDP: NativeXDP
  /// Joins several TCP segments to one packet, in the device (`lro`).
  public let largeReceive: Offload
  /// The same so that it can be undone (`rx-gro-hw`).
  public let hardwareGRO: Offload
  /// Takes the VLAN tag off the packet (`rxvlan`).
  public let vlanStripping: Offload
  /// The XDP program that it runs.
  public let program: ProgramIdentity?
  /// Who holds the program, as far as this process may look.
  public let holders: [HoldingProcess]
  /// What detaches it where nobody holds it.
  public let detachCommand: String
}

extension InterfaceFacts {
  /// Asks for them now.
  public init(_ interface: NetworkInterface) throws(BPFError) {
    var raw = salbpf_interface_facts()
    let result = salbpf_interface_facts(interface.name, &raw)
    guard result == 0 else {
      throw .call("cannot ask for the driver of \(interface.name)", SystemError(code: result))
    }
    self.interface = interface
    let name = withUnsafeBytes(of: raw.driver) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    driver = name.isEmpty ? nil : name
    isUp = raw.flags & UInt32(IFF_UP) != 0
    isLoopback = raw.flags & UInt32(IFF_LOOPBACK) != 0
    receiveQueues = Int(raw.rx_queues)
    mtu = try interface.maximumTransmissionUnit()
    var features: UInt64 = 0
    let known = salbpf_xdp_features(interface.index, &features)
    nativeXDP =
      known != 0
      ? .unknown
      : features & UInt64(SALBPF_XDP_BASIC) == 0
        ? .none : .declared(frags: features & UInt64(SALBPF_XDP_RX_FRAGS) != 0)
    largeReceive = Offload(raw.lro)
    hardwareGRO = Offload(raw.gro_hw)
    vlanStripping = Offload(raw.rx_vlan)
    program = try interface.attachedProgram()
    holders = program.map(HoldingProcess.holding) ?? []
    detachCommand = interface.detachCommand
  }
}

extension NetworkInterface {
  /// Whether it is up now, and so receives anything; true where it cannot be asked.
  public var isUp: Bool {
    var raw = salbpf_interface_facts()
    guard salbpf_interface_facts(name, &raw) == 0 else { return true }
    return raw.flags & UInt32(IFF_UP) != 0
  }
}
