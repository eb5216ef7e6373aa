import Glibc

/// Runs programs and collects what they say.
public enum Tool {
  /// How a program ended.
  public struct Outcome: Sendable {
    /// The exit code; 128 + n after signal n.
    public let exitCode: Int32
    /// Standard output.
    public let output: String
    /// Standard error.
    public let errors: String
    /// Whether the time was up and the program was killed.
    public let timedOut: Bool
  }

  /// Where standard output goes.
  public enum Output: Sendable {
    /// Into ``Outcome/output``.
    case collected
    /// Into the file at this path.
    case file(String)
    /// Into a pipe that nobody reads.
    case closedPipe
  }

  /// Runs a program to its end, or kills it after `timeout` seconds.
  public static func run(
    _ path: String, _ arguments: [String] = [], output: Output = .collected,
    environment: [String: String] = [:], timeout: Double = 120
  ) -> Outcome {
    let job = Job(path, arguments, output: output, environment: environment)
    return job.wait(timeout: timeout)
  }

  /// The first of the directories of `PATH` (and the administrator's) that has the program.
  public static func find(_ name: String) -> String? {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    let directories = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
    return directories.map { $0 + "/" + name }.first { access($0, X_OK) == 0 }
  }

  /// The Python of the environment that `scripts/setup --tests` makes, for oracles from PyPI.
  public static let python = Repository.root + "/.build-python/bin/python3"

  /// The `salc` of this build: beside the test bundle, or what `SALC` names.
  public static let salc: String = {
    if let named = getenv("SALC") { return String(cString: named) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let length = buffer.withUnsafeMutableBytes { raw in
      raw.baseAddress.map {
        readlink("/proc/self/exe", $0.assumingMemoryBound(to: CChar.self), 4095)
      } ?? 0
    }
    let own = String(decoding: buffer[..<max(length, 0)], as: UTF8.self)
    let directory = own.split(separator: "/").dropLast().joined(separator: "/")
    return "/" + directory + "/salc"
  }()
}

/// A running program whose output goes to temporary files.
public final class Job: @unchecked Sendable {
  /// The process's id.
  public let pid: Int32
  private let outputFile: Int32
  private let errorFile: Int32
  private var status: Int32?

  /// Starts a program.
  public init(
    _ path: String, _ arguments: [String] = [], output: Tool.Output = .collected,
    environment: [String: String] = [:]
  ) {
    outputFile = Self.anonymousFile()
    errorFile = Self.anonymousFile()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    var pipeEnds: [Int32] = [-1, -1]
    switch output {
    case .collected: posix_spawn_file_actions_adddup2(&actions, outputFile, 1)
    case .file(let name): posix_spawn_file_actions_addopen(&actions, 1, name, O_WRONLY, 0)
    case .closedPipe:
      let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
      socketpair(AF_UNIX, kind, 0, &pipeEnds)
      posix_spawn_file_actions_adddup2(&actions, pipeEnds[1], 1)
    }
    posix_spawn_file_actions_adddup2(&actions, errorFile, 2)
    // Default actions for signals: the test process ignores some of them.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var all = sigset_t()
    sigemptyset(&all)
    posix_spawnattr_setsigmask(&attributes, &all)
    sigaddset(&all, SIGPIPE)
    sigaddset(&all, SIGINT)
    sigaddset(&all, SIGTERM)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))
    var words = Self.currentEnvironment()
    for (name, value) in environment {
      words.removeAll { $0.hasPrefix(name + "=") }
      words.append(name + "=" + value)
    }
    var child: Int32 = 0
    let failure = Self.withCStrings([path] + arguments) { argv in
      Self.withCStrings(words) { envp in
        posix_spawn(&child, path, &actions, &attributes, argv, envp)
      }
    }
    for end in pipeEnds where end >= 0 { close(end) }
    pid = failure == 0 ? child : -1
    if failure != 0 { status = 127 << 8 }
  }

  deinit {
    if status == nil { _ = wait(timeout: 0) }
    close(outputFile)
    close(errorFile)
  }

  /// Sends a signal.
  public func signal(_ number: Int32) { if status == nil { kill(pid, number) } }

  /// What it wrote to standard output so far.
  public var output: String { Self.contents(outputFile) }

  /// What it wrote to standard error so far.
  public var errors: String { Self.contents(errorFile) }

  /// Whether the program still runs.
  public var isRunning: Bool {
    guard status == nil else { return false }
    var code: Int32 = 0
    if waitpid(pid, &code, WNOHANG) == pid { status = code }
    return status == nil
  }

  /// Waits for a condition, for at most `timeout` seconds or until the program ends.
  public func waitUntil(timeout: Double = 20, _ condition: () -> Bool) -> Bool {
    for _ in 0..<Int(timeout * 100) {
      if condition() { return true }
      if !isRunning { return condition() }
      usleep(10_000)
    }
    return condition()
  }

  /// Waits for the end, or kills the program after `timeout` seconds.
  public func wait(timeout: Double = 60) -> Tool.Outcome {
    var rest = Int(timeout * 200)
    while isRunning && rest > 0 {
      usleep(5000)
      rest -= 1
    }
    let timedOut = isRunning
    if timedOut {
      kill(pid, SIGKILL)
      var code: Int32 = 0
      waitpid(pid, &code, 0)
      status = code
    }
    let code = status ?? 0
    let exitCode = code & 0x7F == 0 ? (code >> 8) & 0xFF : 128 + (code & 0x7F)
    return Tool.Outcome(
      exitCode: exitCode, output: output, errors: errors, timedOut: timedOut)
  }

  private static func anonymousFile() -> Int32 {
    var template = Array("/tmp/salc-output-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    precondition(descriptor >= 0, "cannot make a temporary file: errno \(errno)")
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(template)
    return descriptor
  }

  private static func contents(_ descriptor: Int32) -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = pread(descriptor, &buffer, buffer.count, off_t(bytes.count))
      if count <= 0 { break }
      bytes.append(contentsOf: buffer[..<count])
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func currentEnvironment() -> [String] {
    var words: [String] = []
    var entry = environ
    while let word = entry.pointee {
      words.append(String(cString: word))
      entry += 1
    }
    return words
  }

  static func withCStrings<Result>(
    _ words: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = words.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
  }
}
