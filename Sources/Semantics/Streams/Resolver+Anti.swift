import DataModel
import Diagnostics
import Operators
import Plan
import Syntax

// JOIN of tuples (language.md §2).
extension Resolver {
  /// `JOIN S, T BY k ANTI AFTER d`: tuples of S that none of T with their key follows within d.
  ///
  /// `ANTI BEFORE d`: tuples of S before which, within d, none of T with their key
  /// came. A current value of T says when the last one did, so it is a filter beside that.
  mutating func anti(_ node: Join, _ reach: Join.Reach) -> Meaning {
    let streams = node.inputs.compactMap { tupleStream($0, for: "JOIN") }
    guard streams.count == node.inputs.count, !node.keys.isEmpty else { return .invalid }
    guard streams.count == 2, node.kind == .anti else {
      report(
        Diagnostic(
          .joinNeedsRows, "tuples are joined as JOIN S, T BY k ANTI AFTER d, or ANTI BEFORE d",
          at: node.range))
      return .invalid
    }
    guard var own = joinedKey(streams[0], node, node.inputs[0]),
      var other = joinedKey(streams[1], node, node.inputs[1])
    else { return .invalid }
    // An address of one family meets those of either.
    for index in own.indices where own[index].type.isAddress && other[index].type.isAddress {
      guard own[index].type != other[index].type else { continue }
      own[index].type = .ip
      other[index].type = .ip
    }
    for (a, b) in zip(own, other) where a.type != b.type || a.mask != b.mask {
      report(
        Diagnostic(
          .keysDoNotMeet, "‘\(a.name)’ is \(a.text): \(a.type), and \(b.text): \(b.type)",
          at: node.inputs[1].range))
      return .invalid
    }
    if reach.side == .after { return unanswered(streams, own, other, node, reach) }
    let (time, otherTime) = (timeField(of: streams[0]), timeField(of: streams[1]))
    let last = lastTime(of: streams[1].node, by: other, otherTime, node.range)
    let since = RowExpression.binary(
      .integer(.subtract), .tuple(.field(time)), .tuple(.current(last, key: own)))
    let isNear = RowExpression.compare(
      .lessOrEqual, since, .constant(.duration(reach.duration.nanoseconds)))
    return .tuples(
      streams[0].behind(add(.filterBeside(.not(isNear)), to: streams[0].node, range: node.range)))
  }

  private mutating func unanswered(
    _ streams: [TupleStream], _ own: [KeyComponent], _ other: [KeyComponent], _ node: Join,
    _ reach: Join.Reach
  ) -> Meaning {
    var waiting = Unanswered(
      other: streams[1].node, key: own, otherKey: other, within: reach.duration.nanoseconds)
    waiting.isOfRows = streams.contains { stream in
      plan.roots(of: stream.node).contains { plan.nodes[$0].operation.relation != nil }
    }
    let added = add(.unanswered(waiting), to: streams[0].node, range: node.range)
    return .tuples(streams[0].behind(added))
  }

  /// The key in the order of BY; nil where BY is not the stream's key.
  private mutating func joinedKey(
    _ stream: TupleStream, _ node: Join, _ written: StreamExpression
  ) -> [KeyComponent]? {
    let key = stream.components
    var result: [KeyComponent] = []
    for name in node.keys {
      guard case .path(let path) = name.expression, name.mask == nil, name.alias == nil,
        let column = column(path, of: key)
      else { break }
      result.append(key[column])
    }
    guard !key.isEmpty, result.count == node.keys.count, result.count == key.count else {
      report(
        Diagnostic(
          .keysDoNotMeet, "‘\(text(written.range))’ is keyed by \(list(key))",
          at: node.keys[0].range,
          notes: [Diagnostic.Note("JOIN names all columns of both keys: … BY Host, Ip")]))
      return nil
    }
    return result
  }

  /// The field that holds a stream's time.
  private func timeField(of stream: TupleStream) -> FieldID {
    if let schema = plan.recordSchema(of: stream.node) { return schema.time.id }
    if let rows = rowColumns(in: Scope(stream)) { return rows.time }
    return PacketFields.time
  }

  /// The current value that says when a key's last tuple was.
  private mutating func lastTime(
    of node: Int, by key: [KeyComponent], _ time: FieldID, _ range: SourceRange
  ) -> Int {
    let call = OperatorCall.latest(of: time)
    let operation = OperatorCatalogue.operation(of: call)
    guard case .words(let reductions) = operation.state(call) else {
      preconditionFailure("a maximum is kept in words")
    }
    plan.items.append(
      ItemGroup(
        input: node, key: key,
        states: [ItemState(items: 1, form: .words(AccumulatorLayout(reductions)))]))
    plan.itemFeatures.append(
      ItemFeature(
        name: "time of \(list(key))", group: plan.items.count - 1, state: 0, call: call,
        type: .time, range: range))
    return plan.itemFeatures.count - 1
  }
}
