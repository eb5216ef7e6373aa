import Compiler
import DataModel
import Diagnostics
import Plan
import Reference
import TestSupport
import Testing

/// What hangs on the order of arrival is the same on many CPUs: the data path hands the tuples out
/// with their order, the fold is the host's, and EXPLAIN says so.
@Suite("Folds in the order of arrival, on two CPUs")
struct OrderTests {
  static let queries = [
    "OUTPUT FOREACH K GENERATE ewma(frame.len, 0.3) WINDOW 1s;",
    "OUTPUT FOREACH K GENERATE first(frame.len) WINDOW 1s;",
    "OUTPUT FOREACH K GENERATE last(tcp.seq) WINDOW 1s SLIDE 250ms;",
    "OUTPUT FOREACH K GENERATE descents(tcp.seq) WINDOW 1s;",
    "T = FOREACH K TRANSFORM (frame.time - frame.time.prev(1)) : Gap; OUTPUT T (SourceIp, Gap);",
  ]

  static let keys = ["SourceIp", "SourceIp, DestIp, SourcePort ELSE 0, DestPort ELSE 0"]

  @Test("give the naive evaluator's rows", arguments: queries, keys)
  func engines(query: String, key: String) throws {
    let text = "P = PacketStream(\"eth0\");\nK = STREAM P BY \(key);\n\(query)"
    var profile = PacketGenerator.Profile()
    profile.gap = 3_000_000
    var generator = PacketGenerator(seed: 23, profile: profile)
    let frames = generator.frames(1500)
    #expect(!NaiveEvaluator.rows(of: try Query.plan(text), over: frames).isEmpty, "\(query)")
    var ways = [Way.host]
    if Requirement.kernel.isMet { ways.append(Way(engine: .kernel(cpus: 2), tableSets: 4)) }
    try Comparison(text, frames, "order").expect(ways)
  }

  /// Keys, and why none of them pins its tuples to one CPU.
  static let reasons = [
    ("SourceIp", "receive queues hash DestIp, SourcePort, DestPort too"),
    ("SourceIp, DestIp", "receive queues hash SourcePort, DestPort too"),
    ("SourceIp, DestIp, SourcePort, DestPort", "fragments of a flow may arrive on another CPU"),
  ]

  @Test("EXPLAIN says why the fold is the host's", arguments: queries, reasons)
  func explained(query: String, reason: (key: String, words: String)) throws {
    let text = "P = PacketStream(\"eth0\");\nK = STREAM P BY \(reason.key);\n\(query)"
    let compiled = try Engines.compiled(text, Way(engine: .host))
    let explanation = Explanation(compiled).render(.text)
    let words = query.contains("TRANSFORM") ? "hangs on the order" : reason.words
    #expect(explanation.contains(words), "\(explanation)")
  }
}
