import Glibc

/// A program on a terminal of its own: what a person types and sees, for expect-style tests.
///
/// What the program writes is read whenever a call waits; calls belong to one thread.
public final class PseudoTerminal {
  /// The program's id; -1 where it could not be started.
  public let pid: Int32
  /// Everything that the program wrote so far, escape sequences included.
  public private(set) var transcript: [UInt8] = []
  /// What a person would see now.
  public private(set) var screen: TerminalScreen

  private var terminal: Int32
  private var matched = 0
  private var status: Int32?

  /// Starts a program as the leader of a session whose terminal is new, with this size.
  ///
  /// The environment is the test's without what would change the program's manners (`NO_COLOR`,
  /// `FORCE_COLOR`, `COLUMNS`, `LINES`), with `TERM=xterm`, a UTF-8 locale and `environment`.
  public init(
    _ path: String, _ arguments: [String] = [], columns: Int = 80, rows: Int = 24,
    environment: [String: String] = [:]
  ) {
    terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    precondition(terminal >= 0, "cannot make a pseudo-terminal: errno \(errno)")
    var number: Int32 = 0
    _ = ioctl(terminal, Self.unlock, &number)
    _ = ioctl(terminal, Self.getNumber, &number)
    screen = TerminalScreen(columns: columns, rows: rows)
    // The size is set before the program can ask for it.
    Self.setSize(terminal, columns, rows)
    _ = fcntl(terminal, F_SETFL, O_NONBLOCK)
    pid = Self.start(path, arguments, on: "/dev/pts/\(number)", environment)
    if pid < 0 { status = 127 << 8 }
  }

  deinit {
    if status == nil {
      kill(pid, SIGKILL)
      var code: Int32 = 0
      waitpid(pid, &code, 0)
    }
    if terminal >= 0 { close(terminal) }
  }

  /// Types text; `\r` is the Return key, `\u{3}` Ctrl-C.
  public func type(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty && terminal >= 0 {
      let count = rest.withUnsafeBytes { write(terminal, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        pump(10)
      } else if errno != EINTR {
        return
      }
    }
  }

  /// Waits until the program writes `text`, somewhere behind what was waited for before. False
  /// after `timeout` seconds, or once the program has ended without it.
  public func expect(_ text: String, timeout: Double = 30) -> Bool {
    let wanted = Array(text.utf8)
    return wait(timeout) {
      guard let end = Self.end(of: wanted, in: self.transcript, from: self.matched) else {
        return false
      }
      self.matched = end
      return true
    }
  }

  /// Waits for a condition, such as one on ``screen``.
  public func wait(_ timeout: Double = 30, until condition: () -> Bool) -> Bool {
    let end = Self.now() + timeout
    while true {
      if condition() { return true }
      let isOver = Self.now() >= end || !isRunning
      pump(20)
      if isOver { return condition() }
    }
  }

  /// What was written since the last match, escape sequences included.
  public var unmatched: String { String(decoding: transcript[matched...], as: UTF8.self) }

  /// Everything that was written, as text.
  public var text: String { String(decoding: transcript, as: UTF8.self) }

  /// Changes the window's size, as dragging its corner does.
  public func resize(columns: Int, rows: Int) {
    Self.setSize(terminal, columns, rows)
    screen.resize(columns: columns, rows: rows)
  }

  /// Closes the window: the program's terminal is gone, and it is told by SIGHUP.
  public func hangUp() {
    if terminal >= 0 { close(terminal) }
    terminal = -1
  }

  /// Sends a signal to the program alone.
  public func signal(_ number: Int32) { if status == nil { kill(pid, number) } }

  /// Whether the program still runs.
  public var isRunning: Bool {
    guard status == nil else { return false }
    var code: Int32 = 0
    if waitpid(pid, &code, WNOHANG) == pid { status = code }
    return status == nil
  }

  /// Waits for the end: the exit code, 128 + n after signal n, nil where it did not end in time
  /// (it is killed then).
  public func exitCode(timeout: Double = 30) -> Int32? {
    let end = Self.now() + timeout
    while isRunning && Self.now() < end { pump(20) }
    pump(0)
    guard let status else {
      kill(pid, SIGKILL)
      var code: Int32 = 0
      waitpid(pid, &code, 0)
      self.status = code
      return nil
    }
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
  }

  /// Whether the terminal is as a shell wants it: lines are edited, characters echoed.
  public var isCooked: Bool {
    var settings = termios()
    guard terminal >= 0, tcgetattr(terminal, &settings) == 0 else { return false }
    return settings.c_lflag & tcflag_t(ICANON) != 0 && settings.c_lflag & tcflag_t(ECHO) != 0
  }

  // MARK: Below

  // TIOCSPTLCK and TIOCGPTN of asm-generic/ioctls.h, POSIX_SPAWN_SETSID of spawn.h: macros that
  // Swift does not see.
  private static let unlock: UInt = 0x4004_5431
  private static let getNumber: UInt = 0x8004_5430
  private static let newSession: Int16 = 0x80

  /// Reads what is there, waiting for at most so many milliseconds.
  private func pump(_ milliseconds: Int32) {
    guard terminal >= 0 else {
      usleep(UInt32(milliseconds) * 1000)
      return
    }
    var poll = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
    guard Glibc.poll(&poll, 1, milliseconds) > 0 else { return }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(terminal, &buffer, buffer.count)
      guard count > 0 else { break }
      transcript += buffer[..<count]
      screen.write(buffer[..<count])
    }
    // Nobody holds the other end any more, and the poll would return at once for ever.
    if poll.revents & Int16(POLLHUP) != 0 { usleep(UInt32(milliseconds) * 1000) }
  }

  private static func start(
    _ path: String, _ arguments: [String], on terminal: String, _ environment: [String: String]
  ) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // A session leader without a terminal takes the first that it opens (tty_ioctl(4)).
    posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK) | Self.newSession)
    var words = Job.currentEnvironment()
    let changes = ["TERM": "xterm", "LC_ALL": "C.UTF-8"].merging(environment) { $1 }
    for name in ["NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"] + Array(changes.keys) {
      words.removeAll { $0.hasPrefix(name + "=") }
    }
    words += changes.map { "\($0.key)=\($0.value)" }
    var child: Int32 = -1
    let failure = Job.withCStrings([path] + arguments) { argv in
      Job.withCStrings(words) { envp in
        posix_spawn(&child, path, &actions, &attributes, argv, envp)
      }
    }
    return failure == 0 ? child : -1
  }

  private static func setSize(_ terminal: Int32, _ columns: Int, _ rows: Int) {
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(terminal, UInt(TIOCSWINSZ), &size)
  }

  private static func end(of wanted: [UInt8], in text: [UInt8], from start: Int) -> Int? {
    guard text.count - start >= wanted.count, let first = wanted.first else { return nil }
    for place in start...(text.count - wanted.count) where text[place] == first {
      let end = place + wanted.count
      if text[place..<end].elementsEqual(wanted) { return end }
    }
    return nil
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
