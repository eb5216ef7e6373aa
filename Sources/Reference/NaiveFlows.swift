import DataModel
import Plan

/// Flow records of packets, flow by flow: all packets are kept, and each 5-tuple is gone through
/// from its first packet to its last when everything has come.
///
/// Written from the rules of `Docs/Language.md`: packets count in the pane that is open when they
/// come; a record ends where the gap to the next pane's packets is too long, or at the last end of
/// a pane within the active timeout.
struct NaiveFlows {
  private struct Sent {
    let time: Int64
    let isFromA: Bool
    let octets: Int64
    let payload: Int64
    let flags: Int64
  }

  private struct End: Hashable, Comparable {
    let address: IPAddress
    let port: Int64
    static func < (a: End, b: End) -> Bool {
      (a.address.high, a.address.low, a.port) < (b.address.high, b.address.low, b.port)
    }
  }

  private struct Tuple: Hashable {
    let a: End
    let b: End
    let number: Int64
  }

  /// A record and the end of the pane at which it is written.
  struct Written {
    let end: Int64
    let record: NaivePacket
    /// Whether it is written because the input has ended, after all others.
    let isLast: Bool
  }

  /// The node that makes them.
  let node: Int
  private let making: FlowMaking
  /// The source of the packets, and whether it is the plan's only one.
  private let source: (node: Int, isOnly: Bool)
  private var newestPane = Int64.min
  /// The packets of each 5-tuple by the pane in which they count.
  private var packets: [Tuple: [Int64: [Sent]]] = [:]

  init(_ making: FlowMaking, of node: Int, in plan: LogicalPlan) {
    self.making = making
    self.node = node
    source = (plan.root(of: node), plan.sources.count == 1)
  }

  /// The end of the pane at hand.
  var inputEnd: Int64 { newestPane > .min ? newestPane + making.pane.length : .min }

  /// Takes a packet, or the time of a tuple of another source; packets without an IP header are of
  /// no flow.
  mutating func take(_ packet: NaivePacket, from taken: Int?) {
    newestPane = max(newestPane, making.pane.start(of: packet.time))
    guard source.isOnly || source.node == taken else { return }
    func value(_ name: String) -> Value {
      PacketFields.named(name).map { packet.value($0) } ?? .missing
    }
    func number(_ name: String) -> Int64 {
      if case .integer(let number) = value(name) { number } else { 0 }
    }
    guard case .address(let source) = value("SourceIp"), case .address(let dest) = value("DestIp"),
      case .integer(let protocolNumber) = value("IpProtocol")
    else { return }
    let from = End(address: source, port: number("SourcePort"))
    let to = End(address: dest, port: number("DestPort"))
    let isSwapped = making.isBidirectional && to < from
    let tuple = Tuple(
      a: isSwapped ? to : from, b: isSwapped ? from : to, number: protocolNumber)
    packets[tuple, default: [:]][newestPane, default: []].append(
      Sent(
        time: packet.time, isFromA: !isSwapped, octets: number("IpBytes"),
        payload: number("payload.len"), flags: number("tcp.flags")))
  }

  /// All records in the order in which they are written.
  func records() -> [Written] {
    guard newestPane > .min else { return [] }
    var found: [(end: Int64, isLast: Int, start: Int64, tuple: Tuple, values: [Value])] = []
    for (tuple, panes) in packets {
      for record in records(of: tuple, panes, inputEnd) {
        let first = record.packets.map(\.time).min() ?? 0
        found.append(
          (record.end, record.isLast ? 1 : 0, first, tuple, values(tuple, record)))
      }
    }
    found.sort { x, y in
      if x.end != y.end { return x.end < y.end }
      if x.isLast != y.isLast { return x.isLast < y.isLast }
      if x.start != y.start { return x.start < y.start }
      return precedes(x.tuple, y.tuple)
    }
    return found.enumerated().map { order, record in
      Written(
        end: record.end,
        record: NaivePacket(record: record.values, time: record.start, order: order),
        isLast: record.isLast == 1)
    }
  }

  private func precedes(_ x: Tuple, _ y: Tuple) -> Bool {
    let left = [x.a.address.high, x.a.address.low, x.b.address.high, x.b.address.low]
    let right = [y.a.address.high, y.a.address.low, y.b.address.high, y.b.address.low]
    if left != right { return left.lexicographicallyPrecedes(right) }
    return [Int64(x.a.address.family), x.number, x.b.port, x.a.port].lexicographicallyPrecedes([
      Int64(y.a.address.family), y.number, y.b.port, y.a.port,
    ])
  }

  // MARK: one 5-tuple

  private struct Record {
    var packets: [Sent] = []
    var end: Int64 = 0
    var isForced = false
    /// Whether it is written because the input has ended, after all others.
    var isLast = false
    /// Whether A is the source, where the flow's first record has said so.
    var isFromA: Bool?
  }

  /// How long a flow waits for its next packet: less once it was ended.
  private func patience(after seen: [Sent]) -> Int64 {
    let fins = (
      seen.contains { $0.isFromA && $0.flags & 1 != 0 },
      seen.contains { !$0.isFromA && $0.flags & 1 != 0 }
    )
    let isReset = seen.contains { $0.flags & 4 != 0 }
    let isOver = isReset || (fins.0 && (fins.1 || !making.isBidirectional))
    return isOver ? making.linger : making.idle
  }

