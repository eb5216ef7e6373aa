public import BPFModel
import DataModel
public import Plan

/// Emits the data path's half of a placed plan; nil where nothing of it is in the data path.
///
/// A pure function: the same plan, target and options give the same bytes.
public func emit(
  _ placed: PlacedPlan, target: TargetProfile = .xdp, options: EmitOptions = EmitOptions()
) -> EmittedProgram? {
  let reach = DataPathReach(placed)
  guard !reach.isEmpty else { return nil }
  var sets = options.tableSets ?? max(2, target.tableEntries / ProgramLayout.Table.ways)
  precondition(sets >= 2 && sets & (sets - 1) == 0, "tables have a power of two of sets")
  while true {
    var emitter = Emitter(reach, options: options, tableSets: sets)
    let program = emitter.program()
    // Tables shrink together until the state fits; smaller ones evict more, and stay exact.
    if options.tableSets != nil || program.stateBytes <= target.halfBytesMax || sets <= 2 {
      return program
    }
    sets /= 2
  }
}

/// What of a placed plan the data path does.
struct DataPathReach {
  let placed: PlacedPlan
  /// Nodes in the data path, ascending.
  let nodes: [Int]
  /// Aggregations in the data path, ascending.
  let aggregations: [Int]

  var plan: LogicalPlan { placed.plan }
  var isEmpty: Bool { aggregations.isEmpty && placed.exports.isEmpty }

  init(_ placed: PlacedPlan) {
    self.placed = placed
    nodes = placed.plan.nodes.indices.filter { placed.nodes[$0].isInDataPath }
    aggregations = placed.plan.aggregations.indices.filter {
      placed.aggregations[$0].isInDataPath
    }
    for node in nodes {
      precondition(
        placed.plan.nodes[node].input.map { placed.nodes[$0].isInDataPath } ?? true,
        "nodes of the data path are closed under inputs")
    }
  }

  /// The fields that the program reads.
  var fields: Set<FieldID> {
    nodes.reduce(into: valueFields) { used, node in
      if case .filter(let predicate) = plan.nodes[node].operation {
        used.formUnion(predicate.fields)
      }
    }
  }

  /// The fields that it reads for more than conditions.
  var valueFields: Set<FieldID> {
    var used: Set<FieldID> = []
    for node in nodes {
      if case .distinct(let key, _) = plan.nodes[node].operation {
        used.formUnion(key.map(\.field))
      }
    }
    for index in aggregations { used.formUnion(plan.aggregations[index].fields) }
    for export in placed.exports { used.formUnion(export.fields) }
    return used
  }

  /// The sets that the program asks.
  var sets: Set<SetID> {
    nodes.reduce(into: []) { used, node in
      if case .filter(let predicate) = plan.nodes[node].operation {
        used.formUnion(predicate.sets)
      }
    }
  }

  /// Words that all keys in the program take as locals, with their hashes and what is compared
  /// with them; and once more the widest, which an insertion copies.
  var keyWords: Int {
    var sum = 0
    var widest = 0
    func add(_ words: Int, weight: Int) {
      sum += words * weight + 1
      widest = max(widest, words)
    }
    for node in nodes {
      if case .distinct(let key, _) = plan.nodes[node].operation {
        add(KeyLayout(key).wordCount, weight: Self.firstSeenWeight)
      }
    }
    for index in aggregations {
      let aggregation = plan.aggregations[index]
      let isPairs =
        if case .distinct = aggregation.form { !aggregation.key.isEmpty } else { false }
      add(aggregation.tableLayout.wordCount, weight: isPairs ? Self.firstSeenWeight : 1)
    }
    return sum + widest
  }

  /// clang 14 keeps the four ways' differences of a first-seen table in memory.
  private static let firstSeenWeight = 4

  /// Whether the program needs the order of arrival.
  var needsOrder: Bool {
    placed.exports.contains(where: \.needsOrder)
      || aggregations.contains {
        plan.aggregations[$0].accumulators.reductions.contains(where: \.needsArrivalOrder)
      }
  }
}
