import Compiler
import Session
import Testing

/// Queries that come, are replaced and go beside others that stay.
struct QueryChurn {
  /// Queries that come, are replaced and go. The first goes on at once with the state it has, the
  /// second waits for an edge, and all change the pane.
  private static let passing: [(text: String, replacement: String)] = {
    let count = "S = STREAM (PacketStream()) BY ip.src; N = FOREACH S GENERATE count() WINDOW "
    return [
      (count + "2s; V = FILTER S BY N > 1000;", count + "2s; V = FILTER S BY N > 5;"),
      (
        "P = PacketStream(); N = FOREACH P GENERATE max(frame.len) WINDOW 200ms;",
        "P = PacketStream(); N = FOREACH P GENERATE min(frame.len) WINDOW 200ms;"
      ),
      (count + "500ms; V = FILTER S BY N > 10;", count + "500ms;"),
    ]
  }()

  private static let beside = [
    "N = FOREACH (STREAM (PacketStream()) BY tcp.dstport) GENERATE sum(frame.len) WINDOW 500ms;",
    "P = PacketStream(); N = FOREACH (STREAM P BY ip.dst) GENERATE count() WINDOW 1s;",
  ]

  private let compiled: [(first: CompiledQuery, second: CompiledQuery)]
  private let beside: [CompiledQuery]

  init() throws {
    compiled = try Self.passing.map {
      (try InProcessRun.compile($0.text), try InProcessRun.compile($0.replacement))
    }
    beside = try Self.beside.map { try InProcessRun.compile($0) }
  }

  /// Adds, replaces and removes queries, so many times in all; none of them is left.
  func change(_ hub: LiveHub, _ changes: Int) throws {
    let staying = hub.queries.count
    var present: [QueryID] = []
    for change in 0..<changes {
      let (first, second) = compiled[change / 5 % compiled.count]
      switch change % 5 {
      case 0: present.append(try hub.add(first, into: CollectingSink()))
      case 1:
        present.append(try hub.add(beside[change / 5 % beside.count], into: CollectingSink()))
      case 2: _ = try hub.replace(present[0], with: second)
      default: _ = try hub.remove(present.removeLast())
      }
      #expect(hub.queries.count == staying + present.count)
    }
    for id in present { _ = try hub.remove(id) }
  }
}
