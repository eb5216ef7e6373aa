public import DataModel
import Kernels
import Operators
public import Plan

/// The host's half of a query: tuples and partials in, rows at each window's close out.
///
/// One graph is used by one thread. Batches never cross a pane of the plan; ``advance(to:)`` is
/// called before tuples of a later pane are pushed.
public final class HostGraph {
  /// Which part of the plan ``push(_:export:)`` and the merges feed.
  public enum Mode: Sendable, Hashable {
    /// Every node runs on the host.
    case wholeQuery
    /// What the placed plan leaves to the host; the data path does the rest.
    case placed
  }

  /// Called for the members of a set at each close: the keys' words one behind the other (by the
  /// layout of the set's types), the tick from which they hold and the tick at which the next
  /// window's take over. Not called for windows without members.
  public var setChanged: ((SetID, _ words: [UInt64], _ from: Int64, _ until: Int64) -> Void)?

  /// Called for the rows of tuple outputs, a batch at a time; where it is nil, they come one by one
  /// with all others.
  public var tupleRows: ((TupleRows) -> Void)?

  let placed: PlacedPlan
  let plan: LogicalPlan
  /// The pane of the plan, by whose starts losses are told and partials merged.
  public let pane: Window?
  private let mode: Mode
  let rows: (Row) -> Void
  let losses: (LossRecord) -> Void
  let sources: RowSources
  let relations: [RelationEvaluation]
  let rowOutputs: [RowOutput]
  /// The states of item windows.
  let itemGroups: [ItemGroupRun]
  private(set) var stages: [TupleStage] = []
  /// The patterns, and what waits to see if others follow, in the order of their nodes.
  private(set) var patternRuns: [any SettlingRun] = []
  /// The rows that tuples ask.
  private(set) var rowsInEffect: [RowsInEffect] = []
  /// Rows that are used as tuples, and the windows over packets and records.
  private(set) var rowTuples: [RowTuplesRun] = []
  private(set) var sourceWindows: [AggregationWindows] = []
  private let scratch: BatchScratch
  /// Unions of streams with tuples of their own, and the keys of item states time and again.
  private(set) var gatherRuns: [GatherRun] = []
  private(set) var tickRuns: [ItemTicksRun] = []
  /// What makes a tuple of each entry of a packet.
  private(set) var unfoldRuns: [UnfoldRun] = []
  /// Whether nodes run in the order of the plan, because one asks what others have done of a batch.
  private let walksPlan: Bool
  /// Whether a node asks windows of items, or changes the batch, before it hands tuples on.
  let asksItems: [Bool]
  /// Whether tuples go through the plan one by one: those of a union ask current values that change
  /// with the tuples that it is made of, or the other way round.
  private var runsSingly = false
  /// The nodes whose tuples can come too late for anything.
  private let nodesWithLateTuples: Set<Int>
  /// The threads that fold tuples beside this one.
  let crew: GraphCrew?
  /// What makes flows of packets, in the order of their nodes.
  private(set) var flows: [FlowRun] = []
  /// Which texts the states may still name.
  var texts: GraphTexts { sources.texts }
  /// Windows that ended by now are closed.
  var horizon = Int64.min
  /// Tuples without a component of an aggregation's key, by aggregation.
  private var unkeyed: [UInt64]
  /// Partials, pairs and sets of registers that were merged, by aggregation.
  public internal(set) var merged: [UInt64]

  /// Builds the graph; all buffers are sized here.
  public init(
    _ placed: PlacedPlan, mode: Mode, configuration: HostConfiguration,
    rows: @escaping (Row) -> Void, losses: @escaping (LossRecord) -> Void
  ) {
    self.placed = placed
    self.mode = mode
    self.rows = rows
    self.losses = losses
    let plan = placed.plan
    self.plan = plan
    pane = plan.pane
    let widestKey = Self.widestKey(plan)
    let scratch = BatchScratch(keyWords: widestKey)
    self.scratch = scratch
    let crew = mode == .wholeQuery ? GraphCrew(plan, configuration) : nil
    self.crew = crew
    let itemGroups = plan.items.indices.map { ItemGroupRun($0, of: plan, configuration) }
    self.itemGroups = itemGroups
    sources = RowSources(
      plan,
      plan.aggregations.enumerated().map { index, aggregation in
        AggregationWindows(
          aggregation, depth: plan.depth(of: index),
          StateMaking(
            aggregation, scatter: crew?.scatter(of: index), configuration,
            scratch: { crew == nil ? scratch : BatchScratch(keyWords: widestKey) }))
      },
      Self.makeSets(plan, configuration), configuration, items: itemGroups)
    var relations: [RelationEvaluation] = []
    for relation in plan.relations {
      relations.append(RelationEvaluation(relation, earlier: relations, graph: sources))
    }
    self.relations = relations
    var rowOutputs: [RowOutput] = []
    for (index, output) in plan.outputs.enumerated() {
      guard case .rows(let relation, let expressions) = output.content else { continue }
      rowOutputs.append(
        RowOutput(
          index, output, relations[relation], expressions, graph: sources, asking: relations))
    }
    self.rowOutputs = rowOutputs
    nodesWithLateTuples = plan.nodesWithLateTuples
    walksPlan = !plan.items.isEmpty || !plan.unitedNodes.isEmpty
    asksItems = plan.nodes.indices.map { plan.asksItems($0) }
    unkeyed = [UInt64](repeating: 0, count: plan.aggregations.count)
    merged = unkeyed
    stages = makeStages()
    rowsInEffect = stages.flatMap(\.rowsInEffect)
    flows = Self.makeFlows(plan, fields: { projectedFields(ofSource: $0) }, configuration)
    sourceWindows = plan.aggregations.indices.filter { index in
      plan.rowsBehindWhichCloses(aggregation: index) == nil
    }.map { sources.windows[$0] }
    makeRunsOfTuples(configuration)
  }

