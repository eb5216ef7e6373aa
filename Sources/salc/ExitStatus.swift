import Diagnostics
import Glibc
import Session

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
      }
  }
}

/// Writes to standard error, whole.
func standardError(_ text: String) { writeAll(text, to: STDERR_FILENO) }

/// Writes to standard output, whole; false where the reader is gone.
@discardableResult
func standardOutput(_ text: String) -> Bool { writeAll(text, to: STDOUT_FILENO) }

@discardableResult
private func writeAll(_ text: String, to descriptor: Int32) -> Bool {
  var rest = Array(text.utf8)[...]
  while !rest.isEmpty {
    let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if written < 0 {
      if errno == EINTR { continue }
      return false
    }
    rest = rest.dropFirst(written)
  }
  return true
}

/// The likeliest intended word.
func nearestWord(to word: String, in candidates: [String]) -> String? {
  nearest(to: word, in: candidates)
}
