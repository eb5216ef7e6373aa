import DataModel
import Glibc
import Plan
import Reference
import TestSupport
import Testing

/// Flow records for graphs.
enum Graph {
  /// An edge: when it starts and how long it lasts, in milliseconds, its ends and port, and the
  /// kilobytes of payload that its source sends.
  struct Edge {
    var start: Int
    var source: String
    var target: String
    var length = 0
    var port = 80
    var kilobytes = 0
  }

  /// `a>b@0 b>c@1.5+2:443*9`: hosts by letters or addresses, starts in seconds; then `+` and the
  /// length, `:` and the port, `*` and kilobytes, where they matter.
  static func edges(_ text: String) -> [Edge] {
    text.split(separator: " ").map { word in
      func part(_ mark: Character) -> Substring? {
        guard let at = word.firstIndex(of: mark) else { return nil }
        return word[word.index(after: at)...].prefix { !">@+:*".contains($0) }
      }
      func milliseconds(_ mark: Character) -> Int {
        Int((part(mark).flatMap { Double($0) } ?? 0) * 1000)
      }
      return Edge(
        start: milliseconds("@"), source: String(word.prefix { $0 != ">" }),
        target: String(part(">") ?? ""), length: milliseconds("+"),
        port: part(":").flatMap { Int($0) } ?? 80,
        kilobytes: part("*").flatMap { Int($0) } ?? 0)
    }
  }

  /// The edges as VAST records, in their order; starts count from 1000 s.
  static func records(_ edges: [Edge]) -> String {
    edges.map { edge in
      let fields = [
        "0", seconds(1_000_000 + edge.start), "d", "t", "6", "tcp", address(edge.source),
        address(edge.target), "1000", "\(edge.port)", "0", "0", seconds(edge.length),
      ]
      let payload = edge.kilobytes > 0 ? "\(edge.kilobytes * 1000)" : "10"
      return (fields + [payload, "20", "100", "200", "1", "2", "0"]).joined(separator: ",") + "\n"
    }.joined()
  }

  private static func seconds(_ milliseconds: Int) -> String {
    let rest = milliseconds % 1000
    return "\(milliseconds / 1000)." + (rest < 10 ? "00" : rest < 100 ? "0" : "") + "\(rest)"
  }

  static func address(_ host: String) -> String {
    guard host.utf8.count == 1, let letter = host.utf8.first else { return host }
    return "10.0.0.\(letter - UInt8(ascii: "a") + 1)"
  }

  /// The rows of a program over a graph, which are those of the naive evaluator, in any order.
  ///
  /// - Parameter attributes: what the program's table says, by address and name.
  static func rows(
    _ program: String, _ edges: [Edge], source: String = "F",
    attributes: [String: [String: String]] = [:]
  ) throws -> [Row] {
    let text = records(edges)
    let path = RecordTests.write(text)
    defer { unlink(path) }
    let whole = "\(source) = VastStream(\"\(path)\");\n" + program
    let plan = try Query.plan(whole)
    let (records, _) = NaiveRecords.read(text, try #require(plan.recordSchema(of: 0)))
    var evaluator = NaiveEvaluator(plan: plan)
    evaluator.attributes = { _, name, vertex in
      attributes[vertex.description]?[name].map { .text($0) }
    }
    for record in records { evaluator.take(record) }
    let expected = evaluator.finish().map(\.row)
    let found = try RecordTests.run(whole).rows.sorted(by: RowOrder.precedes)
    let differences = RowComparison.differences(expected, found)
    #expect(differences.isEmpty, "\(differences.prefix(5))\n\(program)\n\(text)")
    return found
  }
}

/// What SUBGRAPH means, by cases that SAM was run on (its answers are in `Docs/Decisions`).
@Suite("Patterns by hand")
struct PatternCaseTests {
  static let triangle = """
    SUBGRAPH ON F WITH source(SourceIp) AND target(DestIp) {
      x e0 y; y e1 z; z e2 x;
      start(e0) < start(e1); start(e1) < start(e2); start(e2) - start(e0) <= 10;
    }
    """

