import DataModel
import Diagnostics
import HostRuntime
import Operators
import Plan
import Testing
import Threads

let second: Int64 = 1_000_000_000

func field(_ name: String) -> FieldID {
  guard let id = PacketFields.named(name) else { preconditionFailure("no field \(name)") }
  return id
}

func component(_ name: String, mask: AddressMask? = nil, orElse: Int64? = nil) -> KeyComponent {
  KeyComponent(
    name: name, field: field(name), type: field(name).field.type, mask: mask, fallback: orElse)
}

/// A call as Semantics makes it.
func call(_ name: String, _ operand: String? = nil, accuracy: Accuracy = .standard)
  -> OperatorCall
{
  guard let operand else { return OperatorCall(name: name, arguments: []) }
  return OperatorCall(
    name: name,
    arguments: [.expression(.field(field(operand)), type: field(operand).field.type)],
    accuracy: accuracy)
}

/// Builds plans by hand, as Semantics will out of text.
struct PlanBuilder {
  var plan = LogicalPlan()
  let range = SourceRange(at: 0)

  init(lateness: Int64 = 0, setLag: Int64 = 100_000_000) {
    plan.lateness = lateness
    plan.setLag = setLag
    plan.nodes = [TupleNode(.source(.capture("")), input: nil, name: "P", range: range)]
  }

  mutating func filter(_ predicate: TuplePredicate, of input: Int = 0) -> Int {
    plan.nodes.append(TupleNode(.filter(predicate), input: input, name: "F", range: range))
    return plan.nodes.count - 1
  }

  mutating func distinct(_ key: [KeyComponent], _ seconds: Int64, of input: Int = 0) -> Int {
    plan.nodes.append(
      TupleNode(
        .distinct(key: key, window: Window(length: seconds * second)), input: input, name: "D",
        range: range))
    return plan.nodes.count - 1
  }

  /// One aggregation with features for these calls; returns the features' indices.
  mutating func features(
    _ calls: [OperatorCall], by key: [KeyComponent], seconds: Int64 = 1, slide: Int64? = nil,
    of input: Int = 0
  ) -> [Int] {
    var reductions: [Reduction] = []
    var form: Aggregation.Form?
    for call in calls {
      switch OperatorCatalogue.operation(of: call).state(call) {
      case .words(let more): reductions += more
      case .distinct(let items, let precision):
        form = .distinct(items: items, precision: precision)
      case .tally(let items, let weight): form = .tally(items: items, weight: weight)
      }
    }
    plan.aggregations.append(
      Aggregation(
        input: input, key: key,
        window: Window(length: seconds * second, slide: (slide ?? seconds) * second),
        form: form ?? .words(AccumulatorLayout(reductions)), name: "A", range: range))
    let aggregation = plan.aggregations.count - 1
    return calls.map { call in
      plan.features.append(
        Feature(
          name: call.name, aggregation: aggregation, call: call,
          type: OperatorCatalogue.operation(of: call).resultType(call), range: range))
      return plan.features.count - 1
    }
  }

  mutating func relation(
    _ operation: Relation.Operation, key: [KeyComponent], seconds: Int64 = 1, slide: Int64? = nil
  ) -> Int {
    plan.relations.append(
      Relation(
        operation, key: key,
        window: Window(length: seconds * second, slide: (slide ?? seconds) * second), name: "R",
        range: range))
    return plan.relations.count - 1
  }

  mutating func set(_ relation: Int, columns: [Int]) -> SetID {
    let types = columns.map { plan.relations[relation].key[$0].type }
    plan.sets.append(SetSpecification(relation: relation, columns: columns, types: types))
    return SetID(index: plan.sets.count - 1)
  }

  /// Key columns, then the features of the same key.
  mutating func output(_ relation: Int, features: [Int]) {
    let key = plan.relations[relation].key
    let columns =
      key.map { OutputColumn(name: $0.name, type: $0.type) }
      + features.map { OutputColumn(name: "f\($0)", type: plan.features[$0].type) }
    let expressions =
      key.indices.map { RowExpression.key($0) }
      + features.map { .feature($0, key: Array(key.indices)) }
    add(
      .rows(relation: relation, expressions),
      OutputSchema(name: "O", columns: columns, isWindowed: true))
  }

