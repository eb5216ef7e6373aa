import BPFModel
import CodeGeneration
import Planning
import Testing

/// The emitted C, compiled for this machine with sanitizers, over millions of odd frames.
@Suite(.serialized)
struct NativeTests {
  @Test(arguments: Queries.all.keys.sorted())
  func framesOfAllKindsAreCountedOnce(name: String) throws {
    let program = try emitted(
      Queries.all[name] ?? "", policy: .dataPath, tableSets: 4)
    try expectRunsNatively(program, driver: Self.driver(program.layout))
  }

  @Test func decoderAloneCountsThemToo() throws {
    let program = try emitted(Queries.many, policy: .host)
    try expectRunsNatively(program, driver: Self.driver(program.layout))
  }

  /// Feeds frames and checks: every packet has one outcome; every tuple that reached a keyed
  /// table is unkeyed, in the table, evicted or lost.
  private static func driver(_ layout: ProgramLayout) -> String {
    var checks = ""
    for table in layout.tables {
      guard case .aggregation(let index) = table.owner,
        case .partials(let sets, let keyWords, let words, let stride, let shift) = table.form,
        keyWords > 0
      else { continue }
      func offset(_ meaning: ProgramLayout.Counter.Meaning) -> Int {
        layout.counters.first { $0.meaning == meaning }?.offset ?? -1
      }
      let stream = layout.streams.firstIndex { $0.content == .partials(aggregation: index) } ?? 0
      checks += """
        check_table(half, \(table.offset), \(sets), \(keyWords), \(words), \(stride), \
        \(shift ?? -1), \(offset(.reached(aggregation: index))), \
        \(offset(.unkeyed(aggregation: index))), \(offset(.lost(stream: stream))), \
        evicted[\(stream)], \(layout.streams[stream].stagingOffset));\n
        """
    }
    let widths = layout.streams.map { "{\(countPlace($0, layout)), \($0.recordWords)}" }
    let streams = widths.isEmpty ? "{0, 0}" : widths.joined(separator: ", ")
    return
      nativeDriver
      .replacing("@BYTES@", with: "\(layout.halfBytes)")
      .replacing("@STREAMS@", with: streams)
      .replacing("@CHECKS@", with: checks)
  }

  /// Which word of a record is a count of tuples; -1 for streams without.
  private static func countPlace(
    _ stream: ProgramLayout.Stream, _ layout: ProgramLayout
  ) -> Int {
    guard case .partials(let aggregation) = stream.content else { return -1 }
    for table in layout.tables where table.owner == .aggregation(aggregation) {
      if case .partials(_, let keyWords, _, _, _) = table.form { return keyWords }
    }
    return -1
  }
}
