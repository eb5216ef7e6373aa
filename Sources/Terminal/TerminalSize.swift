import Glibc
import Synchronization

/// The size of a terminal in characters.
public struct TerminalSize: Sendable, Hashable {
  /// Characters in a line.
  public var columns: Int
  /// Lines.
  public var rows: Int

  /// A size; what a terminal cannot have becomes 80 × 24.
  public init(columns: Int, rows: Int) {
    self.columns = (1...10_000).contains(columns) ? columns : 80
    self.rows = (1...10_000).contains(rows) ? rows : 24
  }

  /// The size of the terminal behind a descriptor: what the kernel says; where it says nothing,
  /// `COLUMNS` and `LINES`; else 80 × 24.
  public static func of(
    _ descriptor: Int32, _ environment: TerminalEnvironment = .process
  ) -> TerminalSize {
    var size = winsize()
    let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0
    let columns = isKnown ? Int(size.ws_col) : 0
    let rows = isKnown ? Int(size.ws_row) : 0
    return TerminalSize(
      columns: columns > 0 ? columns : environment.number("COLUMNS") ?? 80,
      rows: rows > 0 ? rows : environment.number("LINES") ?? 24)
  }
}

/// Tells that the terminal's size has changed (SIGWINCH), from now on.
public final class SizeChanges: Sendable {
  private static let count = Atomic<Int>(0)
  private let seen: Atomic<Int>

  /// Begins to listen; listeners before and beside it go on.
  public init() {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in
      SizeChanges.count.wrappingAdd(1, ordering: .relaxed)
    }
    action.sa_flags = Int32(SA_RESTART)
    _ = Self.count.load(ordering: .relaxed)
    sigaction(SIGWINCH, &action, nil)
    seen = Atomic(Self.count.load(ordering: .relaxed))
  }

  /// Whether there was a change since the last call.
  public func take() -> Bool {
    let now = Self.count.load(ordering: .relaxed)
    return seen.exchange(now, ordering: .relaxed) != now
  }
}
