import TestSupport
import Testing

@Suite("Formats")
struct FormatTests {
  @Test("swift format finds nothing to say")
  func swiftFormat() throws {
    let swift = try #require(Tool.find("swift"))
    let files = Repository.files().filter { $0.hasSuffix(".swift") }.map {
      Repository.root + "/" + $0
    }
    let arguments = ["format", "lint", "--strict", "--parallel"]
    let outcome = Tool.run(
      swift, arguments + ["--configuration", Repository.root + "/.swift-format"] + files,
      timeout: 300)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
  }

  @Test(
    "clang-format finds nothing to say",
    .enabled(if: Requirement.program("clang-format").isMet, "needs the program clang-format"))
  func clangFormat() throws {
    let program = try #require(Tool.find("clang-format"))
    let files = Repository.files().filter { $0.hasSuffix(".c") || $0.hasSuffix(".h") }.map {
      Repository.root + "/" + $0
    }
    let outcome = Tool.run(program, ["--dry-run", "-Werror", "--style=file"] + files)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
  }

  @Test("every C file of the data path carries its licence in its first line")
  func licences() {
    let line = "SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0"
    for file in Repository.files(below: "runtime-bpf")
    where file.hasSuffix(".c") || file.hasSuffix(".h") {
      let first = Repository.text(file).prefix { $0 != "\n" }
      #expect(first.contains(line), "\(file)")
    }
  }
}