  private func records(
    of tuple: Tuple, _ panes: [Int64: [Sent]], _ inputEnd: Int64
  ) -> [Record] {
    var done: [Record] = []
    var open = Record()
    var last = Int64.min
    var seen: [Sent] = []

    /// What happens at the ends of panes up to `limit`, until there is nothing left to happen.
    func pass(until limit: Int64, from start: Int64) {
      var end = start
      while end <= limit, last > .min {
        if end - last >= patience(after: seen) {
          close(at: end, isForced: false)
          (last, seen, open) = (.min, [], Record())
        } else if let first = open.packets.map(\.time).min(),
          end + making.pane.length > first + making.active
        {
          let side = isFromA(open, tuple)
          close(at: end, isForced: true)
          open = Record()
          open.isFromA = side
        }
        end += making.pane.length
      }
    }
    func close(at end: Int64, isForced: Bool) {
      guard !open.packets.isEmpty else { return }
      open.end = end
      open.isForced = isForced
      done.append(open)
    }

    var next = Int64.min
    for pane in panes.keys.sorted() {
      guard let packets = panes[pane] else { continue }
      if next > .min { pass(until: pane, from: next) }
      let end = pane + making.pane.length
      let first = packets.map(\.time).min() ?? 0
      if last > .min, first - last >= patience(after: seen) {
        close(at: end, isForced: false)
        (last, seen, open) = (.min, [], Record())
      }
      open.packets += packets
      seen += packets
      last = max(last, packets.map(\.time).max() ?? 0)
      pass(until: end, from: end)
      next = end + making.pane.length
    }
    pass(until: inputEnd, from: next)
    open.isLast = true
    close(at: inputEnd, isForced: true)
    return done
  }

  /// Whether A is the source: who sent first; at the same instant who asked for the connection,
  /// else who has the higher port, else A.
  private func isFromA(_ record: Record, _ tuple: Tuple) -> Bool {
    if let side = record.isFromA { return side }
    let (a, b) = (
      record.packets.filter(\.isFromA), record.packets.filter { !$0.isFromA }
    )
    guard let firstA = a.map(\.time).min() else { return false }
    guard let firstB = b.map(\.time).min() else { return true }
    if firstA != firstB { return firstA < firstB }
    let asked = (a.contains { $0.flags & 0x12 == 2 }, b.contains { $0.flags & 0x12 == 2 })
    if asked.0 != asked.1 { return asked.0 }
    return tuple.a.port >= tuple.b.port
  }

  /// The values of a record, a column each.
  private func values(_ tuple: Tuple, _ record: Record) -> [Value] {
    let a = record.packets.filter(\.isFromA)
    let b = record.packets.filter { !$0.isFromA }
    let isFromA = isFromA(record, tuple)
    let (source, dest) = isFromA ? (a, b) : (b, a)
    let (from, to) = isFromA ? (tuple.a, tuple.b) : (tuple.b, tuple.a)
    let times = record.packets.map(\.time)
    let (first, last) = (times.min() ?? 0, times.max() ?? 0)
    let isTCP = tuple.number == 6
    func sum(_ packets: [Sent], _ part: (Sent) -> Int64) -> Value {
      .integer(packets.reduce(0) { $0 + part($1) })
    }
    func flags(_ packets: [Sent]) -> Value {
      isTCP ? .integer(packets.reduce(0) { $0 | $1.flags }) : .missing
    }
    let known: [String: Value] = [
      "TimeSeconds": .time(first), "EndTime": .time(last),
      "DurationSeconds": .duration(last - first),
      "First": .integer(first / 1_000_000), "Last": .integer(last / 1_000_000),
      "SourceIp": .address(from.address), "DestIp": .address(to.address),
      "SourcePort": .integer(from.port), "DestPort": .integer(to.port),
      "IpLayerProtocol": .integer(tuple.number),
      "IpLayerProtocolCode": .text(ProtocolNames.name(UInt8(tuple.number))),
      "ApplicationProtocol": service(tuple),
      "SrcPayloadBytes": sum(source, \.payload), "DestPayloadBytes": sum(dest, \.payload),
      "SrcTotalBytes": sum(source, \.octets), "DestTotalBytes": sum(dest, \.octets),
      "FirstSeenSrcPacketCount": .integer(Int64(source.count)),
      "FirstSeenDestPacketCount": .integer(Int64(dest.count)),
      "TotalPackets": .integer(Int64(record.packets.count)),
      "TotalBytes": sum(record.packets, \.octets), "TcpFlags": flags(record.packets),
      "SrcTcpFlags": flags(source), "DestTcpFlags": flags(dest),
      "RecordForceOut": .integer(record.isForced ? 1 : 0),
    ]
    return making.schema.columns.map { known[$0.field.name] ?? .missing }
  }

  private func service(_ tuple: Tuple) -> Value {
    guard tuple.number == 6 || tuple.number == 17 else { return .missing }
    for port in [tuple.a.port, tuple.b.port].sorted() {
      for row in Services.rows
      where Int64(row.port) == port && (tuple.number == 6 ? row.isTCP : row.isUDP) {
        return .text(row.name)
      }
    }
    return .missing
  }
}
