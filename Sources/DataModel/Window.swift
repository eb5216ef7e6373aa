/// A tumbling time window; windows count from the Unix epoch (language.md §3.1).
public struct Window: Hashable, Sendable, Comparable {
  /// Length in nanoseconds, positive.
  public let length: Int64

  /// The window of this length in nanoseconds.
  public init(length: Int64) {
    precondition(length > 0, "a window has a positive length")
    self.length = length
  }

  /// The start of the window that holds `time`.
  public func start(of time: Int64) -> Int64 {
    let remainder = time % length
    return time - (remainder < 0 ? remainder + length : remainder)
  }

  public static func < (a: Window, b: Window) -> Bool { a.length < b.length }
}

extension Window: CustomStringConvertible {
  public var description: String { Timestamp.durationText(length) }
}
