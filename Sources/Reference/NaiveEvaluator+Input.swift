public import Plan

extension NaiveEvaluator {
  /// The exact answer of a plan over the frames in their order: by window end, output and values.
  public static func rows(
    of plan: LogicalPlan, over frames: [CapturedFrame], band: Double = 0.1
  ) -> [NaiveRow] {
    var evaluator = NaiveEvaluator(plan: plan, band: band)
    for (order, frame) in frames.enumerated() {
      evaluator.take(NaivePacket(frame, order: order))
    }
    return evaluator.finish()
  }

  /// Takes the next packet or record, of the source at this node where the plan has several.
  public mutating func take(_ taken: NaivePacket, source: Int? = nil) {
    // Flows are made of packets when all of them have come.
    if flows.isEmpty { return take(taken, at: taken.time, from: source) }
    for index in flows.indices { flows[index].take(taken, from: source) }
    held.append((taken, source))
  }

  /// Closes every window and gives all rows, by window end, output and values.
  public func finish() -> [NaiveRow] {
    var settled = self
    settled.takeFlows()
    settled.settlePatterns(until: .max)
    settled.advanceRows(until: .max)
    return settled.allRows()
  }

  /// Takes a tuple of the source, or a record of a flow that ended at `time`.
  mutating func take(_ taken: NaivePacket, at time: Int64, from root: Int?) {
    newest = max(newest, time)
    settlePatterns(until: newest - plan.lateness)
    advanceRows(until: newest - plan.lateness)
    clock = newest
    run(taken, from: root)
  }

  /// Makes the flows, and takes their records and the tuples that have come: a record before the
  /// first tuple that is not older than the end of the pane at which it is written.
  mutating func takeFlows() {
    guard !flows.isEmpty else { return }
    let inputEnd = flows.map(\.inputEnd).max() ?? .max
    let made = flows.flatMap { maker in maker.records().map { ($0, maker.node) } }
      .enumerated().sorted { x, y in
        let ends = [x, y].map { $0.element.0.isLast ? Int64.max : $0.element.0.end }
        return (ends[0], x.offset) < (ends[1], y.offset)
      }.map(\.element)
    let taken = held
    (flows, held) = ([], [])
    var next = 0
    func isDue(_ time: Int64) -> Bool {
      next < made.count && !made[next].0.isLast && made[next].0.end <= time
    }
    for (tuple, source) in taken {
      while isDue(tuple.time) {
        take(made[next].0.record, at: made[next].0.end, from: made[next].1)
        next += 1
      }
      take(tuple, at: tuple.time, from: source)
    }
    for (written, node) in made[next...] {
      take(written.record, at: written.isLast ? inputEnd : written.end, from: node)
    }
  }
}
