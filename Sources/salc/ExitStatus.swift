import Diagnostics
import Glibc
import Session
import Sinks

/// How the process ends (peers: sysexits and clig.dev). Thrown to end a command.
enum ExitStatus: Int32, Error {
  case success = 0
  /// The query or the run failed.
  case failure = 1
  case usage = 2
  /// Finished, but lost more than `--max-loss` allows.
  case loss = 3
  case noPrivilege = 4
  case attachConflict = 5
  case kernelLacksFeature = 6
  case badData = 65
  case outputFailed = 74
  /// Interrupted before any result.
  case interrupted = 130

  /// Ends the process.
  func exit() -> Never { Glibc.exit(rawValue) }

  init(_ kind: FailureKind) {
    self =
      switch kind {
      case .query: .failure
      case .privilege: .noPrivilege
      case .attachConflict: .attachConflict
      case .kernel: .kernelLacksFeature
      case .data: .badData
      case .sink: .outputFailed
      case .closedOutput: .success
      case .interrupted: .interrupted
      }
  }
}

/// Writes to standard error, whole; where that fails there is nobody to tell. What a message quotes
/// steers no terminal.
func standardError(_ text: String) {
  _ = writeAll(Array(DisplayText.message(text).utf8), to: STDERR_FILENO)
}

/// Writes to standard output, whole. A reader that is gone ends the command quietly; another
/// failure is told and ends it with 74.
func standardOutput(_ text: String) throws(ExitStatus) {
  switch writeAll(Array(text.utf8), to: STDOUT_FILENO) {
  case 0: return
  case EPIPE: throw .success
  case let code:
    standardError("error: cannot write the output: \(String(cString: strerror(code)))\n")
    throw .outputFailed
  }
}

/// What must hold before the first byte is read or written.
func prepareDescriptors() {
  // A reader that is gone shows as an error of the write, not as a signal.
  signal(SIGPIPE, SIG_IGN)
  // Where a standard descriptor is closed the next file would take its place, and rows or messages
  // would be written into it. The stand-in fails each of its uses, as the closed one did.
  for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
    _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
  }
}

/// Writes bytes to a descriptor; the `errno` of what failed, or 0.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
  var rest = bytes[...]
  while !rest.isEmpty {
    let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if written < 0 {
      if errno == EINTR { continue }
      return errno
    }
    rest = rest.dropFirst(written)
  }
  return 0
}

/// The likeliest intended word.
func nearestWord(to word: String, in candidates: [String]) -> String? {
  nearest(to: word, in: candidates)
}
