import BPFModel
import CodeGeneration
import DataModel
import Plan
import Planning
import Testing

/// What the text of the C promises.
struct SourceTests {
  @Test func samePlanSameBytes() throws {
    for text in Queries.all.values {
      #expect(try emitted(text, policy: .dataPath) == emitted(text, policy: .dataPath))
    }
  }

  @Test func nothingInTheDataPathIsNoProgram() throws {
    #expect(emit(try placed(Queries.count, policy: .hostEngine)) == nil)
  }

  /// The part that the query decides about, whole.
  @Test func countIsShort() throws {
    let program = try emitted(Queries.count, policy: .dataPath)
    let main = try #require(program.source.components(from: "\t/* N: count"))
    #expect(
      main == """
        \t/* N: count by ip.src, window 1s */
        #line 3 "q.sal"
        \tif (has_ip) {
        #line 3 "q.sal"
        \t\t__u64 key_0[1] = {ip_src};
        #line 3 "q.sal"
        \t\t__u64 hash_0 = sal_hash1(seed, key_0[0]);
        #line 3 "q.sal"
        \t\t(void)SAL_TABLE_UPSERT(table_0, &half->table_0, hash_0, key_0, turn.index);
        \t} else {
        #line 3 "q.sal"
        \t\thalf->unkeyed_0 += 1;
        \t}

        """ + main.components(from: "#line", after: "\t}\n")!)
    #expect(program.source.contains("SAL_TABLE_PACKED(table_0, 1, 1, 13, 32);"))
  }

  @Test(arguments: Queries.all.keys.sorted())
  func lineMarksReturnToWhereTheyStand(name: String) throws {
    let text = Queries.all[name] ?? ""
    let source = try emitted(text, policy: .dataPath).source
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count
    for (index, line) in source.split(separator: "\n", omittingEmptySubsequences: false)
      .enumerated() where line.hasPrefix("#line ")
    {
      let parts = line.split(separator: " ")
      let number = try #require(Int(parts[1]))
      if parts[2] == "\"query.bpf.c\"" {
        #expect(number == index + 2)
      } else {
        #expect(parts[2] == "\"q.sal\"" && number >= 1 && number <= lines)
      }
    }
  }

  /// Names of the program and of its file reach comments and `#line` alone, and end neither.
  @Test func hostileNamesChangeNothing() throws {
    let hostile = "x */ #error \\\n\" ??/ /* int main(void) { \u{0} Ω"
    let plain = try placed(Queries.flood, policy: .dataPath)
    var plan = plain.plan
    for index in plan.nodes.indices { plan.nodes[index].name = hostile }
    for index in plan.aggregations.indices {
      plan.aggregations[index].name = hostile
      for part in plan.aggregations[index].key.indices {
        plan.aggregations[index].key[part].name = hostile
      }
    }
    let renamed = PlacedPlan(
      plan: plan, nodes: plain.nodes, aggregations: plain.aggregations, exports: plain.exports)
    let good = try #require(
      emit(plain, options: EmitOptions(sourceName: "q.sal", text: Queries.flood)))
    let bad = try #require(
      emit(renamed, options: EmitOptions(sourceName: hostile, text: Queries.flood)))
    #expect(code(bad.source) == code(good.source))
    #expect(good.layout == bad.layout)
    try expectCompiles(bad)
  }

  /// The text without comments and `#line`.
  private func code(_ source: String) -> [Substring] {
    var result = ""
    // The name of a file may look like a comment's begin.
    let marked = source.split(separator: "\n").filter { !$0.hasPrefix("#line") }
    var rest = marked.joined(separator: "\n")[...]
    while let open = rest.firstRange(of: "/*") {
      result += rest[..<open.lowerBound]
      let behind = rest[open.upperBound...]
      rest = behind.firstRange(of: "*/").map { behind[$0.upperBound...] } ?? ""
    }
    // A comment too long for its line stands on its own.
    return (result + rest).split(whereSeparator: \.isWhitespace)
  }

  @Test func costsNameEveryPart() throws {
    let placed = try placed(Queries.flood, policy: .dataPath)
    let program = try #require(emit(placed))
    let parts = program.costs.map(\.part)
    #expect(parts.contains(.parse))
    for index in placed.plan.aggregations.indices {
      #expect(parts.contains(.aggregation(index)))
    }
    #expect(program.costs.allSatisfy { $0.instructions >= 0 })
    #expect(program.instructions > 100)
    #expect(program.costs.reduce(0) { $0 + $1.stateBytes } <= program.stateBytes)
  }
}

extension StringProtocol {
  /// From the first place of `start` behind `after` on.
  func components(from start: String, after: String = "") -> String? {
    var rest = self[startIndex...]
    if !after.isEmpty {
      guard let place = rest.firstRange(of: after) else { return nil }
      rest = rest[place.upperBound...]
    }
    return rest.firstRange(of: start).map { String(rest[$0.lowerBound...]) }
  }
}
