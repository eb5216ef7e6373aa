import Glibc

/// Why a capture could not be opened, or where reading it had to stop.
///
/// Everything before the damage has already been handed out when this is thrown, so a caller prints
/// the message and exits with `EX_DATAERR` (65) when `isDataError`, else with its code for a world
/// that failed. `description` is the complete message, without a trailing full stop or newline.
public struct CaptureError: Error, Equatable, CustomStringConvertible {
  /// What went wrong. Offsets count bytes of the capture from 0; in a `.gz`, of the unpacked
  /// capture.
  public enum Reason: Equatable, Sendable {
    /// `open`, `fstat`, `mmap` or `read` failed with this `errno`.
    case unreadable(errno: Int32)
    case isDirectory
    case isEmpty
    /// The first bytes are those of no capture format; `head` holds up to four of them.
    case notACapture(head: [UInt8])
    /// A capture, but of a dialect that this reader does not know.
    case unsupportedFormat(String)
    /// A link type from tcpdump.org/linktypes.html whose frames cannot be presented.
    case unsupportedLinkType(UInt32, offset: UInt64)
    /// The capture ends inside something that began at `offset`.
    case truncated(offset: UInt64, expected: String, missing: Int)
    /// What stands at `offset` cannot be.
    case damaged(offset: UInt64, expected: String, found: String)
    /// A source of records has ended, and nothing in it, or the lesser part, could be read as one.
    case unreadableRecords(String)
    /// The gzip wrapper itself is damaged or cut; `offset` counts bytes of the packed file.
    case damagedCompression(offset: UInt64, found: String)
  }

  /// The path as the caller gave it.
  public let path: String
  /// What went wrong, and where.
  public let reason: Reason

  init(_ path: String, _ reason: Reason) {
    self.path = path
    self.reason = reason
  }

  /// True where the content of the file is at fault, false where opening or reading it failed.
  public var isDataError: Bool {
    switch reason {
    case .unreadable, .isDirectory: false
    default: true
    }
  }

  /// True where a signal was handled while the capture, a pipe, kept the reader waiting; nothing is
  /// lost, and reading may go on.
  public var isInterruption: Bool { reason == .unreadable(errno: EINTR) }

  /// True where a live source had nothing to give for a while; reading may go on.
  public var isIdle: Bool { reason == .unreadable(errno: EAGAIN) }

  /// Nothing came for a while.
  static let idle = CaptureError("", .unreadable(errno: EAGAIN))

  /// The path and what is wrong with it, for a message.
  public var description: String {
    "\(path): \(detail)"
  }

  /// What is wrong, without the path.
  var reasonText: String { detail }

  private var detail: String {
    switch reason {
    case .unreadable(let code) where code != EISDIR:
      return errorText(code)
    case .unreadable, .isDirectory:
      return "is a directory, not a capture"
    case .isEmpty:
      return "is empty; a capture begins with a file header"
    case .notACapture(let head):
      let shown = head.map { hexByte($0) }.joined(separator: " ")
      return "is not a capture: begins with \(shown), which is neither pcap, pcapng nor gzip"
    case .unsupportedFormat(let what):
      return what
    case .unsupportedLinkType(let number, let offset):
      return
        "link type \(number) is not supported (at byte \(offset)); supported are Ethernet (1), "
        + "raw IP (12, 14, 101, 228, 229), Linux cooked (113, 276) and loopback (0, 108)"
    case .truncated(let offset, let expected, let missing):
      return "truncated at byte \(offset): expected \(expected), bytes missing: \(missing)"
    case .damaged(let offset, let expected, let found):
      return "damaged at byte \(offset): expected \(expected), found \(found)"
    case .unreadableRecords(let what): return what
    case .damagedCompression(let offset, let found):
      return "damaged gzip data at byte \(offset): \(found)"
    }
  }
}

private func hexByte(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16)
  return digits.count == 1 ? "0" + digits : digits
}
