import TestSupport
import Testing

@Suite("manual pages") struct ManualTests {
  private let directory = TemporaryDirectory()

  @Test("there is a page a command, with every flag of its help, and mandoc finds no fault")
  func pages() {
    let made = shell("\(Repository.root)/scripts/man \(directory.path)")
    #expect(made.exitCode == 0, "\(made.summary)")
    for command in ["run", "check", "fmt", "explain", "compile", "repl", "test", "doctor", "ps"] {
      let page = String(
        decoding: FileBytes.read(directory.file("salc-\(command).1")) ?? [], as: UTF8.self
      ).filter { $0 != "\\" }
      #expect(page.contains(".Nm salc-\(command)"), "\(command)")
      let words = salc(command, "--help").output.split { !($0.isLetter || $0 == "-") }
      for flag in words where flag.hasPrefix("--") && flag != "--help" {
        #expect(page.contains(flag.dropFirst()), "\(command): \(flag)")
      }
    }
    let lint = shell("mandoc -T lint -W warning \(directory.path)/*.1")
    #expect(lint.exitCode == 0 && lint.output.isEmpty, "\(lint.summary)")
  }
}
