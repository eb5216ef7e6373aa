import Glibc
import TestSupport
import Testing

/// The tests' own terminal behaves as one; everything interactive is tested through it.
@Suite("The pseudo-terminal of the tests") struct PseudoTerminalTests {
  @Test("a program sees its size, and is told of a new one")
  func size() {
    let terminal = PseudoTerminal(
      "/bin/sh", ["-c", "stty size; read x; stty size"], columns: 40, rows: 12)
    #expect(terminal.expect("12 40"))
    terminal.resize(columns: 200, rows: 50)
    terminal.type("go\r")
    #expect(terminal.expect("50 200"))
    #expect(terminal.exitCode() == 0)
  }

  @Test("what is typed is echoed and read; Ctrl-C and Ctrl-D act")
  func typing() {
    let terminal = PseudoTerminal("/bin/cat")
    terminal.type("hello\r")
    #expect(terminal.expect("hello\r\nhello\r\n"))
    #expect(terminal.isCooked)
    terminal.type("\u{4}")
    #expect(terminal.exitCode() == 0)
    let other = PseudoTerminal("/bin/cat")
    other.type("a\r")
    #expect(other.expect("a\r\na"))
    other.type("\u{3}")
    #expect(other.exitCode() == 128 + SIGINT)
  }

  @Test("a closed window is told by SIGHUP")
  func hangUp() {
    let terminal = PseudoTerminal("/bin/cat")
    terminal.type("a\r")
    #expect(terminal.expect("a\r\na"))
    terminal.hangUp()
    #expect(terminal.exitCode(timeout: 20) == 128 + SIGHUP)
  }

  @Test("the screen follows wrapping, moves and erasing")
  func screen() {
    let terminal = PseudoTerminal(
      "/usr/bin/printf", ["abcdefghijKL\\r\\nxyz\\b\\b*\\033[K\\n\\033[2A\\033[3Gé"], columns: 10,
      rows: 4)
    #expect(terminal.exitCode() == 0)
    #expect(terminal.screen.lines == ["abcdefghij", "KLé", "x*", ""].map { $0 })
  }
}
