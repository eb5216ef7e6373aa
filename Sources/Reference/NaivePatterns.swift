import DataModel
import Plan

/// The tuples that patterns took, kept whole: every combination of them is tried.
struct NaivePatterns {
  /// A tuple as an edge.
  struct Edge {
    let start: Int64
    let end: Int64
    let order: Int
    let source: Value
    let target: Value
    /// The fields that matches carry, in the order of the pattern.
    let carried: [Value]
  }

  /// By the node of the pattern, the tuples that each of its edges may be.
  var candidates: [Int: [[Edge]]] = [:]
  /// By the node of the pattern, the time before which matches have been told.
  var settled: [Int: Int64] = [:]
  /// Matches so far, which are tuples by this order.
  var matches = 0

  /// The matches of a pattern whose last edge starts in the range, by that time.
  static func matches(
    of pattern: Pattern, among candidates: [[Edge]], in range: Range<Int64>,
    _ attributes: (Int, String, Value) -> VertexAttribute?
  ) -> [[Edge]] {
    var found: [[Edge]] = []
    func extend(_ chosen: [Edge]) {
      let role = chosen.count
      if role == pattern.edges.count {
        let last = chosen.map(\.start).max() ?? .min
        if range.contains(last), agree(chosen, pattern, attributes) { found.append(chosen) }
        return
      }
      for edge in candidates[role] where !chosen.contains(where: { $0.order == edge.order }) {
        let all = chosen + [edge]
        if isPossible(all, pattern) { extend(all) }
      }
    }
    extend([])
    return found.sorted { a, b in
      let (x, y) = (a.map(\.start).max() ?? 0, b.map(\.start).max() ?? 0)
      return x != y ? x < y : a.map(\.order).lexicographicallyPrecedes(b.map(\.order))
    }
  }

  /// Whether the first edges of a pattern may be these: one value a vertex, times and differences.
  private static func isPossible(_ edges: [Edge], _ pattern: Pattern) -> Bool {
    guard let values = values(edges, pattern) else { return false }
    for pair in pattern.unequal {
      if let a = values[pair.first], let b = values[pair.second], a == b { return false }
    }
    for bound in pattern.times
    where bound.later.edge < edges.count && bound.earlier.edge < edges.count {
      let (late, early) = (edges[bound.later.edge], edges[bound.earlier.edge])
      let later = bound.later.isEnd ? late.end : late.start
      let earlier = bound.earlier.isEnd ? early.end : early.start
      if later - earlier > bound.most { return false }
    }
    return true
  }

  /// Whether what tables say of the vertices is as the pattern wants it.
  private static func agree(
    _ edges: [Edge], _ pattern: Pattern,
    _ attributes: (Int, String, Value) -> VertexAttribute?
  ) -> Bool {
    guard let values = values(edges, pattern) else { return false }
    func value(_ operand: VertexComparison.Operand) -> VertexAttribute? {
      switch operand {
      case .text(let text): .text(text)
      case .number(let number): .number(number)
      case .attribute(let table, let name, let vertex):
        values[vertex].flatMap { attributes(table, name, $0) }
      }
    }
    return pattern.comparisons.allSatisfy { comparison in
      guard let a = value(comparison.left), let b = value(comparison.right) else { return false }
      if let x = a.number, let y = b.number { return comparison.comparison.holds(x, y) }
      guard case .text(let x) = a, case .text(let y) = b else { return false }
      return comparison.comparison.holds(x, y)
    }
  }

  /// The value of each vertex at these edges; nil where one would have two.
  static func values(_ edges: [Edge], _ pattern: Pattern) -> [Int: Value]? {
    var values: [Int: Value] = [:]
    for (edge, role) in zip(edges, pattern.edges) {
      for (vertex, value) in [(role.source, edge.source), (role.target, edge.target)] {
        if let known = values[vertex], known != value { return nil }
        values[vertex] = value
      }
    }
    return values
  }
}

extension NaiveEvaluator {
  /// Keeps a tuple for the patterns that take it.
  mutating func takeEdge(_ packet: NaivePacket, _ passed: [Bool]) {
    let tuple = NaiveTuple(packet: packet) { _, _, _ in false }
    for (index, node) in plan.nodes.enumerated() {
      guard case .match(let pattern) = node.operation,
        pattern.edges.contains(where: { passed[$0.input] })
      else { continue }
      if isClosed(pattern.tick.start(of: packet.time) + pattern.tick.length) {
        countLate()
        continue
      }
      guard let ends = tuple.key([pattern.source, pattern.target]) else { continue }
      let edge = NaivePatterns.Edge(
        start: packet.time, end: end(of: packet, pattern.end), order: packet.order,
        source: ends[0], target: ends[1],
        carried: pattern.carried.map { packet.value($0.field) })
      for (role, part) in pattern.edges.enumerated() where passed[part.input] {
        patterns.candidates[
          index, default: [[NaivePatterns.Edge]](repeating: [], count: pattern.edges.count)][role]
          .append(edge)
      }
    }
  }

  private func end(of packet: NaivePacket, _ end: Pattern.End) -> Int64 {
    switch end {
    case .instant: break
    case .after(let field):
      if case .duration(let length) = packet.value(field) { return packet.time + length }
    case .at(let field):
      if case .time(let time) = packet.value(field) { return max(time, packet.time) }
    }
    return packet.time
  }

  /// Tells the matches of the steps that end by `time`, each as a tuple of its pattern's node.
  mutating func settlePatterns(until time: Int64) {
    for (index, node) in plan.nodes.enumerated() {
      if case .unanswered(let waiting) = node.operation, !waiting.isOfRows {
        settle(waiting, at: index, until: time)
      }
      guard case .match(let pattern) = node.operation,
        let candidates = patterns.candidates[index]
      else { continue }
      let from = patterns.settled[index] ?? .min
      let until = time == .max ? time : pattern.tick.start(of: time)
      guard until > from else { continue }
      patterns.settled[index] = until
      for match in NaivePatterns.matches(
        of: pattern, among: candidates, in: from..<until,
        attributes ?? { _, _, _ in nil })
      {
        tell(match, pattern, at: index)
      }
    }
  }

  private mutating func tell(_ match: [NaivePatterns.Edge], _ pattern: Pattern, at node: Int) {
    let time = match.map(\.start).max() ?? 0
    let values = NaivePatterns.values(match, pattern) ?? [:]
    var record: [Value] = [.time(time)]
    record += pattern.vertices.indices.map { values[$0] ?? .missing }
    record += match.flatMap { [Value.time($0.start), .time($0.end)] }
    record += pattern.carried.enumerated().map { match[$1.edge].carried[$0] }
    patterns.matches += 1
    clock = time
    run(NaivePacket(record: record, time: time, order: patterns.matches), from: node)
  }
}
