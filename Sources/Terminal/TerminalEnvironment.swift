import Glibc

/// What the environment says about terminals: `TERM`, `NO_COLOR`, `FORCE_COLOR`, `COLUMNS`.
public struct TerminalEnvironment: Sendable {
  private let values: [String: String]

  /// An environment of these variables, for tests.
  public init(_ values: [String: String]) { self.values = values }

  /// The process's own.
  public static var process: TerminalEnvironment {
    var values: [String: String] = [:]
    for name in ["TERM", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"] {
      if let value = getenv(name) { values[name] = String(cString: value) }
    }
    return TerminalEnvironment(values)
  }

  /// Whether the terminal cannot move its cursor (`TERM=dumb`, or none named).
  public var isDumb: Bool { ["", "dumb"].contains(values["TERM"] ?? "") }

  /// Whether text for this descriptor is coloured: `NO_COLOR` (not empty) says never,
  /// `FORCE_COLOR` (not empty, not `0`) always, else on a terminal that is not dumb.
  ///
  /// Source: https://no-color.org, https://force-color.org.
  public func isColored(_ descriptor: Int32) -> Bool {
    isColored(isTerminal: isatty(descriptor) == 1)
  }

  /// The same for something that is known to be a terminal or not.
  public func isColored(isTerminal: Bool) -> Bool {
    if !(values["NO_COLOR"] ?? "").isEmpty { return false }
    if !["", "0"].contains(values["FORCE_COLOR"] ?? "") { return true }
    return isTerminal && !isDumb
  }

  /// Whether a screen can be drawn on the descriptor: a terminal that moves its cursor.
  public func canDraw(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 && !isDumb }

  /// A variable that holds a positive number.
  func number(_ name: String) -> Int? {
    values[name].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
  }
}
