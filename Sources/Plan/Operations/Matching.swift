import DataModel

/// `SUBGRAPH`: the matches of a pattern.
extension Pattern: OperationFacts {
  var operation: TupleOperation { .match(self) }
  /// Its edges' tuples come from nodes of their own.
  var fieldsOfInput: Set<FieldID> { [] }
  var otherInputs: Set<Int> { Set(edges.map(\.input)) }
  func fields(ofOther node: Int) -> Set<FieldID>? { fields }
  mutating func renumber(by numbers: PartNumbers) {
    for index in edges.indices { edges[index].input = numbers.node(edges[index].input) }
  }

  var handsOn: TuplesHandedOn { .made }
  func recordSchema(in plan: LogicalPlan) -> RecordSchema? { schema }

  var memory: OperationMemory? {
    OperationMemory(
      reasonForOneThread: "an edge joins vertices of different shares", window: tick,
      showsOrder: false, needsOrder: false, settles: true, goesOn: false)
  }
  func hostState(at index: Int, in plan: LogicalPlan, _ limits: HostLimits) -> HostState? {
    // An edge and its links, its pair of vertices, and two vertices of its own; tuples that wait.
    let stores = Set(edges.map(\.input)).count
    let edge = 2 * 44 + 4 * 16 + 2 * 2 * (3 * 8 + 40) + 40
    return HostState(entry: "edge", entryBytes: edge, entriesMax: stores * limits.edges)
  }
  mutating func settle(in tick: Window) { self.tick = tick }

  var reasonForHost: String? { "SUBGRAPH finds matches when no earlier tuple can come any more" }
  func text(in plan: LogicalPlan, from input: String) -> String { plan.text(of: self) }

  func searchText(in plan: LogicalPlan) -> String {
    let bounds = bounds
    let orders = edges.indices.filter { bounds.canBeLast($0) }.map { last in
      plan.searchOrder(of: self, from: last).map { edges[$0].name }.joined(separator: " ")
    }
    let kept = edges.count > 1 ? "an edge is kept \(reachText)" : "no edge is kept"
    return "\(kept), behind the lateness of \(Timestamp.durationText(plan.lateness)); "
      + "searched from the last edge on: \(orders.joined(separator: ", or "))"
  }

  private var reachText: String {
    let (start, end) = bounds.reach
    let behindEnd = end.map { ", or \(Timestamp.durationText($0)) behind its end" } ?? ""
    return "\(Timestamp.durationText(start)) behind its start" + behindEnd
  }

  func check(_ node: TupleNode, at index: Int, _ check: inout PlanCheck) {
    let place = "n\(index)"
    check.require((1...Pattern.edgesMax).contains(edges.count), "\(place): number of edges")
    for edge in edges {
      check.require((0..<index).contains(edge.input), "\(place): input of \(edge.name)")
      check.require(
        vertices.indices.contains(edge.source) && vertices.indices.contains(edge.target),
        "\(place): ends of \(edge.name)")
    }
    check.components([source, target], place)
    check.require(source.type == target.type, "\(place): ends of two types")
    for bound in times {
      check.require(
        edges.indices.contains(bound.later.edge) && edges.indices.contains(bound.earlier.edge),
        "\(place): times")
    }
    check.require(!bounds.isContradictory, "\(place): times contradict each other")
    for pair in unequal {
      check.require(
        vertices.indices.contains(pair.second) && pair.first != pair.second,
        "\(place): unequal vertices")
    }
    for column in carried {
      check.require(edges.indices.contains(column.edge), "\(place): edge of \(column.name)")
    }
    for comparison in comparisons {
      check.require(
        comparison.vertices.allSatisfy { vertices.indices.contains($0) },
        "\(place): vertices of a comparison")
    }
  }
}
