import DataModel
import Plan
import TestSupport
import Testing

/// What every operation on tuples and rows promises, over the samples and what those have not.
@Suite("Operations of plans")
struct OperationTests {
  /// Sets asked of entries, rows in effect, rows and ticks as tuples, current values.
  private static let more = """
    P = PacketStream("eth0");
    K = STREAM P BY SourceIp;
    N = FOREACH K GENERATE count() WINDOW 1s;
    M = FOREACH K GENERATE ave(frame.len) WINDOW 5 ITEMS;
    Hot = FILTER K BY N > 10;
    F = FILTER P BY dns.a IN Hot;
    G = FILTER K BY frame.len > N;
    R = FOREACH (STREAM Hot BY SourceIp/24) GENERATE count() WINDOW 10s;
    OUTPUT F (SourceIp); OUTPUT G (SourceIp); OUTPUT R;
    OUTPUT FILTER K BY M > 100;
    OUTPUT K (M) EVERY 10s;
    """

  private static let plans: [(file: String, plan: LogicalPlan)] = {
    let files = Repository.files(below: "samples").filter { $0.hasSuffix(".sal") }
    let texts = files.map { ($0, Repository.text($0)) } + [("more", more)]
    return texts.compactMap { file, text in Resolved(text).plan.map { (file, $0) } }
  }()

  /// All that a plan's parts name by index.
  private struct Named: Equatable {
    var nodes: Set<Int> = []
    var aggregations: Set<Int> = []
    var features: Set<Int> = []
    var relations: Set<Int> = []
    var sets: Set<Int> = []
    var items: Set<Int> = []
    var itemFeatures: Set<Int> = []

    init(_ operation: TupleOperation) {
      nodes = operation.otherInputs
      aggregations = Set([operation.aggregation].compactMap { $0 })
      relations = Set([operation.relation].compactMap { $0 })
      items = Set([operation.items].compactMap { $0 })
      add(operation.expressions)
    }

    init(_ operation: Relation.Operation) {
      aggregations = Set([operation.domain].compactMap { $0 })
      relations = Set(operation.inputs)
      add(operation.expressions)
    }

    private mutating func add(_ expressions: [RowExpression]) {
      for part in expressions.flatMap(\.parts) {
        switch part {
        case .feature(let index, _): features.insert(index)
        case .inSet(let set, _, _, _): sets.insert(set.index)
        case .inEffect(let index, _, _), .whereRow(let index, _, _, _): relations.insert(index)
        case .tuple(.condition(let condition)): sets.formUnion(condition.sets.map(\.index))
        case .tuple(.current(let index, _)): itemFeatures.insert(index)
        default: break
        }
      }
    }

    private init() {}

    func moved() -> Named {
      var result = Named()
      result.nodes = Set(nodes.map { $0 + 1 })
      result.aggregations = Set(aggregations.map { $0 + 2 })
      result.features = Set(features.map { $0 + 3 })
      result.relations = Set(relations.map { $0 + 4 })
      result.sets = Set(sets.map { $0 + 5 })
      result.items = Set(items.map { $0 + 6 })
      result.itemFeatures = Set(itemFeatures.map { $0 + 7 })
      return result
    }

    /// How many kinds of parts it names.
    var kinds: [Bool] {
      [nodes, aggregations, features, relations, sets, items, itemFeatures].map { !$0.isEmpty }
    }
  }

  /// A rule that moves or drops parts leaves no old number behind.
  @Test func whatTheyNameMovesWithItsNumber() {
    let numbers = PartNumbers(
      node: { $0 + 1 }, aggregation: { $0 + 2 }, feature: { $0 + 3 }, relation: { $0 + 4 },
      set: { $0 + 5 }, items: { $0 + 6 }, itemFeature: { $0 + 7 })
    var seen = [Bool](repeating: false, count: 7)
    for (file, plan) in Self.plans {
      for node in plan.nodes {
        let operation = node.operation
        #expect(operation.renumbered(by: PartNumbers()) == operation, "\(file)")
        let named = Named(operation)
        #expect(Named(operation.renumbered(by: numbers)) == named.moved(), "\(file)")
        seen = zip(seen, named.kinds).map { $0 || $1 }
      }
      for operation in plan.relations.map(\.operation) {
        #expect(operation.renumbered(by: PartNumbers()) == operation, "\(file)")
        #expect(
          Named(operation.renumbered(by: numbers)) == Named(operation).moved(), "\(file)")
      }
    }
    #expect(seen == [Bool](repeating: true, count: 7), "a kind of part that no sample names")
  }

  /// What an operation evaluates it has the fields for.
  @Test func theyReadTheFieldsOfWhatTheyEvaluate() {
    for (file, plan) in Self.plans {
      for (index, node) in plan.nodes.enumerated() where node.input != nil {
        let evaluated = node.operation.expressions.reduce(into: Set<FieldID>()) {
          $0.formUnion($1.fields)
        }
        let read = node.operation.fields.union(plan.made(by: node.operation))
        #expect(evaluated.isSubset(of: read), "\(file): n\(index)")
      }
    }
  }
}

extension LogicalPlan {
  /// The columns that an operation fills for what it evaluates.
  fileprivate func made(by operation: TupleOperation) -> Set<FieldID> {
    switch operation {
    case .transform(let transform): Set(transform.previous.map(\.into))
    case .examine(let examination): Set(examination.entries.columns)
    default: []
    }
  }
}
