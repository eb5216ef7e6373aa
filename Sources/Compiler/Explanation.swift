import BPFModel
import CodeGeneration
import DataModel
import Operators
public import Plan

/// How an explanation is written.
public enum ExplainFormat: String, Sendable, CaseIterable {
  case text, json, dot
}

/// Where every part of a query runs, why, and what it costs, known before anything runs.
public struct Explanation: Sendable {
  /// One node of the plan.
  struct Entry: Sendable {
    /// `n3`, `a0`, `f1`, `r2`, `o0`: kind and index, unique in the plan.
    var id: String
    /// The entries that it takes its input from.
    var inputs: [String]
    /// What the node does.
    var title: String
    var isInDataPath: Bool
    /// Why it is not (fully) in the data path, or why it is on the host by nature.
    var why: String
    /// Estimated BPF instructions that a packet passes on the fast path; 0 on the host.
    var instructions: Int
    /// Bytes of state for one CPU and epoch; 0 on the host.
    var stateBytes: Int
    /// What goes to the host; nil where nothing does.
    var toHost: Traffic?
    /// The error bound of a feature; of a pattern what bounds its state and its search.
    var bound: String
    /// What it keeps on the host, at most; nil where nothing.
    var hostState: HostState?
    /// In what form the state of each key is kept, and what that needs; empty elsewhere.
    var form = ""

    /// Why it is where it is.
    var reason: String {
      why.isEmpty && isInDataPath ? "nothing of it needs the host" : why
    }
  }

  let entries: [Entry]
  let target: TargetProfile
  let stateBytes: Int
  /// Estimated BPF instructions that a packet passes on the fast path, and those of parsing it.
  let fastPath: (whole: Int, parse: Int)
  /// What the compiled object takes; nil where there is none.
  let object: ObjectFacts?
  let pane: String
  let hasProgram: Bool
  /// How states are spread over the threads of a run on the host.
  let spreads: [Spread]

  /// Explains a compiled query.
  public init(_ query: CompiledQuery, limits: HostLimits = HostLimits()) {
    let costs = ExplanationCosts(query, limits)
    entries =
      Self.nodes(query.placed, costs) + Self.aggregations(query.placed, costs)
      + Self.features(query.plan) + Self.items(query.plan, limits)
      + Self.relations(query.plan, limits) + Self.sets(query.plan, limits)
      + Self.outputs(query.plan)
    target = query.options.target
    stateBytes = query.program?.layout.halfBytes ?? 0
    fastPath = (
      query.program?.instructions ?? 0, costs.instructions(.parse)
    )
    object = query.object.flatMap { ObjectFacts($0) }
    pane = query.plan.pane.map(\.description) ?? "none"
    hasProgram = query.program != nil
    spreads = Self.spreads(query.plan)
  }

  /// The explanation in a format; ends with a newline.
  public func render(_ format: ExplainFormat) -> String {
    switch format {
    case .text: renderText()
    case .json: renderJSON()
    case .dot: renderDot()
    }
  }

  private static func nodes(_ placed: PlacedPlan, _ costs: ExplanationCosts) -> [Entry] {
    placed.plan.nodes.indices.map { index in
      let node = placed.plan.nodes[index]
      return Entry(
        id: "n\(index)", inputs: Self.inputs(of: node).map { "n\($0)" },
        title: placed.plan.text(of: node), isInDataPath: placed.nodes[index].isInDataPath,
        why: placed.nodes[index].reason, instructions: costs.instructions(node: index),
        stateBytes: costs.stateBytes(.node(index)), toHost: costs.toHost(node: index),
        bound: placed.plan.searchText(of: node),
        hostState: placed.plan.hostState(ofNode: index, costs.limits))
    }
  }

  /// The nodes whose tuples a node takes.
  private static func inputs(of node: TupleNode) -> [Int] {
    guard !node.operation.isMatch else { return node.operation.otherInputs.sorted() }
    return (node.input.map { [$0] } ?? []) + node.operation.otherInputs.sorted()
  }

