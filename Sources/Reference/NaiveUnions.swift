public import DataModel
public import Plan

// Unions of streams with tuples of their own, and sources merged by time.
extension NaiveEvaluator {
  /// Runs what is behind the unions that a tuple is in, once for each stream that has it.
  mutating func gather(_ packet: NaivePacket, _ passed: [Bool], mayBeLate: Bool) {
    for (index, node) in plan.nodes.enumerated() {
      guard case .gather(let gathering) = node.operation else { continue }
      for input in gathering.inputs where passed[input.node] {
        var copy = packet
        for (own, into) in zip(input.columns, gathering.columns) {
          copy.derived[into] = packet.value(own)
        }
        run(copy, from: index, mayBeLate: mayBeLate)
      }
    }
  }

  /// The exact answer of a plan over several sources: of the tuples that stand first in each, the
  /// one with the earliest time comes next, at equal times that of the first source.
  public static func rows(
    of plan: LogicalPlan, merging sources: [Int: [NaivePacket]], band: Double = 0.1,
    attributes: (@Sendable (Int, String, Value) -> VertexAttribute?)? = nil
  ) -> [NaiveRow] {
    var evaluator = NaiveEvaluator(plan: plan, band: band)
    evaluator.attributes = attributes
    var next = sources.mapValues { _ in 0 }
    var order = 0
    while true {
      let heads = sources.keys.sorted().compactMap { source -> (source: Int, time: Int64)? in
        guard let tuples = sources[source], let place = next[source], place < tuples.count else {
          return nil
        }
        return (source, tuples[place].time)
      }
      guard let time = heads.map(\.time).min(),
        let source = heads.first(where: { $0.time == time })?.source,
        let place = next[source], var tuple = sources[source]?[place]
      else { break }
      next[source] = place + 1
      tuple.order = order
      order += 1
      evaluator.take(tuple, source: source)
    }
    return evaluator.finish()
  }
}

// The keys of item windows, time and again.
extension NaiveEvaluator {
  /// Notes that a group took a tuple in the tick of this time, which is over for one that is late.
  mutating func noteTicks(group: Int, at time: Int64, mayBeLate: Bool) {
    for (index, node) in plan.nodes.enumerated() {
      guard case .ticks(let ticks) = node.operation, ticks.group == group else { continue }
      let end = ticks.every.start(of: time) + ticks.every.length
      if !mayBeLate || !isClosed(end) { ticksDue[index, default: []].insert(end) }
    }
  }

  /// Prints the keys that there are when a tick ends.
  mutating func emitTicks(at end: Int64) {
    for (index, node) in plan.nodes.enumerated() {
      guard case .ticks(let ticks) = node.operation,
        ticksDue[index]?.remove(end) != nil
      else { continue }
      for key in items.keys(of: ticks.group) {
        var tuple = NaivePacket(record: [], time: end, order: 0)
        for (component, value) in zip(ticks.key, key) { tuple.derived[component.field] = value }
        run(tuple, from: index, mayBeLate: false)
      }
    }
  }
}
