import Diagnostics
import Glibc
import Testing

@testable import Syntax

/// Holds `Grammar/sal.ebnf` to the parser.
@Suite struct GrammarTests {
  private static let root: String = {
    // …/Tests/SyntaxTests/GrammarTests.swift, three steps below the package.
    let parts = #filePath.split(separator: "/").dropLast(3)
    return "/" + parts.joined(separator: "/") + "/"
  }()

  private func read(_ path: String) throws -> String {
    let file = try #require(fopen(Self.root + path, "r"), "no file \(path)")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(byte)) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The grammar without comments.
  private func grammar() throws -> String {
    try read("Grammar/sal.ebnf").replacing(/\(\*(?s:.*?)\*\)/, with: " ")
  }

  /// Levels of operators are rules of the grammar, and one loop of the parser.
  private static let levels: Set<String> = [
    "disjunction", "conjunction", "negation", "comparison", "sum", "product",
  ]

  @Test func everyRuleHasItsMethod() throws {
    var code = ""
    for part in [
      "Statements", "Streams", "Patterns", "Clauses", "Expressions", "Operands", "Literals",
    ] {
      code += try read("Sources/Syntax/Parser/Parser+\(part).swift")
    }
    let rules = try grammar().matches(of: /(?m)^([a-z]\w*)\s*=/).map { String($0.output.1) }
    #expect(rules.count > 50)
    for rule in rules where !Self.levels.contains(rule) {
      let method = "func parse" + rule.prefix(1).uppercased() + rule.dropFirst() + "("
      #expect(code.contains(method), "no method for \(rule)")
    }
  }

  @Test func everyRuleUsedIsDefined() throws {
    let text = try grammar().replacing(/"[^"]*"|'[^']*'|\?[^?]*\?/, with: " ")
    let defined = Set(text.matches(of: /(?m)^(\w+)\s*=/).map { String($0.output.1) })
    let used = Set(text.matches(of: /\w+/).map { String($0.output) })
    let basic: Set<String> = ["LETTER", "DIGIT", "HEXDIGIT", "MARK", "CHARACTER"]
    #expect(used.subtracting(defined).subtracting(basic).isEmpty)
    #expect(defined.subtracting(used).isEmpty)
  }

  @Test func everyKeywordIsInTheGrammar() throws {
    let comments = try read("Grammar/sal.ebnf")
    for keyword in Keyword.allCases {
      #expect(comments.contains("\"\(keyword.rawValue)\""), "no \(keyword.rawValue)")
    }
  }

  @Test func everyReservedWordIsListed() throws {
    let reserved = Keyword.allCases.filter(\.isReserved).map(\.rawValue)
    let line = try #require(try grammar().firstMatch(of: /(?m)^RESERVED\s*=\s*(.*);/))
    let listed = line.output.1.matches(of: /"(\w+)"/).map { String($0.output.1) }
    #expect(listed == reserved)
  }
}
