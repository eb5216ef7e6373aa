import TestSupport
import Testing

@Suite("Files and lines")
struct SizeTests {
  /// Code that people write: Swift, C and shell; what is generated is not held to the sizes.
  static let code = Repository.files().filter { path in
    [".swift", ".c", ".h"].contains { path.hasSuffix($0) }
      || path.hasPrefix("scripts/") && !path.hasSuffix(".md")
  }

  /// Files that are longer than they should be, with their lines; the list may only shrink.
  static let long = ["runtime-bpf/native/selftest.c": 700]

  @Test("a file has at most 500 lines, a line at most 100 columns (shell: 120)")
  func sizes() {
    for file in Self.code {
      let lines = Repository.text(file).split(separator: "\n", omittingEmptySubsequences: false)
      #expect(
        lines.count <= (Self.long[file] ?? 500) + 1, "\(file) has \(lines.count - 1) lines")
      let isShell = file.hasPrefix("scripts/") && !file.hasSuffix(".c")
      for (index, line) in lines.enumerated() {
        let columns = line.reduce(0) { $1 == "\t" ? ($0 / 8 + 1) * 8 : $0 + 1 }
        #expect(columns <= (isShell ? 120 : 100), "\(file):\(index + 1) has \(columns) columns")
      }
    }
  }

  @Test("a function has at most 60 lines")
  func functions() {
    for file in Repository.files() where file.hasSuffix(".swift") {
      let lines = Repository.text(file).split(separator: "\n", omittingEmptySubsequences: false)
      var begun: (line: Int, indent: Substring)?
      for (index, line) in lines.enumerated() {
        if let (first, indent) = begun, line.hasPrefix(indent + "}") {
          let count = index - first + 1
          #expect(count <= 60, "\(file):\(first + 1): a function of \(count) lines")
          begun = nil
        } else if begun == nil, !line.hasSuffix("}"),
          line.contains("func ") || line.contains("init(")
        {
          let indent = line.prefix { $0 == " " }
          // A call of `init`, a requirement of a protocol and a comment have no body.
          let bare = line.dropFirst(indent.count)
          guard !bare.hasPrefix("//"), Self.declares(bare) else { continue }
          begun = (index, indent)
        } else if let (_, indent) = begun, !line.isEmpty, line.prefix(while: { $0 == " " }) < indent
        {
          begun = nil
        }
      }
    }
  }

  /// Whether a line begins a function or an initialiser.
  private static func declares(_ line: Substring) -> Bool {
    let modifiers: Set<Substring> = [
      "public", "private", "internal", "fileprivate", "static", "mutating", "borrowing",
      "consuming", "final", "override", "convenience", "required", "package",
    ]
    let words = line.split(separator: " ").drop { modifiers.contains($0) || $0.hasPrefix("@") }
    return words.first == "func" || words.first?.hasPrefix("init(") == true
  }

  /// The columns of a document's line.
  static let documentColumns = 120

  @Test("a document's line has at most 120 columns, but for rows of tables and lists for tests")
  func documents() {
    // The change log is merged line by line, and its lines stay what they are.
    for file in Repository.files() where file.hasSuffix(".md") && file != "CHANGELOG.md" {
      let lines = Repository.text(file).split(separator: "\n", omittingEmptySubsequences: false)
      for (index, line) in lines.enumerated() where !line.hasPrefix("|") && !line.hasPrefix("<!--")
      {
        #expect(
          line.count <= Self.documentColumns, "\(file):\(index + 1) has \(line.count) columns")
      }
    }
  }

  @Test("no line ends in white space, and files end in one newline")
  func whiteSpace() {
    let texts =
      Self.code + Repository.files().filter { $0.hasSuffix(".md") || $0.hasSuffix(".sal") }
    for file in texts {
      let text = Repository.text(file)
      #expect(text.isEmpty || text.hasSuffix("\n"), "\(file) does not end in a newline")
      #expect(!text.hasSuffix("\n\n"), "\(file) ends in an empty line")
      for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
        .enumerated()
      {
        #expect(!line.hasSuffix(" ") && !line.hasSuffix("\t"), "\(file):\(index + 1)")
      }
    }
  }

  @Test("no unfinished work and no names that say nothing")
  func words() {
    // Written in two halves, or this file would be found.
    let unfinished = ["TO" + "DO", "FIX" + "ME", "HA" + "CK"]
    let vague = ["Manager", "Helper", "Utils", "Context"]
    for file in Self.code {
      let text = Repository.text(file)
      for word in unfinished { #expect(!text.contains(word), "\(file) says \(word)") }
      for line in text.split(separator: "\n") {
        for kind in ["struct ", "class ", "enum ", "protocol "] {
          guard let name = String(line).between(kind, and: " "), file.hasSuffix(".swift") else {
            continue
          }
          let bare = name.prefix { $0.isLetter || $0.isNumber }
          #expect(!vague.contains { bare.hasSuffix($0) }, "\(file): \(bare)")
        }
      }
    }
  }

  @Test("no file names a machine's path")
  func machinePaths() {
    let forbidden = ["/wo" + "rk/", "/ho" + "me/", "/ro" + "ot/"]
    for file in Repository.files() where !file.hasPrefix("LICENSE") {
      let text = Repository.text(file)
      for path in forbidden { #expect(!text.contains(path), "\(file) names \(path)") }
    }
  }

  @Test("public declarations have a documentation comment")
  func documentation() {
    let sources = Repository.files(below: "Sources").filter { $0.hasSuffix(".swift") }
    let promised = Self.requirements(in: sources).union(["description", "hash", "init", "next"])
    for file in sources {
      let lines = Repository.text(file).split(separator: "\n", omittingEmptySubsequences: false)
        .map { $0.drop { $0 == " " } }
      for (index, line) in lines.enumerated() {
        guard let name = Self.declared(line), !promised.contains(name) else { continue }
        var above = index - 1
        while above >= 0 && lines[above].hasPrefix("@") { above -= 1 }
        let before = above >= 0 ? lines[above] : ""
        // One sentence may be about two properties.
        let isSecond = line.contains(" var ") && before.hasPrefix("public var ")
        #expect(before.hasPrefix("///") || isSecond, "\(file):\(index + 1): \(line)")
      }
    }
  }

  /// The name that a line declares for other modules; none of an operator, whose meaning is its
  /// sign's.
  private static func declared(_ line: Substring) -> Substring? {
    guard line.hasPrefix("public "), !line.hasPrefix("public import") else { return nil }
    let kinds: Set<Substring> = [
      "struct", "class", "enum", "protocol", "typealias", "func", "var", "let",
    ]
    let words = line.split(separator: " ")
    guard let kind = words.firstIndex(where: { kinds.contains($0) }), kind + 1 < words.count else {
      return nil
    }
    let name = words[kind + 1].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    return name.isEmpty ? nil : name
  }

  /// The names that protocols ask for, whose sentences stand there.
  private static func requirements(in files: [String]) -> Set<Substring> {
    var names: Set<Substring> = []
    for file in files {
      var isInside = false
      for line in Repository.text(file).split(separator: "\n") {
        let words = line.split(separator: " ")
        if line.hasPrefix("}") { isInside = false }
        if words.prefix(2).contains("protocol"), line.hasSuffix("{") { isInside = true }
        guard isInside, let kind = words.firstIndex(where: { $0 == "func" || $0 == "var" }),
          kind + 1 < words.count
        else { continue }
        names.insert(words[kind + 1].prefix { $0.isLetter || $0.isNumber })
      }
    }
    return names
  }
}