  mutating func add(_ content: Output.Content, _ schema: OutputSchema) {
    plan.outputs.append(Output(name: "O", content: content, schema: schema, range: range))
  }

  /// The plan with everything on the host.
  var placed: PlacedPlan {
    PlacedPlan(
      plan: plan, nodes: plan.nodes.map { _ in .host(reason: "test") },
      aggregations: plan.aggregations.map { _ in .host(reason: "test") }, exports: [])
  }
}

/// A tuple of a test: named fields, the rest missing.
struct TestTuple {
  var time: Int64
  var values: [String: Value] = [:]
}

/// A host graph with what it said so far; cuts batches at panes as a reader does.
final class TestRun {
  var rows: [Row] = []
  var losses: [LossRecord] = []
  private(set) var graph: HostGraph!
  let fields: [FieldID]
  private let pane: Window?
  private let batchSize: Int
  private var order: UInt64 = 0

  init(
    _ builder: PlanBuilder, placed: PlacedPlan? = nil, mode: HostGraph.Mode = .wholeQuery,
    keyLimit: Int = 1 << 20, edgeLimit: Int = 1 << 22, batchSize: Int = 1024, threads: Int = 1,
    distinctBytes: Int = 256 << 20
  ) {
    pane = builder.plan.pane
    self.batchSize = batchSize
    var rows: (Row) -> Void = { _ in }
    var losses: (LossRecord) -> Void = { _ in }
    var configuration = HostConfiguration(
      seed: 0x5EED,
      limits: HostLimits(keys: keyLimit, distinctBytes: distinctBytes, edges: edgeLimit))
    if threads > 1 { configuration.crew = (Crew(helpers: threads - 1), threads) }
    graph = HostGraph(
      placed ?? builder.placed, mode: mode, configuration: configuration, rows: { rows($0) },
      losses: { losses($0) })
    fields = graph.projectedFields(ofSource: 0)
    rows = { [unowned self] in self.rows.append($0) }
    losses = { [unowned self] in self.losses.append($0) }
  }

  /// Pushes tuples at the source in this order; time advances to each pane's start.
  func push(_ tuples: [TestTuple]) {
    var next = 0
    while next < tuples.count {
      let start = pane?.start(of: tuples[next].time)
      var end = next
      while end < tuples.count && end - next < batchSize
        && pane?.start(of: tuples[end].time) == start
      {
        end += 1
      }
      if let start { graph.advance(to: start) }
      graph.push(batch(Array(tuples[next..<end]), fields), atSource: 0)
      next = end
    }
  }

  func batch(_ tuples: [TestTuple], _ fields: [FieldID]) -> TupleBatch {
    let batch = TupleBatch(fields: fields)
    for (row, tuple) in tuples.enumerated() {
      batch.times[row] = tuple.time
      batch.orders[row] = order
      order += 1
      for id in fields {
        guard let column = batch.column(id) else { continue }
        column.validity[row] = 0
        guard let value = tuple.values[id.field.name] else { continue }
        column.validity[row] = 1
        switch value {
        case .bool(let flag): column.lane0[row] = flag ? 1 : 0
        case .integer(let number), .time(let number):
          column.lane0[row] = UInt64(bitPattern: number)
        case .address(let address) where id.field.type == .ipv4:
          column.lane0[row] = address.low
        case .address(let address):
          column.lane0[row] = address.high
          column.lane1[row] = address.low
          if id.field.type == .ip { column.validity[row] = address.family }
        default: Issue.record("no column holds \(value)")
        }
      }
    }
    batch.count = tuples.count
    batch.selectAll()
    return batch
  }

  func finish() -> [Row] {
    graph.finish()
    return rows
  }
}

func v4(_ value: UInt32) -> Value { .address(IPAddress(v4: value)) }
