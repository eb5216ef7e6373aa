/// A query of `samples/` with what its head says: a capture and the rows expected of it.
public struct Sample: Sendable, CustomStringConvertible {
  /// The file's name without its ending.
  public let name: String
  /// Path of the file, relative to the repository.
  public let file: String
  /// The query's text.
  public let text: String
  /// `// pcap:` the capture that the expected rows belong to.
  public let capture: String?
  /// `// expect:` rows: the window's start and `column=value` pairs.
  public let expected: [String]

  public var description: String { name }

  /// The samples that stand directly in `samples/`, sorted.
  public static let all: [Sample] = Repository.files(below: "samples")
    .filter { $0.hasSuffix(".sal") && $0.split(separator: "/").count == 2 }
    .map { Sample(file: $0) }

  private init(file: String) {
    self.file = file
    name = String(file.split(separator: "/")[1].dropLast(4))
    text = Repository.text(file)
    let lines = text.split(separator: "\n")
    func entries(_ label: String) -> [String] {
      lines.filter { $0.hasPrefix(label) }.map { String($0.dropFirst(label.count)) }
    }
    capture = entries("// pcap: ").first
    expected = entries("// expect: ")
  }
}