  @Test(
    "temporal triangles",
    arguments: [
      ("a>b@0 b>c@1 c>a@2", 1),
      ("c>a@2 a>b@0 b>c@1", 1),
      ("a>b@0 b>c@1 c>a@1", 0),
      ("a>b@0 b>c@1 c>a@10", 1),
      ("a>b@0 b>c@1 c>a@10.001", 0),
      // A long flow starts when it starts: the text bounds starts only.
      ("a>b@0+101 b>c@1 c>a@2", 1),
      ("a>a@0 a>a@1 a>a@2", 1),
      ("a>b@0 b>a@1 a>a@2", 1),
      ("a>b@0 b>c@1 b>c@1.5 c>a@2", 2),
      // Two equal records are two flows.
      ("a>b@0 b>c@1 b>c@1 c>a@2", 2),
      ("a>b@0 b>c@1 c>a@2 a>b@3 b>c@4 c>a@5", 6),
      ("a>b@5 b>c@5 c>a@5", 0),
      ("a>b@9.84 b>c@19.10 c>a@19.68", 1),
    ])
  func triangles(edges: String, count: Int) throws {
    #expect(try Graph.rows(Self.triangle, Graph.edges(edges)).count == count)
  }

  @Test("closing edges up to the bound")
  func closing() throws {
    var edges = Graph.edges("a>b@0 b>c@0.1")
    edges += (0..<1200).map { Graph.Edge(start: 9000 + $0, source: "c", target: "a") }
    #expect(try Graph.rows(Self.triangle, edges).count == 1001)
  }

  @Test("a star of equal edges")
  func star() throws {
    let edges = (0..<40).map { Graph.Edge(start: $0, source: "y", target: "x") }
    let program = """
      SUBGRAPH ON F WITH source(SourceIp) AND target(DestIp) {
        y e1 x; z e2 x; start(e1) < start(e2); start(e2) - start(e1) <= 10;
      }
      """
    #expect(try Graph.rows(program, edges).count == 40 * 39 / 2)
  }

  @Test("a watering hole is bounded from the end of its first edge")
  func wateringHole() throws {
    let program = """
      Top = FOREACH F GENERATE topk(DestIp, 20, 5, 1);
      SUBGRAPH ON F WITH source(SourceIp) AND target(DestIp) {
        target e1 bait; target e2 controller;
        start(e2) > end(e1); start(e2) - end(e1) < 10;
        bait in Top; controller not in Top;
      }
      """
    var edges = (0..<20).map { Graph.Edge(start: $0, source: "v", target: "b") }
    edges.append(Graph.Edge(start: 100, source: "t", target: "b", length: 30_000))
    edges += (0..<7).map { Graph.Edge(start: 29_000 + $0 * 1000, source: "t", target: "c") }
    #expect(try Graph.rows(program, edges).count == 5)
    #expect(!Query.diagnostics("F = VastStream(\"f\");\n" + program).contains("SAL0292"))
  }

  @Test("values that change with every tuple say which vertices fit")
  func current() throws {
    let program = """
      K = STREAM F BY SourceIp;
      Mean = FOREACH K GENERATE ave(SrcPayloadBytes);
      Quiet = FILTER K BY Mean <= 10;
      SUBGRAPH ON F WITH source(SourceIp) AND target(DestIp) DISTINCT {
        c e1 a; c e2 b; a in Quiet; b in Quiet;
        start(e1) < start(e2); start(e2) - start(e1) < 10;
      }
      """
    let edges = Graph.edges("a>c@0 b>c@1 c>a@2 c>b@3 c>z@4 c>a@5")
    #expect(try Graph.rows(program, edges).count == 2)
  }

