import CLibBPF
import Glibc

/// A program run to its end without a shell: what it wrote and how it ended.
struct ChildProcess {
  /// How the child ended.
  enum Outcome: Equatable, CustomStringConvertible {
    case exited(Int32)
    case signalled(Int32)
    case timedOut
    /// A signal wants this process to end; it waits until the caller has cleaned up.
    case interrupted

    var description: String {
      switch self {
      case .exited(let code): "exit code \(code)"
      case .signalled(let number): "killed by signal \(number)"
      case .timedOut: "stopped after its time was up"
      case .interrupted: "stopped by a signal to salc"
      }
    }
  }

  let outcome: Outcome
  /// Standard output and error together, in the order written.
  let output: String

  /// Runs `arguments[0]` (a path) in `directory`. The child leads a process group of its own, so
  /// that whatever it started is stopped with it; it inherits no descriptor and no signal mask.
  static func run(
    _ arguments: [String], in directory: String = "/", seconds: Int
  ) throws(BPFError) -> ChildProcess {
    var ends: [Int32] = [-1, -1]
    let failure = salbpf_pipe(&ends)
    guard failure == 0 else { throw .call("cannot make a pipe", SystemError(code: failure)) }
    let child: pid_t
    do throws(BPFError) {
      child = try spawn(arguments, in: directory, output: ends[1])
    } catch {
      close(ends[0])
      close(ends[1])
      throw error
    }
    close(ends[1])
    defer { close(ends[0]) }

    var text: [UInt8] = []
    let cut = collect(from: ends[0], into: &text, seconds: seconds)
    if cut != nil { kill(-child, SIGKILL) }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7f
    let outcome: Outcome =
      cut ?? (signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal))
    return ChildProcess(outcome: outcome, output: String(decoding: text, as: UTF8.self))
  }

  private static func spawn(
    _ arguments: [String], in directory: String, output: Int32
  ) throws(BPFError) -> pid_t {
    var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var child: pid_t = 0
    var environment: [UnsafeMutablePointer<CChar>?] = Self.environment().map { strdup($0) } + [nil]
    defer { for pointer in environment { free(pointer) } }
    let error = salbpf_spawn(&pointers, &environment, directory, output, &child)
    guard error == 0 else {
      throw .call("cannot start \(arguments[0])", SystemError(code: error))
    }
    return child
  }

  /// What a child needs and no more: variables such as CPATH and CCC_OVERRIDE_OPTIONS would change
  /// what clang compiles, LD_PRELOAD what it is.
  private static func environment() -> [String] {
    ["PATH=/usr/bin:/bin", "LC_ALL=C"] + (environmentValue("TMPDIR").map { ["TMPDIR=\($0)"] } ?? [])
  }

  /// Reads until the last writer closed its end; nil then, else why it stopped before.
  private static func collect(
    from descriptor: Int32, into text: inout [UInt8], seconds: Int
  ) -> Outcome? {
    let deadline = monotonicMilliseconds() + seconds * 1000
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let left = deadline - monotonicMilliseconds()
      guard left > 0 else { return .timedOut }
      // Of signals that are held back nothing wakes the poll; see `ClangJob.compile`.
      if salbpf_signal_waits() != 0 { return .interrupted }
      var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&wait, 1, Int32(min(left, 50))) > 0 else { continue }
      let count = read(descriptor, &chunk, chunk.count)
      if count == 0 { return nil }
      // Diagnostics beyond this length help nobody; they are still read, so that the child ends.
      if count > 0 && text.count < 1 << 16 { text += chunk[..<count] }
    }
  }
}

/// Milliseconds of CLOCK_MONOTONIC.
func monotonicMilliseconds() -> Int {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return now.tv_sec * 1000 + now.tv_nsec / 1_000_000
}
