public import DataModel
import Diagnostics

/// Several placed plans over the same packets as one data path: one parse, and what the plans have
/// in common is done once.
///
/// Nodes with equal operations on one input are one, as in `ShareNodes`; so are aggregations of the
/// data path over one node with equal key and form, also where their windows differ, because the
/// data path knows panes only. Members share with each other, never with themselves: the union of
/// one plan is that plan.
public struct PlanUnion: Sendable, Hashable {
  /// Where the parts of a member are in the union.
  public struct Member: Sendable, Hashable {
    /// The union's node for each of the member's.
    public var nodes: [Int]
    /// The union's aggregation for each of the member's.
    public var aggregations: [Int]
    /// The union's set for each of the member's.
    public var sets: [Int]
    /// The union's export for each of the member's.
    public var exports: [Int]
  }

  /// What the program does. Features, relations and outputs stay with their queries; ranges are
  /// places in the members' texts one behind the other, each with a byte after it.
  public let placed: PlacedPlan
  /// The members, in order.
  public private(set) var members: [Member]
  /// Where each member's text begins among the ranges of ``placed``.
  public private(set) var textStarts: [Int]
  /// The longest span that divides every window of every member; nil where there are no windows.
  public let pane: Window?

  /// Joins plans; `textLengths` are the bytes of their texts.
  public init(_ plans: [PlacedPlan], textLengths: [Int]) {
    precondition(plans.count == textLengths.count, "every plan has a text")
    var joining = Joining()
    for (plan, length) in zip(plans, textLengths) { joining.add(plan, textLength: length) }
    placed = PlacedPlan(
      plan: joining.plan, nodes: joining.nodePlaces, aggregations: joining.aggregationPlaces,
      exports: joining.exports)
    members = joining.members
    textStarts = joining.textStarts
    pane = Window(dividing: plans.compactMap(\.plan.pane))
  }

  /// The same program without one of its members: what only that one needs is done for nobody.
  public func removing(member index: Int) -> PlanUnion {
    var rest = self
    rest.members.remove(at: index)
    rest.textStarts.remove(at: index)
    return rest
  }
}

extension Window {
  /// The longest window that divides all of them and their slides; nil where there are none.
  init?(dividing windows: [Window]) {
    var length: Int64 = 0
    for window in windows {
      var (a, b) = (length, window.slide)
      while b != 0 { (a, b) = (b, a % b) }
      length = a
    }
    guard length > 0 else { return nil }
    self.init(length: length)
  }
}

/// One run of `PlanUnion.init`.
private struct Joining {
  var plan = LogicalPlan()
  var nodePlaces: [Placement] = []
  var aggregationPlaces: [Placement] = []
  var exports: [Export] = []
  var members: [PlanUnion.Member] = []
  var textStarts: [Int] = []
  private var textEnd = 0
  private var knownNodes: [NodeIdentity: Int] = [:]
  private var knownAggregations: [AggregationIdentity: Int] = [:]

  private struct NodeIdentity: Hashable {
    /// Nil for sources: all members read the same packets, whatever their texts name.
    var operation: TupleOperation?
    var input: Int?
    var placement: Placement
  }

  private struct AggregationIdentity: Hashable {
    var input: Int
    var key: [KeyComponent]
    var form: Aggregation.Form
  }

  mutating func add(_ placed: PlacedPlan, textLength: Int) {
    var member = PlanUnion.Member(nodes: [], aggregations: [], sets: [], exports: [])
    for set in placed.plan.sets {
      member.sets.append(plan.sets.count)
      plan.sets.append(set)
    }
    addNodes(of: placed, &member)
    addAggregations(of: placed, &member)
    addExports(of: placed, &member)
    members.append(member)
    textStarts.append(textEnd)
    textEnd += textLength + 1
  }

  private mutating func addNodes(of placed: PlacedPlan, _ member: inout PlanUnion.Member) {
    var own: [(NodeIdentity, Int)] = []
    for (node, placement) in zip(placed.plan.nodes, placed.nodes) {
      let (nodes, sets) = (member.nodes, member.sets)
      let numbers = PartNumbers(node: { nodes[$0] }, set: { sets[$0] })
      var moved = node
      moved.input = node.input.map { member.nodes[$0] }
      moved.range = SourceRange(moving: node.range, by: textEnd)
      moved.operation = node.operation.renumbered(by: numbers)
      let identity = NodeIdentity(
        operation: moved.input == nil ? nil : moved.operation, input: moved.input,
        placement: placement)
      if placement.isInDataPath, let known = knownNodes[identity] {
        member.nodes.append(known)
        continue
      }
      own.append((identity, plan.nodes.count))
      member.nodes.append(plan.nodes.count)
      plan.nodes.append(moved)
      nodePlaces.append(placement)
    }
    for (identity, index) in own where knownNodes[identity] == nil {
      knownNodes[identity] = index
    }
  }

  private mutating func addAggregations(of placed: PlacedPlan, _ member: inout PlanUnion.Member) {
    var own: [(AggregationIdentity, Int)] = []
    for (aggregation, placement) in zip(placed.plan.aggregations, placed.aggregations) {
      var moved = aggregation
      moved.input = member.nodes[aggregation.input]
      moved.range = SourceRange(moving: aggregation.range, by: textEnd)
      let identity = AggregationIdentity(
        input: moved.input, key: moved.key, form: moved.form)
      if placement.isInDataPath, let known = knownAggregations[identity] {
        member.aggregations.append(known)
        continue
      }
      if placement.isInDataPath { own.append((identity, plan.aggregations.count)) }
      member.aggregations.append(plan.aggregations.count)
      plan.aggregations.append(moved)
      aggregationPlaces.append(placement)
    }
    for (identity, index) in own where knownAggregations[identity] == nil {
      knownAggregations[identity] = index
    }
  }

  /// A node exports once, with the fields that any member needs of it.
  private mutating func addExports(of placed: PlacedPlan, _ member: inout PlanUnion.Member) {
    for export in placed.exports {
      let node = member.nodes[export.node]
      guard let known = exports.firstIndex(where: { $0.node == node }) else {
        member.exports.append(exports.count)
        exports.append(
          Export(node: node, fields: export.fields, needsOrder: export.needsOrder))
        continue
      }
      let fields = Set(exports[known].fields).union(export.fields)
      exports[known] = Export(
        node: node, fields: fields.sorted(),
        needsOrder: exports[known].needsOrder || export.needsOrder)
      member.exports.append(known)
    }
  }
}

extension SourceRange {
  fileprivate init(moving range: SourceRange, by offset: Int) {
    self.init(range.lowerBound + offset, range.upperBound + offset)
  }
}
