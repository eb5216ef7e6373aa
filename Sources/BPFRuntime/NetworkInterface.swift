import CLibBPF
import Glibc

/// A network interface of the network namespace that the calling thread is in.
public struct NetworkInterface: Sendable, Hashable {
  /// Its name when it was looked up.
  public let name: String
  /// Its number in its namespace.
  public let index: Int32

  /// Finds the interface; the error names interfaces with similar names.
  public static func named(_ name: String) throws(BPFError) -> NetworkInterface {
    let index = if_nametoindex(name)
    if index != 0 { return NetworkInterface(name: name, index: Int32(index)) }
    let error = SystemError.last
    guard error == .noDevice else { throw .call("cannot look up the interface '\(name)'", error) }
    throw .noInterface(name: name, near: near(name))
  }

  /// All interfaces of the namespace, by number.
  public static func all() -> [NetworkInterface] {
    guard let list = if_nameindex() else { return [] }
    defer { if_freenameindex(list) }
    var interfaces: [NetworkInterface] = []
    var entry = list
    while entry.pointee.if_index != 0, let name = entry.pointee.if_name {
      interfaces.append(
        NetworkInterface(name: String(cString: name), index: Int32(entry.pointee.if_index)))
      entry += 1
    }
    return interfaces
  }

  /// At most three names, nearest first; all names when there are no more than three.
  private static func near(_ name: String) -> [String] {
    let names = all().map(\.name)
    if names.count <= 3 { return names }
    return names.map { ($0, editDistance($0, name)) }
      .filter { $0.1 <= max(2, name.utf8.count / 2) }
      .sorted { $0.1 < $1.1 }
      .prefix(3).map(\.0)
  }

  /// Levenshtein's distance in bytes.
  private static func editDistance(_ left: String, _ right: String) -> Int {
    let right = Array(right.utf8)
    var row = Array(0...right.count)
    for (i, a) in left.utf8.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, b) in right.enumerated() {
        let best = min(diagonal + (a == b ? 0 : 1), row[j] + 1, row[j + 1] + 1)
        diagonal = row[j + 1]
        row[j + 1] = best
      }
    }
    return row[right.count]
  }

  /// The largest payload of a frame in bytes.
  public func maximumTransmissionUnit() throws(BPFError) -> Int {
    let result = salbpf_mtu(name)
    guard result >= 0 else {
      throw .call("cannot ask for the MTU of \(name)", SystemError(code: result))
    }
    return Int(result)
  }

  /// The XDP program attached to this interface in any mode; nil if there is none.
  public func attachedProgram() throws(BPFError) -> ProgramIdentity? {
    let options = try attached()
    let ids = [options.prog_id, options.drv_prog_id, options.skb_prog_id, options.hw_prog_id]
    return ids.first { $0 != 0 }.map { ProgramIdentity(id: $0) }
  }

  /// The command that detaches a program which no link holds. ip(8) takes `xdp off` for the
  /// driver's mode where the driver has one, and then leaves a generic program where it is without
  /// a word.
  public var detachCommand: String {
    let mode =
      switch (try? attached())?.attach_mode {
      case UInt8(XDP_ATTACHED_SKB)?: "xdpgeneric"
      case UInt8(XDP_ATTACHED_HW)?: "xdpoffload"
      default: "xdp"
      }
    return "sudo ip link set dev \(name) \(mode) off"
  }

  private func attached() throws(BPFError) -> bpf_xdp_query_opts {
    var options = bpf_xdp_query_opts()
    options.sz = sizeThrough(\bpf_xdp_query_opts.attach_mode)
    let result = bpf_xdp_query(index, 0, &options)
    guard result == 0 else {
      throw .call("cannot ask which XDP program \(name) runs", SystemError(code: result))
    }
    return options
  }
}

/// The counters of an interface since it came up.
public struct LinkCounts: Sendable, Hashable {
  /// Packets and bytes that the stack counted in; in native mode drivers differ on whether
  /// packets that XDP consumed are among them.
  public var receivedPackets: UInt64
  /// Bytes received; in native mode some drivers (veth) leave the link header out.
  public var receivedBytes: UInt64
  /// Packets sent.
  public var sentPackets: UInt64
  /// Bytes sent.
  public var sentBytes: UInt64
  /// Received and dropped by the host for want of room.
  public var receivedDropped: UInt64
  /// Dropped before sending.
  public var sentDropped: UInt64
  /// Damaged or refused when received.
  public var receiveErrors: UInt64
  /// Lost in the network card, before any program saw them.
  public var receiveMissed: UInt64
}

/// Reads the counters of an interface. It keeps a socket of the namespace it was made in, so it may
/// be asked by any thread afterwards.
public struct LinkCounters: ~Copyable, Sendable {
  /// The interface asked for.
  public let interface: NetworkInterface
  private let route: Int32

  /// Opens a route socket in the calling thread's namespace.
  public init(_ interface: NetworkInterface) throws(BPFError) {
    self.interface = interface
    route = salbpf_route_socket()
    if route < 0 { throw .call("cannot open a route socket", SystemError(code: route)) }
  }

  deinit { close(route) }

  /// The counters now; an interface that is gone is an error.
  public func read() throws(BPFError) -> LinkCounts {
    var raw = salbpf_link_counters()
    let result = salbpf_link_counters(route, interface.index, &raw)
    guard result == 0 else {
      throw .call(
        "cannot read the counters of \(interface.name)", SystemError(code: result),
        remedy: "the interface may have been removed")
    }
    return LinkCounts(
      receivedPackets: raw.rx_packets, receivedBytes: raw.rx_bytes, sentPackets: raw.tx_packets,
      sentBytes: raw.tx_bytes, receivedDropped: raw.rx_dropped, sentDropped: raw.tx_dropped,
      receiveErrors: raw.rx_errors, receiveMissed: raw.rx_missed)
  }
}
