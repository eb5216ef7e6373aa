import Glibc
import TestSupport
import Testing

/// What SIGKILL, which nothing can answer, leaves on a terminal: another process gives it back.
@Suite("A killed salc's terminal", .enabled(if: Requirement.program("pgrep").isMet, "needs pgrep"))
struct KilledTerminalTests {
  let directory = TemporaryDirectory()

  /// A shell without line editing that runs `salc`, then says so and waits for a line.
  private func start(_ words: String) -> PseudoTerminal {
    PseudoTerminal(
      "/bin/sh",
      ["-c", "\(Tool.salc) \(words); echo over; read line; echo got $line"],
      environment: ["XDG_STATE_HOME": directory.path])
  }

  /// Kills the `salc` of a shell.
  private func killSalc(of terminal: PseudoTerminal) throws {
    let child = Tool.run(try #require(Tool.find("pgrep")), ["-P", "\(terminal.pid)"])
    let pid = try #require(Int32(child.output.split(separator: "\n").first ?? ""))
    #expect(kill(pid, SIGKILL) == 0)
  }

  @Test("the live view's screen, cursor and settings come back")
  func liveView() throws {
    let terminal = start(
      "run --format live --pcap \(directory.capture()) -e '\(Given.bySource)'")
    try #require(terminal.wait { terminal.screen.text.contains("ended") }, "\(terminal.text)")
    #expect(terminal.screen.isAlternate && !terminal.isCooked)
    try killSalc(of: terminal)
    #expect(terminal.wait(10) { terminal.isCooked && !terminal.screen.isAlternate })
    #expect(terminal.text.contains("\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"))
    terminal.type("line\r")
    #expect(terminal.expect("got line") && terminal.exitCode() == 0, "\(terminal.text)")
  }

  @Test("the prompt's settings come back")
  func prompt() throws {
    let terminal = start("repl --pcap \(directory.capture())")
    try #require(terminal.expect("sal> "), "\(terminal.text)")
    try #require(terminal.wait { !terminal.isCooked }, "needs libedit")
    try killSalc(of: terminal)
    #expect(terminal.expect("over"))
    #expect(terminal.wait(10) { terminal.isCooked }, "\(terminal.text)")
    terminal.type("line\r")
    #expect(terminal.expect("got line") && terminal.exitCode() == 0, "\(terminal.text)")
  }

  @Test("whoever has set the terminal anew by then is left alone")
  func others() throws {
    let terminal = PseudoTerminal(
      "/bin/sh",
      [
        "-c",
        "\(Tool.salc) repl --pcap \(directory.capture()); stty -icanon -echo min 1; sleep 1; "
          + "stty -a; echo over",
      ], environment: ["XDG_STATE_HOME": directory.path])
    try #require(terminal.expect("sal> "), "\(terminal.text)")
    try #require(terminal.wait { !terminal.isCooked }, "needs libedit")
    try killSalc(of: terminal)
    #expect(terminal.expect("-icanon") && terminal.exitCode() == 0, "\(terminal.text)")
  }

  @Test("the watcher holds no privilege, no file but the terminal, and ends with its salc")
  func watcher() throws {
    let terminal = start("repl --pcap \(directory.capture())")
    try #require(terminal.expect("sal> "), "\(terminal.text)")
    let pgrep = try #require(Tool.find("pgrep"))
    let found = Tool.run(pgrep, ["-x", "salc-terminal", "-s", "\(terminal.pid)"])
    let pid = try #require(Int32(found.output.split(separator: "\n").first ?? ""), "\(found)")
    let status = String(decoding: FileBytes.read("/proc/\(pid)/status") ?? [], as: UTF8.self)
    #expect(status.contains("CapPrm:\t0000000000000000") && status.contains("NoNewPrivs:\t1"))
    let files = Tool.run("/bin/ls", ["-l", "/proc/\(pid)/fd"]).output.split(separator: "\n")
    #expect(files.count == 4, "the total, the terminal twice, and the socket: \(files)")
    terminal.type("\\q\r")
    #expect(terminal.expect("over"))
    let isGone = terminal.wait(5) { access("/proc/\(pid)", F_OK) != 0 }
    #expect(isGone)
  }
}