  private func makeRunsOfTuples(_ configuration: HostConfiguration) {
    for (index, node) in plan.nodes.enumerated() {
      switch node.operation {
      case .match(let pattern):
        patternRuns.append(
          PatternRun(
            index, pattern, of: plan, fields: projectedFields(ofSource: index), configuration))
      case .unanswered(let waiting):
        patternRuns.append(
          UnansweredRun(
            index, waiting, of: node.input ?? 0, fields: plan.fields(behind: index), configuration))
      case .rows(let rows):
        rowTuples.append(RowTuplesRun(index, rows, relations, sources))
      case .gather(let gathering):
        gatherRuns.append(GatherRun(index, gathering, fields: projectedFields(ofSource: index)))
      case .ticks(let ticks):
        tickRuns.append(ItemTicksRun(index, ticks, of: itemGroups[ticks.group], sources))
      case .unfold(let entries):
        unfoldRuns.append(
          UnfoldRun(
            index, behind: node.input, entries, reading: plan.fields(after: index), sources))
      default: break
      }
    }
    // Tuples of a walk share current values, and those of entries come behind it.
    if !unfoldRuns.isEmpty && !itemGroups.isEmpty { runsSingly = true }
    runsSingly =
      runsSingly
      || gatherRuns.contains { run in
        itemGroups.contains { group in
          group.isAsked(from: run.node)
            || (plan.start(of: group.input) == run.node && group.isAskedFromElsewhere)
        }
      }
  }

  private static func widestKey(_ plan: LogicalPlan) -> Int {
    let tables = plan.aggregations.map(\.tableLayout.wordCount)
    let nodes = plan.nodes.map { node -> Int in
      if case .distinct(let key, _) = node.operation { KeyLayout(key).wordCount } else { 0 }
    }
    return (tables + nodes).max() ?? 0
  }

  private static func makeSets(
    _ plan: LogicalPlan, _ configuration: HostConfiguration
  ) -> [IntervalSet] {
    plan.sets.enumerated().map { index, specification in
      IntervalSet(
        keyWords: KeyLayout(types: specification.types).wordCount,
        longestWithin: plan.longestWithin(of: SetID(index: index)) + plan.lateness,
        seed: configuration.seed, limit: configuration.limits.keys)
    }
  }

  private func makeStages() -> [TupleStage] {
    plan.nodes.enumerated().map { index, node in
      TupleStage(
        index, node, placed: placed, sources: sources, relations: relations, scratch: scratch)
    }
  }

  /// Tuples that each node handed on to what the host does behind it; of a node in the data path
  /// those that it exported.
  public var passed: [UInt64] { stages.map(\.passed) }

  /// Tuples without a key, by the names of the features that wanted one; those that had none.
  public var unkeyedTuples: [String: UInt64] {
    var found: [String: UInt64] = [:]
    for (index, own) in unkeyed.enumerated() {
      let count = own &+ (crew?.unkeyed[index] ?? 0)
      if count > 0 { found[plan.aggregations[index].name, default: 0] &+= count }
    }
    return found
  }

  /// Counts tuples that the data path found without a key.
  public func noteUnkeyed(_ count: UInt64, aggregation: Int) { unkeyed[aggregation] &+= count }

  // MARK: - Tuples

  /// The fields that a decoder supplies in batches pushed at a source.
  public func projectedFields(ofSource node: Int) -> [FieldID] {
    plan.projectedFields(ofSource: node)
  }

  /// Runs every node behind a source: the host engine, and late tuples of a replay. Where there are
  /// more threads than the caller's, the batch stays as it is until the ``step`` is settled.
  public func push(_ batch: TupleBatch, atSource node: Int) {
    guard batch.selected > 0 else { return }
    texts.enter(batch, horizon: horizon)
    noteIfLate(batch, of: node)
    walkWhole(node, batch, everything: true)
    crew?.endStep()
    texts.leave(batch)
  }

