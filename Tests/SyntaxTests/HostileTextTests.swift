import Diagnostics
import Syntax
import TestSupport
import Testing

/// Texts that no one means well with: a tree comes back, and every byte in it.
@Suite struct HostileTextTests {
  @discardableResult
  private func survive(_ bytes: [UInt8]) -> (tree: SyntaxTree, log: DiagnosticLog) {
    let source = SourceText(name: "hostile.sal", utf8: bytes)
    var log = DiagnosticLog()
    let tree = parse(source, reportingTo: &log)
    expectRoundTrip(tree)
    expectRangesInside(log, source)
    #expect(tree.hasErrors == log.containsError)
    #expect(log.diagnostics.count <= 101)
    return (tree, log)
  }

  @Test func deepNesting() {
    for (open, close) in [("(", ")"), ("{", "}"), ("NOT ", ""), ("- ", ""), ("f(", ")")] {
      let text =
        "A = FILTER P BY " + String(repeating: open, count: 10_000) + "x"
        + String(repeating: close, count: 10_000) + ";\nB = FILTER P BY y;"
      let (tree, log) = survive(Array(text.utf8))
      #expect(log.diagnostics.map(\.code) == [.nestedTooDeeply])
      #expect(tree.program.statements.count == 2)
    }
    let streams = String(repeating: "(FILTER ", count: 10_000)
    let (_, log) = survive(Array("A = \(streams)".utf8))
    #expect(log.diagnostics.first?.code == .nestedTooDeeply)
  }

  @Test func longChains() {
    let sum = "A = FILTER P BY " + String(repeating: "x + ", count: 100_000) + "x;"
    let (_, log) = survive(Array(sum.utf8))
    #expect(log.diagnostics.map(\.code) == [.expressionTooLong])
    let calls = "A = FILTER P BY x" + String(repeating: ".prev(1)", count: 10_000) + ";"
    let (_, callLog) = survive(Array(calls.utf8))
    #expect(callLog.diagnostics.map(\.code) == [.expressionTooLong])
  }

  @Test func longListOnOneLine() {
    let numbers = (0..<150_000).map(String.init).joined(separator: ", ")
    let (tree, log) = survive(Array("A = FILTER P BY x IN {\(numbers)};".utf8))
    #expect(log.diagnostics.isEmpty)
    let lines = format(tree)?.split(separator: "\n") ?? []
    #expect(lines.count > 1_000)
    #expect(lines.allSatisfy { $0.utf8.count <= 100 })
  }

  @Test func invalidUTF8() {
    let (_, log) = survive(Array("A = FILTER P BY x ".utf8) + [0xFF, 0xFE] + Array(" > 3;".utf8))
    #expect(log.diagnostics.map(\.code) == [.invalidUTF8])
    let (_, comment) = survive(Array("// caf".utf8) + [0xE9, 0x0A])
    #expect(comment.diagnostics.map(\.code) == [.invalidUTF8])
    let (_, string) = survive(Array("P = PcapStream(\"".utf8) + [0xE9] + Array("\");".utf8))
    #expect(string.diagnostics.map(\.code) == [.invalidUTF8])
    survive([0xC0, 0x80, 0xED, 0xA0, 0x80, 0xF4, 0x90, 0x80, 0x80, 0xE2, 0x88])
  }

  @Test func binaryGarbage() {
    var random = RandomSource(seed: 7)
    for size in [1, 2, 3, 10, 100, 10_000, 300_000] {
      survive((0..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    }
  }

  @Test func edgesOfTheText() {
    for text in ["", ";", " ", "\n", "--", "/*", "/", "\"", "'", "A", "A =", "A = ;", "\u{FEFF}"] {
      survive(Array(text.utf8))
    }
    let (tree, log) = survive(Array("\u{FEFF}A = 1;\r\n// x\r\nB = 2;\r\n".utf8))
    #expect(log.diagnostics.isEmpty && tree.program.statements.count == 2)
    expectFormat(tree)
  }

  /// Random sequences of tokens; those without errors are formatted too.
  @Test(arguments: 0..<40) func tokenSoup(seed: Int) {
    let words = [
      "A", "B", "x", "FILTER", "STREAM", "FOREACH", "GENERATE", "TRANSFORM", "COLLAPSE", "TOP",
      "JOIN", "UNION", "DISTINCT", "SUBGRAPH", "ON", "WITH", "source", "target", "OUTPUT", "EVERY",
      "TO", "BY", "AND", "OR", "NOT", "IN", "WITHIN", "WINDOW", "ITEMS", "SLIDE", "ANTI", "AFTER",
      "AS", "ELSE", "FOR", "PER", "CONTAINS", "BETWEEN", "EXACT", "PARTITION", "HASH", "div",
      "count", "1", "2s", "0.5", "\"s\"", "10.0.0.0/8", "::1", "+", "-", "−", "*", "/", "%", "&",
      "|", "^", "<<", ">", "<=", "=", "==", "!=", "(", ")", "(", ")", "{", "}", ",", ";", ";",
      ".", ":", "!", "&&", "'", "\"", "§", "// c\n", "/* c */", "\n", "true",
    ]
    var random = RandomSource(seed: UInt64(seed))
    for _ in 0..<200 {
      let count = Int(random.next() % 40)
      var text = ""
      for _ in 0..<count {
        text += words[Int(random.next() % UInt64(words.count))]
        text += random.next() % 8 == 0 ? "" : " "
      }
      let (tree, _) = survive(Array(text.utf8))
      expectFormat(tree)
    }
  }

  /// A valid program with bytes replaced, removed and doubled.
  @Test(arguments: 0..<20) func mutations(seed: Int) {
    var random = RandomSource(seed: UInt64(seed) &+ 1_000)
    for (text, _) in Handbook.programs {
      for _ in 0..<20 {
        var bytes = Array(text.utf8)
        for _ in 0..<(1 + random.next() % 4) where !bytes.isEmpty {
          let place = Int(random.next() % UInt64(bytes.count))
          switch random.next() % 3 {
          case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
          case 1: bytes.remove(at: place)
          default: bytes.insert(bytes[place], at: place)
          }
        }
        let (tree, _) = survive(bytes)
        expectFormat(tree)
      }
    }
  }
}
