import TestSupport
import Testing

@testable import Shell

@Suite("Docs/Repl.md") struct DocumentTests {
  @Test("its table of commands is the catalogue's")
  func commands() {
    let rows = MetaCommands.all.map { command in
      let arguments = command.arguments.isEmpty ? "" : " " + command.arguments
      let usage = "\\\(command.name)\(arguments)".map { $0 == "|" ? "\\|" : String($0) }.joined()
      return "| `\(usage)` | \(command.summary) |"
    }
    #expect(Repository.text("Docs/Repl.md").contains(rows.joined(separator: "\n") + "\n"))
  }
}
