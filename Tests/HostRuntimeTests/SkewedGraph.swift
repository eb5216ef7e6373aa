import Plan
import TestSupport
import Testing

/// A pattern and a graph on which the orders of its edges differ in cost: edges in the order of
/// their starts, each of a stream, and then the one that completes matches.
struct SkewedGraph: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// The pattern's edges; each starts after the one before it.
  let topology: String
  /// The stream of each edge of the pattern: the tuples that so many conditions select.
  let streams: [Int]
  let edges: [(stream: Int, source: Int, target: Int)]
  let last: (Int, Int)
  let matches: Int

  /// Nanoseconds from one edge to the next.
  static let step: Int64 = 1_000_000

  /// The pattern, checked as any program is.
  func pattern() throws -> (Pattern, LogicalPlan) {
    let ordered = streams.indices.dropFirst().map { "start(e\($0 - 1)) < start(e\($0));" }
    let selected = streams.enumerated().flatMap { edge, stream in
      (0..<stream).map { "e\(edge).frame.len > \($0);" }
    }
    let plan = try Query.plan(
      """
      P = PacketStream("eth0");
      SUBGRAPH ON P WITH source(SourceIp) AND target(DestIp) {
        \(topology)
        \(ordered.joined(separator: " ")) start(e\(streams.count - 1)) - start(e0) <= 100;
        \(selected.joined(separator: " "))
      }
      """)
    let patterns = plan.nodes.compactMap { node in
      if case .match(let pattern) = node.operation { pattern } else { nil }
    }
    return (try #require(patterns.first), plan)
  }
}

/// What a search costs that binds the edges of a pattern in an order that is fixed beforehand: the
/// edges that it looks at, from the newest back, among those at the vertices that are known.
struct FixedOrder {
  private struct Edge {
    let number: Int
    let ends: [Int]
  }

  private let graph: SkewedGraph
  private let pattern: Pattern
  /// By stream, which ends are known, and those, the edges, the newest first.
  private var lists: [[Int]: [Edge]] = [:]

  init(_ pattern: Pattern, _ graph: SkewedGraph) {
    self.graph = graph
    self.pattern = pattern
    for (number, edge) in graph.edges.enumerated().reversed() {
      let own = Edge(number: number, ends: [edge.source, edge.target])
      for known in 0...3 { lists[key(edge.stream, known, own.ends), default: []].append(own) }
    }
  }

  /// An end that is not known is any.
  private func key(_ stream: Int, _ known: Int, _ ends: [Int]) -> [Int] {
    [stream, known, known & 1 != 0 ? ends[0] : 0, known & 2 != 0 ? ends[1] : 0]
  }

  static func permutations(_ items: [Int]) -> [[Int]] {
    guard items.count > 1 else { return [items] }
    return items.flatMap { first in
      permutations(items.filter { $0 != first }).map { [first] + $0 }
    }
  }

  /// The edges tried in an order of all but the last edge.
  func tries(_ order: [Int]) -> Int {
    let last = pattern.edges.count - 1
    let ends = [
      pattern.edges[last].source: graph.last.0, pattern.edges[last].target: graph.last.1,
    ]
    return tries(order[...], ends, [last: graph.edges.count])
  }

  private func tries(
    _ order: ArraySlice<Int>, _ vertices: [Int: Int], _ numbers: [Int: Int]
  ) -> Int {
    guard let role = order.first else { return 0 }
    let vertexOfEnd = [pattern.edges[role].source, pattern.edges[role].target]
    let known =
      (vertices[vertexOfEnd[0]] == nil ? 0 : 1) + (vertices[vertexOfEnd[1]] == nil ? 0 : 2)
    let ends = vertexOfEnd.map { vertices[$0] ?? 0 }
    let earliest = numbers.filter { $0.key < role }.values.max() ?? -1
    let latest = numbers.filter { $0.key > role }.values.min() ?? .max
    var tried = 0
    for edge in lists[key(graph.streams[role], known, ends)] ?? [] {
      tried += 1
      // Older ones start too early.
      if edge.number <= earliest { break }
      guard edge.number < latest else { continue }
      var (vertices, numbers) = (vertices, numbers)
      for (vertex, end) in zip(vertexOfEnd, edge.ends) { vertices[vertex] = end }
      numbers[role] = edge.number
      tried += tries(order.dropFirst(), vertices, numbers)
    }
    return tried
  }
}
