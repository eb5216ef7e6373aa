import Capture
import Compiler
import DataModel
import HostRuntime
import Plan
import Sinks

/// Several sources evaluated on the host as one: of the tuples that stand first in each, the one
/// with the earliest time comes next, at equal times that of the first source of the query.
///
/// A live source that has nothing holds nobody up. Windows close when the newest time of every
/// source passes their end, of a live one the time that its clock has come to.
struct MergedReplay {
  let configuration: RunConfiguration
  let shouldStop: () -> Bool

  func run(into sink: any Sink) throws(SessionError) -> RunTotals {
    let threads = configuration.oneThread(because: "several sources are merged tuple by tuple")
    let run = try HostEvaluation(configuration, into: sink, threads: threads)
    let results = run.results
    var merge = SourceMerge(run.placed.plan, run.graph)
    for node in run.placed.plan.sources { try merge.open(node, configuration) }
    try Session.begin(configuration, placement: "host", attach: nil, sink)
    merge.whenFirst = { _ = results.isComplete(atPane: $0) }
    let inputs = merge.inputs
    var pulse = ReplayPulse(run.clock, unit: "tuples") {
      let parts = inputs.map(\.progress)
      return (parts.reduce(0) { $0 + $1.read }, parts.reduce(0) { $0 + $1.total })
    }
    while !shouldStop() {
      let step = try merge.step(at: run.clock.now)
      results.count(packets: UInt64(step.tuples))
      if step.isEnd || results.isComplete(atPane: merge.cutter.settledPane) { break }
      if pulse.isDue {
        run.tell(pulse)
        if merge.isLive { try results.flush() }
      }
      if run.isOver { break }
      try results.check()
    }
    return try run.end(
      pulse, merge.cutter.disorder,
      remarks: inputs.flatMap { input in input.remarks.map { "\(input.name): \($0)" } },
      damage: inputs.compactMap(\.damage).first)
  }
}

/// The sources of a query, and which tuples come next.
struct SourceMerge {
  /// What a step did.
  struct Step {
    /// Tuples that it handed on.
    var tuples = 0
    /// Whether no source has more.
    var isEnd = false
  }

  private let graph: HostGraph
  private(set) var inputs: [MergeInput] = []
  private(set) var cutter: RecordCutter
  private let showsOrder: Bool
  private let pane: Window?
  private var order: UInt64 = 0
  /// Called with the pane of the first tuple, before it is handed on.
  var whenFirst: ((Int64) -> Void)?

  init(_ plan: LogicalPlan, _ graph: HostGraph) {
    self.graph = graph
    cutter = RecordCutter(plan, fields: [], for: graph)
    showsOrder = plan.showsTupleOrder
    pane = plan.pane
  }

  /// Whether any source is live.
  var isLive: Bool { inputs.contains(where: \.isLive) }

  mutating func open(
    _ node: Int, _ configuration: RunConfiguration
  ) throws(SessionError) {
    inputs.append(try MergeInput(node, graph, configuration))
  }

  /// Hands on the tuples of one source that come before the next one of any other.
  mutating func step(at now: Int64) throws(SessionError) -> Step {
    for input in inputs {
      // While others have tuples, a live source is only looked at.
      let mayWait = !inputs.contains { $0.head != nil }
      if try input.fill(mayWait: mayWait, at: now) {
        input.tellLosses(graph, pane: cutter.pane)
      }
    }
    // A signal was handled while one of them was waited for: nothing may pass it by.
    if inputs.contains(where: { !$0.isLive && $0.head == nil && !$0.isEnded }) { return Step() }
    let ceilings = inputs.compactMap { $0.isLive && $0.head == nil ? $0.time(at: now) : nil }
    cutter.ceiling = isLive ? ceilings.min() ?? .max : .max
    guard let first = inputs.indices.filter({ inputs[$0].head != nil }).min(by: precedes) else {
      if let time = ceilings.min() { cutter.advance(to: time, graph) }
      return Step(isEnd: inputs.allSatisfy(\.isEnded))
    }
    let input = inputs[first]
    let limit = limit(besides: first)
    cutter.own = isLive ? input.newest : nil
    let batch = input.take(through: limit, order: &order, at: now)
    whenFirst?(cutter.pane(of: batch.times[0]))
    whenFirst = nil
    cutter.push(batch, into: graph, atSource: input.node, parts: input.part)
    return Step(tuples: batch.count)
  }

  private func precedes(_ a: Int, _ b: Int) -> Bool {
    guard let x = inputs[a].head, let y = inputs[b].head else { return false }
    return x < y
  }

  /// The last time of the input at hand whose tuple comes before those of all others; where windows
  /// cannot see the order, also later ones that close nothing.
  private func limit(besides index: Int) -> Int64 {
    var limit = Int64.max
    for (other, input) in inputs.enumerated() where other != index {
      guard let head = input.head else { continue }
      limit = min(limit, other < index ? head - 1 : head)
    }
    guard !showsOrder, limit < .max, cutter.nextClose > .min, let pane else { return limit }
    let last = pane.start(of: limit) + pane.length - 1
    return max(limit, min(last, cutter.nextClose - 1))
  }
}
