public import DataModel

/// How flow records are made from packets: an aggregation by 5-tuple and pane, whose entries the
/// host joins into flows.
///
/// The rules hang on the times of packets, of which an entry has the first and the last, and on
/// the grid of panes, so that they decide alike whoever made the entries (Docs/Decisions/0029).
public struct FlowMaking: Sendable, Hashable {
  /// Index of the aggregation that has the packets' sums; see ``key`` and ``layout``.
  public var aggregation: Int
  /// A record is written at the last end of a pane at which its flow has lasted no longer.
  public var active: Int64
  /// A packet that comes as long after the flow's last, or longer, begins another flow.
  public var idle: Int64
  /// The same of a TCP flow that a RST, or a FIN of each direction, has ended: one pane.
  public var linger: Int64 { pane.length }
  /// The aggregation's window.
  public var pane: Window
  /// Whether a record speaks of both directions.
  public var isBidirectional: Bool
  /// The columns of a record.
  public var schema = RecordFormats.flows

  /// Creates a description.
  public init(
    aggregation: Int, active: Int64, idle: Int64, isBidirectional: Bool
  ) {
    self.aggregation = aggregation
    self.active = active
    self.idle = idle
    self.isBidirectional = isBidirectional
    let length = Self.paneLengths.first { $0 <= min(idle, active) } ?? Self.shortest
    pane = Window(length: length)
  }

  /// The lengths that panes may have, nanoseconds; none is longer than the timeouts, so that what
  /// comes within a pane is of one flow.
  private static let paneLengths: [Int64] = [
    1_000_000_000, 500_000_000, 200_000_000, 100_000_000, 50_000_000, 20_000_000, 10_000_000,
  ]

  /// The shortest timeout.
  public static let shortest: Int64 = 10_000_000
  /// The timeouts where the program names none: those of language.md §2.
  public static let defaultActive: Int64 = 60_000_000_000
  /// See ``defaultActive``.
  public static let defaultIdle: Int64 = 15_000_000_000

  private static func field(_ name: String) -> FieldID {
    guard let id = PacketFields.named(name) else {
      preconditionFailure("flows are made of fields that packets have: \(name)")
    }
    return id
  }

  /// The 5-tuple of a packet as it was sent. Packets without an IP header have none.
  public static let key: [KeyComponent] = [
    KeyComponent(name: "SourceIp", field: field("SourceIp"), type: .ip),
    KeyComponent(name: "DestIp", field: field("DestIp"), type: .ip),
    KeyComponent(
      name: "SourcePort", field: field("SourcePort"), type: .unsigned(bits: 16), fallback: 0),
    KeyComponent(
      name: "DestPort", field: field("DestPort"), type: .unsigned(bits: 16), fallback: 0),
    KeyComponent(name: "IpProtocol", field: field("IpProtocol"), type: .unsigned(bits: 8)),
  ]

  /// Octets of IP packets.
  public static let octets = Reduction.sum(.field(field("IpBytes")))
  /// Octets of payload.
  public static let payload = Reduction.sum(.field(field("payload.len")))
  /// What is left until the end of time at the first packet: a maximum of what is not negative,
  /// which an entry of zeros begins rightly, so that the count may stand in the key
  /// (``firstTime(_:)``).
  public static let first = Reduction.maximum(
    .binary(.subtract, .constant(Int64.max), .field(PacketFields.time)))
  /// The time of the last packet.
  public static let last = Reduction.maximum(.field(PacketFields.time))
  /// The TCP flags that any packet had, and ``synAlone``.
  public static let flags = Reduction.bitOr(flagsOfPacket)

  /// The bit of ``flags`` that says that a packet had SYN without ACK.
  public static let synAlone: UInt64 = 1 << 12

