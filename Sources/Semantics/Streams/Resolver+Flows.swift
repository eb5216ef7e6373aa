import DataModel
import Diagnostics
import Plan
import Syntax

/// Flow records made from packets.
extension Resolver {
  private static let example = "FlowStream(\"eth0\", active: 60s, idle: 15s, direction: both)"

  /// `FlowStream("eth0", active: 60s, idle: 15s, direction: both)`.
  mutating func flows(_ call: Call) -> Meaning {
    var making = FlowMaking(
      aggregation: 0, active: FlowMaking.defaultActive, idle: FlowMaking.defaultIdle,
      isBidirectional: true)
    var interfaces: [String] = []
    for argument in call.arguments {
      guard let label = argument.label else {
        guard let name = interface(argument) else { return .invalid }
        interfaces.append(name)
        continue
      }
      switch label.text {
      case "active", "idle":
        guard let length = timeout(argument) else { return .invalid }
        if label.text == "active" { making.active = length } else { making.idle = length }
      case "direction":
        guard let isBoth = direction(argument) else { return .invalid }
        making.isBidirectional = isBoth
      default:
        report(
          Diagnostic(
            .wrongArgument, "FlowStream has active, idle and direction, no ‘\(label.text)’",
            at: label.range, notes: [Diagnostic.Note("for example: \(Self.example)")]))
        return .invalid
      }
    }
    return flows(
      FlowMaking(
        aggregation: 0, active: making.active, idle: making.idle,
        isBidirectional: making.isBidirectional),
      of: interfaces, call)
  }

  /// Flows of packets in the place of a source of records, to which the command line gives
  /// packets.
  mutating func flows(insteadOf schema: RecordSchema, _ call: Call) -> Meaning {
    var making = FlowMaking(
      aggregation: 0, active: FlowMaking.defaultActive, idle: FlowMaking.defaultIdle,
      isBidirectional: schema.isBidirectional)
    making.schema = RecordFormats.flows.tolerating(schema)
    return flows(making, of: [], call)
  }

  private mutating func flows(
    _ making: FlowMaking, of interfaces: [String], _ call: Call
  ) -> Meaning {
    let packets = add(.interfaces(interfaces), range: call.range)
    var made = making
    for (node, known) in plan.flowMakings where plan.nodes[node].input == packets {
      made.aggregation = known.aggregation
      if made == known { return .tuples(TupleStream(node: node, key: nil)) }
    }
    made.aggregation = plan.aggregations.count
    plan.aggregations.append(
      Aggregation(
        input: packets, key: FlowMaking.key, window: made.pane, form: .words(FlowMaking.layout),
        name: plan.nodes[packets].name, range: call.range))
    let node = add(.flows(made), to: packets, range: call.range)
    if settings["Lateness"] == nil { plan.lateness = max(plan.lateness, made.active) }
    return .tuples(TupleStream(node: node, key: nil))
  }

  /// The name of an interface.
  private mutating func interface(_ argument: Argument) -> String? {
    guard case .literal(let literal) = argument.value else {
      reportArgument(argument, of: RecordFormats.flows.source)
      return nil
    }
    if let text = literal.value.text { return text }
    if case .integer = literal.value {
      report(
        Diagnostic(
          .wrongArgument, "FlowStream makes flows of an interface's packets; it reads no server",
          at: argument.range,
          notes: [
            Diagnostic.Note("records from a server: VastStream(\"localhost\", 9999)"),
            Diagnostic.Note("for example: \(Self.example)"),
          ]))
      return nil
    }
    reportArgument(argument, of: RecordFormats.flows.source)
    return nil
  }

  private mutating func timeout(_ argument: Argument) -> Int64? {
    if case .literal(let literal) = argument.value,
      case .duration(let length) = literal.value, length >= FlowMaking.shortest
    {
      return length
    }
    let shortest = Timestamp.durationText(FlowMaking.shortest)
    report(
      Diagnostic(
        .wrongArgument, "a timeout is a duration of at least \(shortest), such as 15s",
        at: argument.value.range))
    return nil
  }

  /// Whether both directions of a flow are one record.
  private mutating func direction(_ argument: Argument) -> Bool? {
    if case .path(let path) = argument.value {
      if path.text.lowercased() == "both" { return true }
      if path.text.lowercased() == "one" { return false }
    }
    report(
      Diagnostic(
        .wrongArgument, "direction is ‘both’, a record for both directions, or ‘one’",
        at: argument.value.range))
    return nil
  }
}
