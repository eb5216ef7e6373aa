import DataModel
import Plan

/// What one end of a flow sent.
struct FlowSums {
  var packets: UInt64 = 0
  var octets: UInt64 = 0
  var payload: UInt64 = 0
  /// The time of the first packet; `Int64.max` without one.
  var first = Int64.max
  /// TCP flags, and ``FlowMaking/synAlone``.
  var flags: UInt64 = 0

  mutating func add(_ other: FlowSums) {
    packets &+= other.packets
    octets &+= other.octets
    payload &+= other.payload
    first = min(first, other.first)
    flags |= other.flags
  }
}

/// A flow: what its record will say, and where it stands in the cache.
struct FlowEntry {
  private static let fin: UInt64 = 1
  private static let rst: UInt64 = 4

  var key: FlowKey
  var fromA = FlowSums()
  var fromB = FlowSums()
  /// The time of the last packet, of an earlier record's too.
  var last = Int64.min
  /// The pane's end at which its timeouts are looked at, in panes since the epoch.
  var due: Int64 = 0
  var next: Int32 = -1
  var previous: Int32 = -1
  /// Its place among the flows that the pane at hand touches; -1 for none.
  var touched: Int32 = -1
  /// Whether A is the source, once a record has said so.
  var isFromA: Bool?
  /// FIN of A, FIN of B, RST.
  var ended: UInt8 = 0
  /// Whether the record was written before the flow's end.
  var isForced = false

  init(key: FlowKey) { self.key = key }

  /// Whether no packet came since the last record.
  var isEmpty: Bool { fromA.packets | fromB.packets == 0 }

  /// The time of the record's first packet.
  var first: Int64 { min(fromA.first, fromB.first) }

  mutating func noteFlags() {
    if fromA.flags & Self.fin != 0 { ended |= 1 }
    if fromB.flags & Self.fin != 0 { ended |= 2 }
    if (fromA.flags | fromB.flags) & Self.rst != 0 { ended |= 4 }
  }

  /// Whether TCP has ended the connection; of one direction its own FIN is enough.
  func hasEnded(isBidirectional: Bool) -> Bool {
    if ended & 4 != 0 { return true }
    return isBidirectional ? ended & 3 == 3 : ended & 1 != 0
  }

  /// Whether A is the source: who sent first; at the same instant who asked for the connection,
  /// else who has the higher port, else the lower address.
  var sourceIsA: Bool {
    if let isFromA { return isFromA }
    if fromA.first != fromB.first { return fromA.first < fromB.first }
    let asked = (fromA.flags & FlowMaking.synAlone, fromB.flags & FlowMaking.synAlone)
    if asked.0 != asked.1 { return asked.0 > asked.1 }
    return key.portA >= key.portB
  }

  /// Begins the next record of the same flow.
  mutating func goOn() {
    isFromA = sourceIsA
    fromA = FlowSums()
    fromB = FlowSums()
  }

  /// The order in which records of one moment are written.
  static func precedes(_ a: FlowEntry, _ b: FlowEntry) -> Bool {
    if a.first != b.first { return a.first < b.first }
    if a.key != b.key { return FlowKey.precedes(a.key, b.key) }
    return a.last < b.last
  }
}