  /// Runs what the host does behind a node of the data path with the tuples that it exported; a
  /// prefiltered DISTINCT is done again in full.
  public func push(_ batch: TupleBatch, export index: Int) {
    guard batch.selected > 0 else { return }
    let node = placed.exports[index].node
    texts.enter(batch, horizon: horizon)
    defer { texts.leave(batch) }
    noteIfLate(batch, of: node)
    let stage = stages[node]
    if placed.nodes[node] == .prefiltered {
      run(stage, batch, UnsafePointer(batch.selection), batch.selected, everything: false)
      passBehind(batch)
    } else {
      passWhole(node, batch, everything: false)
    }
  }

  /// Runs every node behind rows that are used as tuples, or behind tuples made of others.
  func pushRows(_ batch: TupleBatch, at node: Int) { passWhole(node, batch, everything: true) }

  /// Hands a whole batch to everything behind a node, and is done with it.
  private func passWhole(_ node: Int, _ batch: TupleBatch, everything: Bool) {
    walkWhole(node, batch, everything: everything)
    crew?.settle()
  }

  /// Hands a whole batch to everything behind a node, then to the unions that took tuples of it.
  private func walkWhole(_ node: Int, _ batch: TupleBatch, everything: Bool) {
    let rows = UnsafePointer(batch.selection)
    guard runsSingly else {
      pass(stages[node], batch, rows, batch.selected, everything: everything)
      return passBehind(batch)
    }
    for place in 0..<batch.selected {
      pass(stages[node], batch, rows + place, 1, everything: everything)
      passBehind(batch)
    }
  }

  func noteIfLate(_ batch: TupleBatch, of node: Int) {
    guard let pane, nodesWithLateTuples.contains(node) else { return }
    let start = pane.start(of: batch.times[0])
    if start + pane.length <= horizon {
      sources.ledger.lose(.late, UInt64(batch.selected), pane: start)
    }
  }

  /// Hands matches of a pattern to everything behind its node.
  func passMatches(_ batch: TupleBatch, of node: Int) { passWhole(node, batch, everything: true) }

  /// Filters by the node, then hands on.
  private func run(
    _ stage: TupleStage, _ batch: TupleBatch, _ rows: UnsafePointer<UInt16>, _ count: Int,
    everything: Bool
  ) {
    let (n, lost) = stage.filter(batch, rows: rows, count: count, horizon: horizon)
    if lost > 0, let pane {
      sources.ledger.lose(.table, lost, pane: pane.start(of: batch.times[0]))
    }
    if n > 0 { pass(stage, batch, UnsafePointer(stage.kept), n, everything: everything) }
  }

  /// Hands the tuples that passed a node to everything behind it.
  func pass(
    _ stage: TupleStage, _ batch: TupleBatch, _ rows: UnsafePointer<UInt16>, _ count: Int,
    everything: Bool
  ) {
    if walksPlan {
      return walk(from: stage.index, batch, rows, count, everything: everything)
    }
    stage.passed &+= UInt64(count)
    emit(stage, batch, rows, count)
    texts.keep(stage.index, batch, rows, count)
    if !patternRuns.isEmpty { feedPatterns(stage.index, batch, rows, count) }
    feedRunsBehind(stage.index, rows, count)
    aggregate(stage, batch, rows, count, everything: everything)
    for index in everything ? stage.children : stage.hostChildren {
      run(stages[index], batch, rows, count, everything: everything)
    }
  }

  /// Hands out the rows of the tuples that passed a node.
  func emit(
    _ stage: TupleStage, _ batch: TupleBatch, _ rows: UnsafePointer<UInt16>, _ count: Int
  ) {
    guard count > 0 else { return }
    for output in stage.outputs {
      let found = output.evaluate(batch, rows: rows, count: count)
      if let tick = stage.tick {
        for place in 0..<found.count {
          var row = found.row(place)
          row.start = row.end - tick.length
          self.rows(row)
        }
      } else if let tupleRows {
        tupleRows(found)
      } else {
        for place in 0..<found.count { self.rows(found.row(place)) }
      }
    }
  }

  /// Folds the tuples that passed a node into the aggregations over it.
  func aggregate(
    _ stage: TupleStage, _ batch: TupleBatch, _ rows: UnsafePointer<UInt16>, _ count: Int,
    everything: Bool
  ) {
    guard count > 0 else { return }
    crew?.beginStage()
    for index in everything ? stage.aggregations : stage.hostAggregations {
      let windows = sources.windows[index]
      var time = batch.times[0]
      if let flows = flows(ofTable: index) {
        time = flows.pane(of: time)
      } else if windows.isLate(time, horizon: horizon) {
        continue
      }
      let state = windows.state(at: time)
      if let crew {
        unkeyed[index] += UInt64(crew.fold(index, state, batch, rows, count))
      } else {
        unkeyed[index] += UInt64(count - state.update(batch, rows: rows, count: count))
      }
    }
  }
}