  static let answered = """
    M = SUBGRAPH ON F WITH source(SourceIp) AND target(DestIp) {
      a e1 b; b e2 a; start(e2) - start(e1) BETWEEN 0 AND 5;
      e1.DestPort == e2.DestPort; e1.SrcPayloadBytes > e2.SrcPayloadBytes;
    }
    """

  @Test("fields of edges are columns of matches")
  func columns() throws {
    let program =
      Self.answered + """

        Ports = STREAM M BY e1.DestPort AS Port;
        Most = FOREACH Ports GENERATE max(e1.SrcPayloadBytes - e2.SrcPayloadBytes) WINDOW 10s;
        OUTPUT M (a, e1.DestPort, e2.SrcPayloadBytes AS Back, e2.ApplicationProtocol);
        OUTPUT Most;
        """
    // Of each answer that is smaller, and on the same port.
    let rows = try Graph.rows(program, Graph.edges("a>b@0:80*3 b>a@1:80*2 b>a@2:443 b>a@3:80*3"))
    #expect(rows.map(\.values.count) == [4, 2])
    #expect(
      rows.first?.values == [
        .address(IPAddress(v4: 0x0A00_0001)), .integer(80), .integer(2000), .text("http"),
      ])
    #expect(rows.last?.values == [.integer(80), .integer(1000)])
  }

  @Test("fields of edges are compared as a search by hand does", arguments: 0..<5)
  func comparedByHand(seed: Int) throws {
    var generator = PatternRandomTests.Generator(random: RandomSource(seed: UInt64(seed) &+ 7))
    let edges = generator.graph(60)
    var count = 0
    for (index, a) in edges.enumerated() {
      for (other, b) in edges.enumerated() where other != index {
        guard a.source == b.target, a.target == b.source, a.port == b.port,
          a.kilobytes > b.kilobytes, (0...5000).contains(b.start - a.start)
        else { continue }
        count += 1
      }
    }
    #expect(try Graph.rows(Self.answered, edges).count == count)
  }

  @Test("sets of windows say which vertices fit, and windows count matches")
  func sets() throws {
    let program = """
      Lateness = 0s;
      K = STREAM F BY DestIp;
      N = FOREACH K GENERATE count() WINDOW 1s;
      Busy = FILTER K BY N >= 2;
      M = SUBGRAPH ON F WITH source(SourceIp) AND target(DestIp) {
        a e1 b; b e2 c; c in Busy; a not in Busy;
        start(e2) - start(e1) BETWEEN 0 AND 2.5s;
      }
      Kb = STREAM M BY b;
      Through = FOREACH Kb GENERATE count() WINDOW 500ms;
      Slow = FILTER M BY e2.start - e1.start > 1s;
      OUTPUT Through; OUTPUT Slow (a, b, c);
      """
    let edges = Graph.edges(
      "a>c@0 b>c@0.5 a>b@1.2 b>c@1.3 d>b@1.4 b>c@2.6 c>b@2.7 b>d@2.9 b>c@1.9 a>b@8.2 b>c@9.1")
    #expect(try Graph.rows(program, edges).count > 1)
  }
}

/// Any pattern over any graph, in any order of arrival: the host's rows are those of a search that
/// tries every combination.
@Suite("Patterns at random")
struct PatternRandomTests {
  /// Makes patterns whose names, edges and conditions hang on a seed.
  struct Generator {
    var random: RandomSource

