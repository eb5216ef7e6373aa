/// A time window; windows count from the Unix epoch (language.md §3.1).
///
/// One ends every ``slide``; where that is less than the length, windows overlap (`WINDOW 60s
/// SLIDE 5s`) and are made of panes, spans of the slide's length.
public struct Window: Hashable, Sendable, Comparable {
  /// Length in nanoseconds, positive.
  public let length: Int64
  /// Nanoseconds from one end to the next; divides the length, and equals it in tumbling windows.
  public let slide: Int64

  /// The window of this length in nanoseconds, tumbling unless it has a slide.
  public init(length: Int64, slide: Int64? = nil) {
    precondition(length > 0, "a window has a positive length")
    self.length = length
    self.slide = slide ?? length
    precondition(self.slide > 0 && length % self.slide == 0, "the slide divides the length")
  }

  /// Whether windows overlap.
  public var isSliding: Bool { slide < length }

  /// The panes of a window; 1 in tumbling windows.
  public var paneCount: Int64 { length / slide }

  /// The start of the pane that holds `time`, which is the last moment by `time` at which a window
  /// ended; of tumbling windows the start of the window that holds `time`.
  public func start(of time: Int64) -> Int64 {
    let remainder = time % slide
    return time - (remainder < 0 ? remainder + slide : remainder)
  }

  public static func < (a: Window, b: Window) -> Bool {
    (a.length, a.slide) < (b.length, b.slide)
  }
}

extension Window: CustomStringConvertible {
  public var description: String {
    let text = Timestamp.durationText(length)
    return isSliding ? "\(text) slide \(Timestamp.durationText(slide))" : text
  }
}
