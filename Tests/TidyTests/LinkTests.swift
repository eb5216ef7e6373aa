import TestSupport
import Testing

@Suite("Links")
struct LinkTests {
  static let documents = Repository.files().filter { $0.hasSuffix(".md") }

  @Test("of documents within the repository lead to a file or folder", arguments: documents)
  func targets(document: String) {
    let folder = document.split(separator: "/").dropLast()
    let files = Repository.files()
    for target in Self.targets(in: Repository.text(document)) {
      var path = folder
      for part in target.split(separator: "/") {
        switch part {
        case ".": break
        case "..":
          #expect(!path.isEmpty, "\(document): \(target) leaves the repository")
          path = path.dropLast()
        default: path.append(part)
        }
      }
      let place = path.joined(separator: "/")
      #expect(
        files.contains(place) || files.contains { $0.hasPrefix(place + "/") },
        "\(document): \(target)")
    }
  }

  @Test("are found")
  func some() {
    #expect(Self.targets(in: "a [b](c/d.md#e) and [f](https://g.h) [i](#j)") == ["c/d.md"])
    #expect(Self.documents.contains { !Self.targets(in: Repository.text($0)).isEmpty })
  }

  /// Where `](…)` leads, without the part behind `#`; other sites and places in the file left out.
  static func targets(in text: String) -> [String] {
    var found: [String] = []
    var rest = Substring(text)
    while let open = rest.firstRange(of: "](") {
      rest = rest[open.upperBound...]
      guard let close = rest.firstIndex(of: ")") else { break }
      let target = String(rest[..<close].prefix { $0 != "#" })
      if !target.isEmpty, !target.contains("://"), !target.contains(" ") { found.append(target) }
    }
    return found
  }
}
