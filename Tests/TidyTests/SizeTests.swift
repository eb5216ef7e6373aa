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
    let kinds = ["struct", "final class", "class", "enum", "protocol", "func", "init", "typealias"]
    for file in Repository.files(below: "Sources") where file.hasSuffix(".swift") {
      let lines = Repository.text(file).split(separator: "\n", omittingEmptySubsequences: false)
      for (index, line) in lines.enumerated() {
        let bare = line.drop { $0 == " " }
        guard bare.hasPrefix("public "), !bare.hasPrefix("public import") else { continue }
        let rest = bare.dropFirst("public ".count)
        guard kinds.prefix(5).contains(where: { rest.hasPrefix($0 + " ") }) else { continue }
        var above = index - 1
        while above >= 0 && lines[above].drop(while: { $0 == " " }).hasPrefix("@") { above -= 1 }
        let before = above >= 0 ? lines[above].drop { $0 == " " } : ""
        #expect(before.hasPrefix("///"), "\(file):\(index + 1): \(bare)")
      }
    }
  }
}
