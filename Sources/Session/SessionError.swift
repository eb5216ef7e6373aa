public import BPFRuntime
public import Capture
public import Sinks

/// Why a run could not begin or go on.
public enum SessionError: Error, Sendable {
  /// Compiling, loading, attaching or replaying failed.
  case dataPath(BPFError)
  /// The capture could not be read, or only up to its damage; rows up to there were printed.
  case capture(CaptureError)
  /// The sink could not take the results.
  case sink(SinkError)
  /// The query has nothing that can run as asked; says what.
  case unsupported(String)
  /// The kernel or the process' rights do not allow BPF programs; says which.
  case missingKernelSupport(String)
  /// The interface went away while the query ran; rows up to there were printed.
  case interfaceGone(String)
  /// Somebody took the program off the interface while the query ran; the same.
  case detached(String)
  /// The control socket cannot be used, or the salc behind it ended or refused; says which.
  case control(ControlError)
  /// Asked to stop before the program was attached: there is no result.
  case interrupted
}

extension SessionError: CustomStringConvertible {
  /// What failed and what helps, for the user's eyes.
  public var description: String {
    switch self {
    case .dataPath(let error): "\(error)"
    case .capture(let error): "\(error)"
    case .sink(.failed(let code, let doing)): "\(doing): \(SystemError(code: code))"
    case .sink(let error): "\(error)"
    case .unsupported(let reason), .missingKernelSupport(let reason): reason
    case .interfaceGone(let name):
      "\(name) went away while the query ran; run it again when \(name) is back"
    case .detached(let name):
      "another process took salc's program off \(name) while the query ran, as "
        + "‘bpftool link detach’ does; run it again"
    case .control(let error): "\(error)"
    case .interrupted: "interrupted before any result"
    }
  }
}

/// Turns the data path's errors into the session's.
func inDataPath<Result: ~Copyable>(
  _ body: () throws(BPFError) -> Result
) throws(SessionError) -> Result {
  do { return try body() } catch { throw .dataPath(error) }
}
