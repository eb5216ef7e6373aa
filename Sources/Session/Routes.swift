import BPFModel
import DataModel
import HostRuntime
import Plan

/// One query's part that something of the shared program belongs to.
struct Route {
  let graph: HostGraph
  /// The index of the aggregation or export in the query's own plan.
  let index: Int
  private let ownPane: Window?

  init(_ graph: HostGraph, _ index: Int, pane: Window?) {
    self.graph = graph
    self.index = index
    ownPane = pane
  }

  /// The query's own pane that holds a pane of the program, which may be shorter; 0 without panes.
  func pane(_ start: Int64) -> Int64 { ownPane?.start(of: start) ?? 0 }
}

/// Which queries a program's aggregations and exports belong to.
struct Routes {
  /// By the union's aggregation.
  let aggregations: [[Route]]
  /// By the union's export.
  let exports: [[Route]]

  init(_ union: PlanUnion, _ graphs: [HostGraph]) {
    precondition(union.members.count == graphs.count, "every query of the program has a graph")
    var aggregations = [[Route]](repeating: [], count: union.placed.plan.aggregations.count)
    var exports = [[Route]](repeating: [], count: union.placed.exports.count)
    for (member, graph) in zip(union.members, graphs) {
      let pane = graph.pane
      for (own, index) in member.aggregations.enumerated() {
        aggregations[index].append(Route(graph, own, pane: pane))
      }
      for (own, index) in member.exports.enumerated() {
        exports[index].append(Route(graph, own, pane: pane))
      }
    }
    self.aggregations = aggregations
    self.exports = exports
  }

  /// Everybody to whom a loss of the stream is to be told.
  func behind(_ content: ProgramLayout.Stream.Content) -> [Route] {
    switch content {
    case .partials(let aggregation), .pairs(let aggregation): aggregations[aggregation]
    case .tuples(let export): exports[export]
    }
  }
}
