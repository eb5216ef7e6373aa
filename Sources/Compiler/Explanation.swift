import BPFModel
import CodeGeneration
import DataModel
import Operators
import Plan

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
    /// Estimated BPF instructions on the fast path; 0 on the host.
    var instructions: Int
    /// Bytes of state for one CPU and epoch; 0 on the host.
    var stateBytes: Int
    /// What goes to the host: bytes a window at most, or a tuple.
    var toHost: String
    /// The error bound of a feature.
    var bound: String
  }

  let entries: [Entry]
  let target: TargetProfile
  let stateBytes: Int
  let instructions: Int
  let stackBytes: Int
  let pane: String
  let hasProgram: Bool
  /// Whether the totals of instructions and stack were read from a compiled object.
  let isMeasured: Bool

  /// Explains a compiled query.
  public init(_ query: CompiledQuery) {
    let costs = ExplanationCosts(query)
    entries =
      Self.nodes(query.placed, costs) + Self.aggregations(query.placed, costs)
      + Self.features(query.plan) + Self.relations(query.plan) + Self.outputs(query.plan)
    target = query.options.target
    stateBytes = query.program?.layout.halfBytes ?? 0
    let facts = query.object.flatMap { ObjectFacts($0) }
    instructions = facts?.instructions ?? query.program?.instructions ?? 0
    stackBytes = facts?.stackBytes ?? query.program?.stackBytes ?? 0
    isMeasured = facts != nil
    pane = query.plan.pane.map(\.description) ?? "none"
    hasProgram = query.program != nil
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
      let export = placed.exports.first { $0.node == index }
      return Entry(
        id: "n\(index)", inputs: node.input.map { ["n\($0)"] } ?? [],
        title: placed.plan.text(of: node), isInDataPath: placed.nodes[index].isInDataPath,
        why: placed.nodes[index].reason, instructions: costs.instructions(node: index),
        stateBytes: costs.stateBytes(.node(index)),
        toHost: export.map { "\($0.wordCount * 8) B a tuple" } ?? "", bound: "")
    }
  }

  private static func aggregations(_ placed: PlacedPlan, _ costs: ExplanationCosts) -> [Entry] {
    placed.plan.aggregations.indices.map { index in
      let aggregation = placed.plan.aggregations[index]
      let place = placed.aggregations[index]
      return Entry(
        id: "a\(index)", inputs: ["n\(aggregation.input)"],
        title: placed.plan.text(of: aggregation),
        isInDataPath: place.isInDataPath, why: place.reason,
        instructions: costs.instructions(aggregation: index),
        stateBytes: costs.stateBytes(.aggregation(index)),
        toHost: costs.toHost(aggregation: index), bound: "")
    }
  }

  private static func features(_ plan: LogicalPlan) -> [Entry] {
    plan.features.enumerated().map { index, feature in
      let operation = OperatorCatalogue.operation(of: feature.call)
      return Entry(
        id: "f\(index)", inputs: ["a\(feature.aggregation)"],
        title: "\(feature.name) = \(feature.call.text): \(feature.type)", isInDataPath: false,
        why: "evaluated once a row", instructions: 0, stateBytes: 0, toHost: "",
        bound: operation.boundSummary)
    }
  }

  private static func relations(_ plan: LogicalPlan) -> [Entry] {
    plan.relations.enumerated().map { index, relation in
      var inputs = relation.operation.inputs.map { "r\($0)" }
      var why = "works on rows"
      if case .keys(let domain) = relation.operation { inputs = ["a\(domain)"] }
      if case .join = relation.operation { why = "rows meet where their windows are whole" }
      return Entry(
        id: "r\(index)", inputs: inputs,
        title: plan.text(of: relation), isInDataPath: false,
        why: why, instructions: 0, stateBytes: 0, toHost: "", bound: "")
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
        isInDataPath: false, why: "a sink", instructions: 0, stateBytes: 0, toHost: "", bound: "")
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

/// Costs by node, out of the emitted program.
struct ExplanationCosts {
  private let query: CompiledQuery

  init(_ query: CompiledQuery) { self.query = query }

  func stateBytes(_ owner: ProgramLayout.Table.Owner) -> Int {
    query.program?.layout.tables.first { $0.owner == owner }?.bytes ?? 0
  }

  func instructions(node: Int) -> Int { instructions(.node(node)) }

  func instructions(aggregation: Int) -> Int { instructions(.aggregation(aggregation)) }

  private func instructions(_ part: PartCost.Part) -> Int {
    query.program?.costs.first { $0.part == part }?.instructions ?? 0
  }

  /// The most bytes that one window of an aggregation sends to the host, for one CPU.
  func toHost(aggregation: Int) -> String {
    guard let layout = query.program?.layout,
      let table = layout.tables.first(where: { $0.owner == .aggregation(aggregation) })
    else { return "" }
    switch table.form {
    case .partials, .registers: return "\(Self.bytes(table.bytes)) a window and CPU + evictions"
    case .firstSeen:
      let stream = layout.streams.first { $0.content == .pairs(aggregation: aggregation) }
      return "\((stream?.recordWords ?? 0) * 8) B a new pair"
    }
  }

  static func bytes(_ count: Int) -> String {
    let units = ["B", "KiB", "MiB", "GiB"]
    var value = Double(count)
    var unit = 0
    while value >= 1024 && unit + 1 < units.count {
      value /= 1024
      unit += 1
    }
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0
      ? "\(tenths / 10) \(units[unit])" : "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }
}
