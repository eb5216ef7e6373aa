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

  /// Takes a tuple of the source, or a record of a flow that ended at `time`.
  mutating func take(_ taken: NaivePacket, at time: Int64, from root: Int?) {
    newest = max(newest, time)
    settlePatterns(until: newest - plan.lateness)
    advanceRows(until: newest - plan.lateness)
    clock = newest
    run(taken, from: root)
  }

  /// Makes the flows, and takes their records in the order in which they are written.
  mutating func takeFlows() {
    guard let made = flows?.records() else { return }
    let node = plan.flowMaking?.node
    flows = nil
    for written in made { take(written.record, at: written.end, from: node) }
  }
}
