import Plan
import TestSupport
import Testing

@testable import HostRuntime

/// How many edges the search of a pattern tries, beside every fixed order of the pattern's edges;
/// no time is measured.
@Suite("The order in which a pattern's edges are searched")
struct PatternOrderTests {
  @Test("is better than a hundredth of the worst, and no worse than the best", arguments: cases)
  func order(graph: SkewedGraph) throws {
    let (pattern, plan) = try graph.pattern()
    let (tried, matches, _) = try search(pattern, graph, stepLimit: 1 << 20)
    #expect(matches == graph.matches)
    let last = pattern.edges.count - 1
    let costs = FixedOrder.permutations(Array(0..<last)).map { order in
      FixedOrder(pattern, graph).tries(order)
    }
    let (best, worst) = (costs.min() ?? 0, costs.max() ?? 0)
    #expect(tried <= best, "\(tried) edges tried, \(best) by the best fixed order")
    #expect(100 * max(tried, 1) <= worst, "\(tried) edges tried, \(worst) by the worst order")
    // A search that may try so few gives nothing up.
    #expect(try search(pattern, graph, stepLimit: tried).abandoned == 0)
    // What EXPLAIN says begins with the edge that completes matches.
    #expect(plan.searchOrder(of: pattern, from: last).first == last)
  }

  @Test("EXPLAIN names the edge that more conditions select before the others")
  func explained() throws {
    let graph = SkewedGraph(
      testDescription: "", topology: "x e0 y; x e1 w; x e2 v; z e3 x;", streams: [0, 2, 1, 0],
      edges: [], last: (3, 1), matches: 0)
    let (pattern, plan) = try graph.pattern()
    #expect(plan.searchOrder(of: pattern, from: 3) == [3, 1, 2, 0])
  }

  /// Searches for the matches that the last edge completes.
  private func search(
    _ pattern: Pattern, _ graph: SkewedGraph, stepLimit: Int
  ) throws -> (tried: Int, matches: Int, abandoned: UInt64) {
    var inputs: [Int] = []
    for edge in pattern.edges where !inputs.contains(edge.input) { inputs.append(edge.input) }
    let places = pattern.edges.map { edge in inputs.firstIndex(of: edge.input) ?? 0 }
    let vertices = VertexTable(words: 1, seed: 1)
    let held = TupleStore(fields: [])
    let stores = inputs.map { _ in EdgeStore(vertices, held) }
    let search = PatternSearch(
      pattern, stores: stores, storeOfEdge: places, stepLimit: stepLimit, joint: nil,
      isAdmitted: nil)
    func kept(_ number: Int, _ source: Int, _ target: Int) -> KeptEdge {
      let ends = [UInt64(source), UInt64(target)].map { end in
        withUnsafePointer(to: end) { vertices.retain($0) }
      }
      let start = Int64(number) * SkewedGraph.step
      return KeptEdge(
        edge: GraphEdge(
          start: start, end: start, order: UInt64(number), source: ends[0], target: ends[1]),
        place: KeptEdge.nowhere)
    }
    for (number, edge) in graph.edges.enumerated() {
      let role = try #require(graph.streams.firstIndex(of: edge.stream))
      stores[places[role]].append(kept(number, edge.source, edge.target))
    }
    let last = kept(graph.edges.count, graph.last.0, graph.last.1)
    search.run(last, store: places[pattern.edges.count - 1])
    return (Int(search.tried), search.found.count, search.abandoned)
  }

  private static let crowd = 100..<2100

  /// Edges of one stream.
  private static func edges(
    _ stream: Int, _ ends: some Sequence<(Int, Int)>
  ) -> [(stream: Int, source: Int, target: Int)] {
    ends.map { (stream, $0.0, $0.1) }
  }

  static let cases = [
    SkewedGraph(
      testDescription: "a source with many edges, a target with one",
      topology: "x e0 y; y e1 z; z e2 x;", streams: [0, 0, 0],
      edges: edges(0, crowd.map { (1, $0) } + [(1, 2), (2, 3)]), last: (3, 1), matches: 1),
    SkewedGraph(
      testDescription: "a target with many edges, a source with one",
      topology: "x e0 y; y e1 z; z e2 x;", streams: [0, 0, 0],
      edges: edges(0, crowd.map { ($0, 3) } + [(1, 2), (2, 3)]), last: (3, 1), matches: 1),
    SkewedGraph(
      testDescription: "edges that conditions select, beside one that all tuples are",
      topology: "x e0 y; x e1 w; w e2 y; z e3 x;", streams: [0, 1, 2, 3],
      edges: edges(0, crowd.map { (1, $0) }) + edges(1, [(1, 4)]) + edges(2, [(4, 150)]),
      last: (3, 1), matches: 1),
    SkewedGraph(
      testDescription: "an end that nothing reaches, at the far side of a chain",
      topology: "x e0 y; y e1 w; w e2 z; z e3 x;", streams: [0, 0, 0, 0],
      edges: edges(0, crowd.map { (1, $0) } + crowd.map { ($0, $0 + 5000) }), last: (3, 1),
      matches: 0),
    SkewedGraph(
      testDescription: "edges apart from the last one: those of the smaller stream first",
      topology: "u e0 v; v e1 w; p e2 q;", streams: [0, 1, 2],
      edges: edges(0, crowd.map { (50, $0) }) + edges(1, [(100, 7), (101, 7)]), last: (3, 1),
      matches: 2),
    SkewedGraph(
      testDescription: "a star whose rare ray came too early",
      topology: "h e0 a; h e1 b; c e2 h; d e3 h;", streams: [0, 1, 2, 3],
      edges: edges(2, [(8, 1)]) + edges(0, crowd.prefix(60).map { (1, $0) })
        + edges(1, crowd.prefix(50).map { (1, $0) }), last: (8, 1), matches: 0),
  ]
}