  /// `tcp.flags | (tcp.flags >> 1 & (tcp.flags >> 4 ^ 1) & 1) << 12`
  private static var flagsOfPacket: TupleExpression {
    let flags = TupleExpression.field(field("tcp.flags"))
    let noAck = TupleExpression.binary(
      .bitXor, .binary(.shiftRight, flags, .constant(4)), .constant(1))
    let syn = TupleExpression.binary(.shiftRight, flags, .constant(1))
    let alone = TupleExpression.binary(
      .bitAnd, .binary(.bitAnd, syn, noAck), .constant(1))
    return .binary(.bitOr, flags, .binary(.shiftLeft, alone, .constant(12)))
  }

  /// The time of the first packet, of ``first``'s word.
  public static func firstTime(_ word: UInt64) -> Int64 { Int64.max - Int64(bitPattern: word) }

  /// What the aggregation keeps of each key.
  public static let layout = AccumulatorLayout([.tuples, octets, payload, first, last, flags])
}

extension LogicalPlan {
  /// The nodes that make flow records of packets, and how.
  public var flowMakings: [(node: Int, making: FlowMaking)] {
    nodes.enumerated().compactMap { index, node in
      if case .flows(let making) = node.operation { (index, making) } else { nil }
    }
  }

  /// Whether an aggregation is a table of flows: its packets are never late, and it is no window
  /// of the program.
  public func isTableOfFlows(_ aggregation: Int) -> Bool {
    nodes.contains { $0.operation.aggregation == aggregation }
  }

  /// The nodes whose tuples may come too late for a window behind them.
  public var nodesWithLateTuples: Set<Int> {
    var found: Set<Int> = []
    for (index, aggregation) in aggregations.enumerated() where !isTableOfFlows(index) {
      found.insert(aggregation.input)
    }
    for index in nodes.indices.reversed() {
      let operation = nodes[index].operation
      // Ticks take tuples whenever they come; records of flows are late or not on their own.
      let isWindow = operation.window != nil && operation.items == nil
      guard isWindow || found.contains(index) && !operation.makesFlows else { continue }
      found.formUnion(operation.otherInputs.union(nodes[index].input.map { [$0] } ?? []))
    }
    return found
  }
}

extension FlowMaking: OperationFacts {
  var operation: TupleOperation { .flows(self) }
  /// Its packets come through the aggregation.
  var fieldsOfInput: Set<FieldID> { [] }
  var stateTaken: StateTaken? { .aggregation(aggregation) }
  mutating func renumber(by numbers: PartNumbers) {
    aggregation = numbers.aggregation(aggregation)
  }

  var handsOn: TuplesHandedOn { .made }
  func recordSchema(in plan: LogicalPlan) -> RecordSchema? { schema }

  var memory: OperationMemory? {
    OperationMemory(
      reasonForOneThread: "flows are joined across the keys' panes", window: nil,
      showsOrder: false, needsOrder: false, settles: false, goesOn: true)
  }
  func hostState(at index: Int, in plan: LogicalPlan, _ limits: HostLimits) -> HostState? {
    HostState(entry: "flow", entryBytes: 2 * 176, entriesMax: limits.keys)
  }
  func isSame(as other: TupleOperation, _ comparison: inout PlanComparison) -> Bool {
    guard case .flows(var other) = other else { return false }
    other.aggregation = aggregation
    return self == other
  }

  var reasonForHost: String? { "the host joins the flows of all panes and CPUs" }
  func text(in plan: LogicalPlan, from input: String) -> String {
    let (active, idle) = (Timestamp.durationText(active), Timestamp.durationText(idle))
    return "flows of a\(aggregation), \(isBidirectional ? "both directions" : "each direction"): "
      + "active \(active), idle \(idle), pane \(pane)"
  }
  func check(_ node: TupleNode, at index: Int, _ check: inout PlanCheck) {
    guard check.plan.aggregations.indices.contains(aggregation) else {
      return check.violations.append("n\(index) makes flows of a\(aggregation)")
    }
    let table = check.plan.aggregations[aggregation]
    check.require(
      table.input == node.input && table.key == FlowMaking.key
        && table.form == .words(FlowMaking.layout) && table.window == pane,
      "n\(index) makes flows of what is no table of flows")
  }
}
