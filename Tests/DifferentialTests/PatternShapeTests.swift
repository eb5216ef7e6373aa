import DataModel
import TestSupport
import Testing

/// Patterns as large as they may be, and the order in which their edges come.
@Suite("Patterns of many edges, and arrivals in any order")
struct PatternShapeTests {
  /// A match is planted among other edges: at random one would hardly ever be there.
  @Test("five to eight edges give the naive evaluator's matches", arguments: 5...8, 0..<3)
  func large(count: Int, seed: Int) throws {
    var random = RandomSource(seed: UInt64(count * 10 + seed))
    let (vertices, hosts) = (["u", "v", "w", "x"], ["a", "b", "c", "d"])
    let ends = (0..<count).map { _ in (random.number(0...3), random.number(0...3)) }
    var lines = ends.enumerated().map { "\(vertices[$1.0]) e\($0) \(vertices[$1.1]);" }
    for index in 1..<count where !random.once(in: 4) {
      lines.append("start(e\(index - 1)) <= start(e\(index));")
    }
    lines.append("start(e\(count - 1)) - start(e0) BETWEEN 0 AND \(count);")
    lines.append("end(e0) < start(e\(count - 1));")
    var graph = ends.enumerated().map { index, end in
      Graph.Edge(start: index * 500, source: hosts[end.0], target: hosts[end.1])
    }
    for _ in 0..<3 {
      graph.insert(
        Graph.Edge(
          start: random.number(0...count) * 500, source: random.choice(hosts),
          target: random.choice(hosts)),
        at: random.number(0...graph.count))
    }
    let program =
      "Lateness = 100s;\nSUBGRAPH ON F WITH source(SourceIp) AND target(DestIp) {\n"
      + lines.joined(separator: "\n") + "\n}"
    #expect(try !Graph.rows(program, graph).isEmpty, "\(program)")
  }

  /// Chains, stars, rings and fans of eight edges, with exactly one match each.
  static let shapes = [
    ("chain", (0..<8).map { ("v\($0)", "v\($0 + 1)") }),
    ("star", (0..<8).map { ("hub", "v\($0)") }),
    ("ring", (0..<8).map { ("v\($0)", "v\(($0 + 1) % 8)") }),
    ("fan", (0..<4).map { ("hub", "v\($0)") } + (0..<4).map { ("v\($0)", "sink") }),
  ]

  @Test("eight edges in order are found once, however they arrive", arguments: shapes)
  func eight(name: String, edges: [(String, String)]) throws {
    let topology = edges.enumerated().map { "\($1.0) e\($0) \($1.1);" }.joined(separator: " ")
    let order = (1..<8).map { "start(e\($0 - 1)) < start(e\($0));" }.joined(separator: " ")
    let program = """
      Lateness = 100s;
      SUBGRAPH ON F WITH source(SourceIp) AND target(DestIp) DISTINCT {
        \(topology) \(order) start(e7) - start(e0) <= 10;
      }
      """
    let names = Array(Set(edges.flatMap { [$0.0, $0.1] })).sorted()
    let hosts = Dictionary(
      uniqueKeysWithValues: zip(names, "abcdefghijklmnop".map { String($0) }))
    var graph = edges.enumerated().map { index, edge in
      Graph.Edge(
        start: index * 1000, source: hosts[edge.0] ?? "a", target: hosts[edge.1] ?? "a",
        length: 0, port: 80, kilobytes: 1)
    }
    #expect(try Graph.rows(program, graph).count == 1, "\(name)")
    graph.reverse()
    #expect(try Graph.rows(program, graph).count == 1, "\(name), the last first")
    graph.removeFirst()
    #expect(try Graph.rows(program, graph).isEmpty, "\(name) without its last edge")
  }

  @Test("the order of arrival within the lateness cannot be seen", arguments: 0..<4)
  func arrival(seed: Int) throws {
    var generator = PatternRandomTests.Generator(
      random: RandomSource(seed: UInt64(seed) &+ 900))
    var (ran, matches) = (0, 0)
    while ran < 12 {
      let program = "Lateness = 100s;\n" + generator.pattern(generator.random.number(2...3))
      guard !Query.diagnostics("F = VastStream(\"f\");\n" + program).contains("error") else {
        continue
      }
      let graph = generator.graph(16)
      let rows = try Graph.rows(program, graph).map(\.values)
      let sorted = try Graph.rows(program, graph.sorted { $0.start < $1.start }).map(\.values)
      let reversed = try Graph.rows(program, graph.reversed()).map(\.values)
      #expect(Self.counts(rows) == Self.counts(sorted), "\(program)")
      #expect(Self.counts(rows) == Self.counts(reversed), "\(program)")
      matches += rows.count
      ran += 1
    }
    #expect(matches > 10)
  }

  private static func counts(_ rows: [[Value]]) -> [[Value]: Int] {
    Dictionary(rows.map { ($0, 1) }, uniquingKeysWith: +)
  }
}