    mutating func pattern(_ edges: Int) -> String {
      let vertices = ["u", "v", "w", "x"].prefix(random.number(2...4))
      var lines = (0..<edges).map { index in
        "\(random.choice(Array(vertices))) e\(index) \(random.choice(Array(vertices)));"
      }
      let used = vertices.filter { name in
        lines.contains { $0.hasPrefix(name + " ") || $0.hasSuffix(" \(name);") }
      }
      for _ in 0..<random.number(0...3) { lines.append(condition(edges)) }
      if random.once(in: 3) { lines.append(comparison(edges, used)) }
      if random.once(in: 3), used.count > 1 { lines.append("\(used[0]) != \(used[1]);") }
      if random.once(in: 4) { lines.append("e\(random.number(0...edges - 1)).DestPort == 443;") }
      if random.once(in: 4) {
        let word = random.once(in: 2) ? "IN" : "NOT IN"
        lines.append("\(random.choice(Array(used))) \(word) 10.0.0.0/30;")
      }
      let distinct = random.once(in: 5) ? "DISTINCT " : ""
      let pattern =
        "SUBGRAPH ON F WITH source(SourceIp) AND target(DestIp) \(distinct){\n"
        + lines.joined(separator: "\n") + "\n}"
      guard random.once(in: 2) else { return pattern }
      let last = edges - 1
      return "M = \(pattern)\nOUTPUT M (e0.start, e0.DestPort, e\(last).SrcPayloadBytes AS Last, "
        + "e0.SrcPayloadBytes - e\(last).SrcPayloadBytes AS Less, e\(last).SourceIp AS Who);"
    }

    /// A condition over fields of edges, and of an edge and a vertex.
    private mutating func comparison(_ edges: Int, _ vertices: [String]) -> String {
      let (a, b) = (random.number(0...edges - 1), random.number(0...edges - 1))
      switch random.number(0...3) {
      case 0: return "e\(a).DestPort == e\(b).DestPort;"
      case 1: return "e\(a).SrcPayloadBytes > e\(b).SrcPayloadBytes;"
      case 2: return "e\(a).SrcPayloadBytes * 2 + e\(b).SrcPayloadBytes >= 6000;"
      default: return "e\(a).DestIp == \(random.choice(vertices)) OR e\(b).DestPort == 80;"
      }
    }

    private mutating func condition(_ edges: Int) -> String {
      let (a, b) = (random.number(0...edges - 1), random.number(0...edges - 1))
      let words = ["start", "start", "end"]
      let left = "\(random.choice(words))(e\(a))"
      let right = "\(random.choice(words))(e\(b))"
      switch random.number(0...4) {
      case 0: return "\(left) < \(right);"
      case 1: return "\(left) <= \(right);"
      case 2: return "\(left) - \(right) >= \(random.number(0...2));"
      case 3: return "\(left) - \(right) BETWEEN -1 AND \(random.number(1...4));"
      default:
        let word = random.choice(["<", "<=", "="])
        return "\(left) - \(right) \(word) \(random.number(0...3));"
      }
    }

    mutating func graph(_ count: Int) -> [Graph.Edge] {
      let hosts = ["a", "b", "c", "d", "e"].prefix(random.number(2...5))
      let span = random.choice([3, 8, 20])
      return (0..<count).map { _ in
        Graph.Edge(
          start: random.number(0...2 * span) * 500, source: random.choice(Array(hosts)),
          target: random.choice(Array(hosts)),
          length: random.once(in: 2) ? random.number(0...6) * 500 : 0,
          port: random.choice([80, 443]), kilobytes: random.number(1...4))
      }
    }
  }

  @Test("1000 of them", arguments: 0..<20)
  func compare(seed: Int) throws {
    var generator = Generator(random: RandomSource(seed: UInt64(seed) &+ 77))
    var (ran, matches) = (0, 0)
    while ran < 50 {
      let edges = generator.random.number(1...4)
      let program = generator.pattern(edges)
      // Patterns that contradict themselves are refused.
      let lateness = generator.random.choice(["", "Lateness = 2s;\n", "Lateness = 100s;\n"])
      let text = lateness + program
      guard !Query.diagnostics("F = VastStream(\"f\");\n" + text).contains("error") else {
        continue
      }
      let count = [0, 20, 20, 14, 10][edges]
      matches += try Graph.rows(text, generator.graph(count)).count
      ran += 1
    }
    #expect(matches > 50)
  }
}
