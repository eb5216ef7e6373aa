import TestSupport
import Testing

@Suite("Names in comments")
struct ReferenceTests {
  @Test("what a comment refers to as ``name`` is there")
  func symbols() {
    var words: Set<Substring> = []
    var references: [(name: Substring, file: String)] = []
    for file in Repository.files(below: "Sources") where file.hasSuffix(".swift") {
      for line in Repository.text(file).split(separator: "\n") {
        if line.drop(while: { $0 == " " }).hasPrefix("//") {
          references += Self.names(in: line).map { ($0, file) }
        } else {
          words.formUnion(line.split { !$0.isLetter && !$0.isNumber && $0 != "_" })
        }
      }
    }
    #expect(references.count > 100)
    for (name, file) in references {
      #expect(words.contains(name), "\(file) speaks of \(name)")
    }
  }

  /// The last part of each ``Type/member(_:)`` without its arguments.
  private static func names(in line: Substring) -> [Substring] {
    var found: [Substring] = []
    var rest = line
    while let open = rest.firstRange(of: "``") {
      rest = rest[open.upperBound...]
      guard let close = rest.firstRange(of: "``") else { break }
      let path = rest[..<close.lowerBound].prefix { $0 != "(" }
      if let name = path.split(separator: "/").last { found.append(name) }
      rest = rest[close.upperBound...]
    }
    return found
  }
}
