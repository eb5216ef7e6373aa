// Nanoseconds a tuple of the host engine behind the decoder: batches in memory to rows.
// 256k tuples, Zipf(1.0) over 64k flows, a window each 2^18 tuples. `scripts/benchmarks/tuples`
// runs it.
import DataModel
import Diagnostics
import Glibc
import HostRuntime
import Operators
import Plan

let second: Int64 = 1_000_000_000
let place = SourceRange(at: 0)

func field(_ name: String) -> FieldID {
  guard let id = PacketFields.named(name) else { fatalError("no field \(name)") }
  return id
}

func component(_ name: String) -> KeyComponent {
  KeyComponent(name: name, field: field(name), type: field(name).field.type)
}

func call(_ name: String, _ operand: String? = nil) -> OperatorCall {
  OperatorCall(
    name: name,
    arguments: operand.map {
      [.expression(.field(field($0)), type: field($0).field.type)]
    } ?? [])
}

struct Query {
  let name: String
  var calls: [OperatorCall]
  var key: [String]
  var filter: TuplePredicate?

  var plan: PlacedPlan {
    var plan = LogicalPlan()
    plan.nodes = [TupleNode(.source(.capture("")), input: nil, name: "P", range: place)]
    if let filter {
      plan.nodes.append(TupleNode(.filter(filter), input: 0, name: "F", range: place))
    }
    let key = self.key.map(component)
    var reductions: [Reduction] = []
    var form: Aggregation.Form?
    for call in calls {
      switch OperatorCatalogue.operation(of: call).state(call) {
      case .words(let more): reductions += more
      case .distinct(let items, let p): form = .distinct(items: items, precision: p)
      case .tally(let items, let weight): form = .tally(items: items, weight: weight)
      }
    }
    plan.aggregations = [
      Aggregation(
        input: plan.nodes.count - 1, key: key, window: Window(length: second),
        form: form ?? .words(AccumulatorLayout(reductions)), name: name, range: place)
    ]
    plan.features = calls.map {
      Feature(
        name: $0.name, aggregation: 0, call: $0,
        type: OperatorCatalogue.operation(of: $0).resultType($0), range: place)
    }
    let window = Window(length: second)
    plan.relations = [
      Relation(.keys(domain: 0), key: key, window: window, name: name, range: place),
      // No key passes, so that rows cost what they cost when few are victims.
      Relation(
        .filter(
          input: 0,
          .compare(
            .greater, .feature(0, key: Array(key.indices)), .constant(.integer(1 << 40)))),
        key: key, window: window, name: name, range: place),
    ]
    let columns = [OutputColumn(name: "k", type: .bool)]
    plan.outputs = [
      Output(
        name: name, content: .rows(relation: 1, [.constant(.bool(true))]),
        schema: OutputSchema(name: name, columns: columns, isWindowed: true), range: place)
    ]
    return PlacedPlan(
      plan: plan, nodes: plan.nodes.map { _ in .host(reason: "bench") },
      aggregations: [.host(reason: "bench")], exports: [])
  }
}

struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

struct Traffic {
  let flows: [UInt32]

  /// Zipf(1.0) ranks by inversion of the harmonic sums.
  init(count: Int, flowCount: Int) {
    var random = SplitMix(state: 7)
    var sums = [Double](repeating: 0, count: flowCount)
    var sum = 0.0
    for rank in 0..<flowCount {
      sum += 1 / Double(rank + 1)
      sums[rank] = sum
    }
    flows = (0..<count).map { _ in
      let wanted = Double.random(in: 0..<sum, using: &random)
      var (low, high) = (0, flowCount - 1)
      while low < high {
        let middle = (low + high) / 2
        if sums[middle] < wanted { low = middle + 1 } else { high = middle }
      }
      return UInt32(low)
    }
  }

  func batches(_ fields: [FieldID]) -> [TupleBatch] {
    stride(from: 0, to: flows.count, by: TupleBatch.capacity).map { first in
      let batch = TupleBatch(fields: fields)
      batch.count = min(TupleBatch.capacity, flows.count - first)
      for row in 0..<batch.count {
        let flow = flows[first + row]
        let address = UInt64(flow &* 2_654_435_761)
        for (id, column) in zip(fields, batch.columns) {
          column.validity[row] = id.field.type == .ip ? 4 : 1
          switch id.field.name {
          case "ip.src": column.lane0[row] = address
          case "ip.dst": column.lane0[row] = UInt64(flow % 1021)
          case "SourceIp": column.lane1[row] = address
          case "DestIp": column.lane1[row] = UInt64(flow % 1021)
          case "frame.len": column.lane0[row] = UInt64(64 + row % 1400)
          case "tcp.flags.syn": column.lane0[row] = (address >> 7) & 1
          case "tcp.flags.ack": column.lane0[row] = (address >> 8) & 1
          default: column.lane0[row] = (address >> 3) & 0xFFFF
          }
        }
      }
      batch.selectAll()
      return batch
    }
  }
}

func cpuNanoseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Int64(time.tv_sec) * second + Int64(time.tv_nsec)
}

func isSet(_ name: String, _ flag: Bool) -> TuplePredicate {
  .compare(flag ? .notEqual : .equal, .field(field(name)), .constant(0))
}

let tuple5 = ["SourceIp", "DestIp", "SourcePort", "DestPort", "IpProtocol"]
let queries = [
  Query(
    name: "count+bytes by ip.src", calls: [call("count"), call("sum", "frame.len")],
    key: ["ip.src"]),
  Query(
    name: "count+bytes by SourceIp", calls: [call("count"), call("sum", "frame.len")],
    key: ["SourceIp"]),
  Query(name: "count by 5-tuple", calls: [call("count")], key: tuple5),
  Query(
    name: "SYNs without ACK by ip.dst", calls: [call("count")], key: ["ip.dst"],
    filter: .and([isSet("tcp.flags.syn", true), isSet("tcp.flags.ack", false)])),
  Query(name: "global count+bytes", calls: [call("count"), call("sum", "frame.len")], key: []),
  Query(
    name: "min max var by ip.src",
    calls: [call("min", "frame.len"), call("max", "frame.len"), call("var", "frame.len")],
    key: ["ip.src"]),
  Query(
    name: "distinct ip.src by ip.dst",
    calls: [OperatorCall(name: "countdistinct", arguments: [.fields([component("ip.src")])])],
    key: ["ip.dst"]),
]

let traffic = Traffic(count: 1 << 18, flowCount: 1 << 16)
let rounds = 40
for query in queries {
  let placed = query.plan
  var rowCount = 0
  let graph = HostGraph(
    placed, mode: .wholeQuery, configuration: HostConfiguration(seed: 1),
    rows: { _ in rowCount += 1 }, losses: { _ in })
  let batches = traffic.batches(graph.projectedFields(ofSource: 0))
  var best = Int64.max
  var window: Int64 = 0
  var closing = Double.infinity
  for _ in 0..<rounds {
    for batch in batches { batch.times.update(repeating: window * second, count: batch.count) }
    let start = cpuNanoseconds()
    for batch in batches { graph.push(batch, atSource: 0) }
    best = min(best, cpuNanoseconds() - start)
    window += 1
    let closeStart = cpuNanoseconds()
    graph.advance(to: window * second)
    closing = min(closing, Double(cpuNanoseconds() - closeStart) / 1e6)
  }
  graph.finish()
  let each = Double(best) / Double(traffic.flows.count)
  func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
  print("\(query.name): \(tenths(each)) ns/tuple, closing \(tenths(closing)) ms")
}