  private static func aggregations(_ placed: PlacedPlan, _ costs: ExplanationCosts) -> [Entry] {
    placed.plan.aggregations.indices.map { index in
      let aggregation = placed.plan.aggregations[index]
      let place = placed.aggregations[index]
      return Entry(
        id: "a\(index)", inputs: ["n\(aggregation.input)"],
        title: placed.plan.text(of: aggregation),
        isInDataPath: place.isInDataPath, why: place.reason,
        instructions: costs.instructions(.aggregation(index)),
        stateBytes: costs.stateBytes(.aggregation(index)),
        toHost: costs.toHost(aggregation: index), bound: "",
        hostState: placed.plan.hostState(ofAggregation: index, costs.limits),
        form: costs.form(of: aggregation, isInDataPath: place.isInDataPath))
    }
  }

  private static func features(_ plan: LogicalPlan) -> [Entry] {
    plan.features.enumerated().map { index, feature in
      let operation = OperatorCatalogue.operation(of: feature.call)
      return Entry(
        id: "f\(index)", inputs: ["a\(feature.aggregation)"],
        title: "\(feature.name) = \(feature.call.text): \(feature.type)", isInDataPath: false,
        why: "evaluated once a row", instructions: 0, stateBytes: 0, toHost: nil,
        bound: operation.boundSummary)
    }
  }

  /// States of a key's last tuples, with the features that are read of them.
  private static func items(_ plan: LogicalPlan, _ limits: HostLimits) -> [Entry] {
    plan.items.enumerated().map { index, group in
      let names = plan.itemFeatures.filter { $0.group == index }.map(\.name)
      return Entry(
        id: "i\(index)", inputs: ["n\(group.input)"],
        title: "\(plan.text(of: group))  (\(names.joined(separator: ", ")))",
        isInDataPath: false, why: "changes with every tuple, in the order of arrival",
        instructions: 0, stateBytes: 0, toHost: nil, bound: "",
        hostState: plan.hostState(ofItems: index, limits))
    }
  }

  private static func sets(_ plan: LogicalPlan, _ limits: HostLimits) -> [Entry] {
    plan.sets.enumerated().map { index, set in
      let types = set.types.map(\.description).joined(separator: ", ")
      return Entry(
        id: "s\(index)", inputs: ["r\(set.relation)"], title: "set of (\(types))",
        isInDataPath: false, why: "rows make it; those who ask it have it", instructions: 0,
        stateBytes: 0, toHost: nil, bound: "", hostState: plan.hostState(of: set, limits))
    }
  }

  private static func relations(_ plan: LogicalPlan, _ limits: HostLimits) -> [Entry] {
    plan.relations.enumerated().map { index, relation in
      let operation = relation.operation
      return Entry(
        id: "r\(index)",
        inputs: operation.domain.map { ["a\($0)"] } ?? operation.inputs.map { "r\($0)" },
        title: plan.text(of: relation), isInDataPath: false,
        why: operation.reasonForHost, instructions: 0, stateBytes: 0, toHost: nil, bound: "",
        hostState: plan.hostState(ofRelation: index, limits))
    }
  }

  private static func outputs(_ plan: LogicalPlan) -> [Entry] {
    plan.outputs.enumerated().map { index, output in
      let input =
        switch output.content {
        case .rows(let relation, _): "r\(relation)"
        case .tuples(let node, _): "n\(node)"
        }
      let columns = output.schema.columns.map { "\($0.name): \($0.type)" }
      let targets = output.targets.isEmpty ? [.standardOutput] : output.targets
      let to = targets.map(\.description).joined(separator: ", ")
      return Entry(
        id: "o\(index)", inputs: [input],
        title: "output \(output.name) (\(columns.joined(separator: ", "))) to \(to)",
        isInDataPath: false, why: "a sink", instructions: 0, stateBytes: 0, toHost: nil, bound: "")
    }
  }
}

extension Placement {
  /// Why a node is not wholly in the data path; empty where it is.
  var reason: String {
    switch self {
    case .dataPath: ""
    case .prefiltered: "the data path drops what it has seen; the host decides"
    case .host(let reason): reason
    }
  }
}
