public import Glibc

/// Holds a terminal in raw mode, and gives it back as it was: on `restore()`, at the process's
/// exit, on a fatal signal or a crash, and for the time that Ctrl-Z stops the process. After
/// SIGKILL, which cannot be answered, a process that watches this one does it (Decision 0063).
///
/// Ctrl-C and Ctrl-Z stay signals, so that a run that hangs can still be ended. One guard holds at
/// a time.
public final class TerminalGuard: Sendable {
  /// What is done with the screen.
  public enum Screen: Sendable, Hashable {
    /// The lines that are there stay; only keys are read without waiting and without echo.
    case kept
    /// A screen of its own, without cursor and line wrap; the old one comes back afterwards.
    case alternate
  }

  /// Why a terminal cannot be held.
  public enum Failure: Error, Hashable, Sendable {
    /// The descriptor is no terminal, or it refused: the `errno`.
    case refused(errno: Int32)
    /// Another guard holds one.
    case held
  }

  /// Takes the terminal: keys come from `input`, the screen is `output`.
  public init(
    input: Int32 = STDIN_FILENO, output: Int32 = STDOUT_FILENO, screen: Screen
  ) throws(Failure) {
    var before = termios()
    guard isatty(output) == 1, tcgetattr(input, &before) == 0 else {
      throw .refused(errno: errno)
    }
    var raw = before
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO | IEXTEN)
    // Ctrl-S would stop the screen, and with it whoever waits for the view.
    raw.c_iflag &= ~tcflag_t(IXON | ICRNL | INLCR | ISTRIP)
    // Whoever reads polls first. With VMIN 0 a shell that reads after SIGKILL, before the terminal
    // is given back, would find the end of its input there.
    withUnsafeMutableBytes(of: &raw.c_cc) { keys in
      keys[Int(VMIN)] = 1
      keys[Int(VTIME)] = 0
    }
    let enter: StaticString
    let leave: StaticString
    switch screen {
    case .kept:
      enter = ""
      leave = "\u{1B}[0m\u{1B}[?25h"
    case .alternate:
      enter = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[H\u{1B}[2J"
      leave = "\u{1B}[0m\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"
    }
    FatalSignals.install()
    Self.watch(input: input, output: output)
    let isNew = TerminalState.hold(
      TerminalState.Held(
        input: input, output: output, before: before, raw: raw, enter: enter, leave: leave))
    guard isNew else { throw .held }
  }

  deinit { restore() }

  /// Gives the terminal back; further calls do nothing.
  public func restore() {
    TerminalState.release()
    FatalSignals.remove()
  }

  /// Has the terminal given back as it is now when this process ends without doing so, as by
  /// SIGKILL; for those whose line editor sets it. Further calls do nothing.
  public static func watch(input: Int32 = STDIN_FILENO, output: Int32 = STDOUT_FILENO) {
    TerminalState.watch(input: input, output: output)
  }

  /// Gives the terminal back; for signal handlers that end the process themselves.
  public static func restoreInSignalHandler() { TerminalState.release() }
}
