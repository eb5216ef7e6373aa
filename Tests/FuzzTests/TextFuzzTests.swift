import Diagnostics
import Plan
import Syntax
import TestSupport
import Testing

/// Texts that nobody would write: never a crash, always an answer.
@Suite("Random and damaged texts")
struct TextFuzzTests {
  static let samples = Repository.files(below: "samples").filter { $0.hasSuffix(".sal") }

  @Test("a sample with a byte changed, dropped or doubled is answered", arguments: samples)
  func mutations(file: String) {
    var random = RandomSource(seed: 7)
    let original = Array(Repository.text(file).utf8)
    for _ in 0..<200 {
      var bytes = original
      for _ in 0..<random.number(1...4) {
        let at = random.number(0...bytes.count - 1)
        switch random.number(0...3) {
        case 0: bytes[at] = UInt8(random.number(0...255))
        case 1: bytes.remove(at: at)
        case 2: bytes.insert(bytes[at], at: at)
        default:
          let end = min(bytes.count, at + random.number(1...40))
          bytes.insert(contentsOf: bytes[at..<end], at: random.number(0...bytes.count - 1))
        }
      }
      expectAnswer(bytes)
    }
  }

  @Test("a sample cut anywhere is answered", arguments: samples)
  func cuts(file: String) {
    let original = Array(Repository.text(file).utf8)
    for length in stride(from: 0, to: original.count, by: 13) {
      expectAnswer(Array(original[..<length]))
    }
  }

  @Test("random words of the language are answered")
  func words() {
    let vocabulary = [
      "P", "K", "FILTER", "STREAM", "BY", "FOREACH", "GENERATE", "count", "(", ")", ";", "=", ",",
      "WINDOW", "1s", "AND", "NOT", "IN", "{", "}", "10.0.0.0/8", "tcp", "frame.len", "+", "-", "*",
      "OUTPUT", "TOP", "3", "DISTINCT", "JOIN", "SUBGRAPH", "ON", "\"x", "PacketStream", "SLIDE",
      "WITHIN", "2%", "AS", "ELSE", "prev", ".", "--", "/*", "−", "0x", "1e9",
      "99999999999999999999",
    ]
    var random = RandomSource(seed: 11)
    for _ in 0..<2000 {
      let count = random.number(1...40)
      let text = (0..<count).map { _ in random.choice(vocabulary) }.joined(separator: " ")
      expectAnswer(Array(text.utf8))
    }
  }

  @Test("formatting a random query keeps its meaning, and formatting again changes nothing")
  func formatting() throws {
    for seed in 0..<200 {
      var generator = QueryGenerator(seed: UInt64(seed) + 500)
      let text = generator.next()
      let once = try #require(Query.formatted(text))
      #expect(Query.formatted(once) == once, "seed \(seed)")
      let plans = try (Query.plan(text).description, Query.plan(once).description)
      #expect(plans.0 == plans.1, "seed \(seed)")
    }
  }

  /// Either a plan, or a diagnostic whose range lies in the text.
  private func expectAnswer(_ bytes: [UInt8]) {
    let answer = Query.answer(SourceText(name: "fuzz.sal", utf8: bytes))
    let name = String(decoding: bytes, as: UTF8.self)
    #expect(answer.plan != nil || !answer.diagnostics.isEmpty, "\(name)")
    for range in answer.diagnostics {
      #expect(range.lowerBound >= 0 && range.upperBound <= bytes.count, "\(range) of \(name)")
    }
    #expect(answer.plan != nil || !answer.text.isEmpty)
  }
}
