import TestSupport
import Testing

/// Every example of the documentation is a program that the compiler is asked about.
@Suite("Examples of the documentation")
struct DocumentTests {
  /// A fenced block: what stands behind ``` in its first line, and its text.
  struct Block: Sendable, CustomStringConvertible {
    let file: String
    let line: Int
    let label: String
    let text: String

    var description: String { "\(file):\(line)" }

    /// The program; examples may leave out the source `P`.
    var program: String {
      text.contains("Stream(") ? text : "P = PacketStream(\"eth0\");\n" + text
    }
  }

  static let blocks: [Block] =
    ["README.md"].flatMap(blocks(of:))
    + Repository.files(below: "Docs").filter { $0.hasSuffix(".md") }.flatMap(blocks(of:))

  @Test("are accepted", arguments: blocks.filter { $0.label == "sal" })
  func accepted(block: Block) throws {
    #expect(throws: Never.self) { try Query.plan(block.program) }
  }

  @Test("marked as not yet supported say so", arguments: blocks.filter { $0.label == "sal later" })
  func later(block: Block) {
    #expect(Query.syntaxDiagnostics(block.program) == "")
    let diagnostics = Query.diagnostics(block.program)
    #expect(diagnostics.contains("not supported yet"), "\(diagnostics)\n\(block.program)")
  }

  @Test("marked as errors are refused", arguments: blocks.filter { $0.label == "sal error" })
  func refused(block: Block) {
    #expect(throws: Query.Refused.self) { try Query.plan(block.program) }
  }

  @Test("there are examples of all three kinds")
  func examples() {
    #expect(Set(Self.blocks.map(\.label)).isSuperset(of: ["sal", "sal later", "sal error"]))
  }

  static func blocks(of file: String) -> [Block] {
    var found: [Block] = []
    var open: (label: String, line: Int, text: [Substring])?
    let lines = Repository.text(file).split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      if line.hasPrefix("```") {
        if let block = open {
          found.append(
            Block(
              file: file, line: block.line, label: block.label,
              text: block.text.joined(separator: "\n")))
          open = nil
        } else {
          open = (String(line.dropFirst(3)), index + 1, [])
        }
      } else {
        open?.text.append(line)
      }
    }
    return found
  }
}
