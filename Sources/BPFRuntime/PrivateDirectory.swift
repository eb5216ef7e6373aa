import Glibc

/// A directory of this user alone (mode 0700), removed with what was written into it.
struct PrivateDirectory: ~Copyable {
  let path: String
  private var names: [String] = []

  /// Makes `TMPDIR/salc-XXXXXX`. A parent in which anybody may rename what is not theirs is
  /// refused: another user could put a directory of their own in the place of this one.
  init() throws(BPFError) {
    let parent = environmentValue("TMPDIR") ?? "/tmp"
    var status = stat()
    if stat(parent, &status) == 0, status.st_mode & 0o1002 == 0o002 {
      throw .invalidOption(
        "\(parent) is writable by everybody and not sticky, so nothing in it is safe from other "
          + "users; chmod +t \(shellQuoted(parent)), or set TMPDIR to a directory of your own")
    }
    var template = Array("\(parent)/salc-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!) != nil }
    guard made else {
      // Not a matter of capabilities, whatever the number says.
      throw .system(
        operation: "cannot make a directory in \(parent)", error: .last,
        remedy: "set TMPDIR to a directory that you may write to")
    }
    path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  deinit {
    for name in names { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  /// The path of `name` here; it is removed in the end, whoever writes it.
  mutating func reserve(_ name: String) -> String {
    if !names.contains(name) { names.append(name) }
    return "\(path)/\(name)"
  }

  mutating func write(_ text: String, to name: String) throws(BPFError) {
    let file = reserve(name)
    let descriptor = Glibc.open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .lastCall("cannot write \(file)") }
    defer { close(descriptor) }
    var copy = text
    let failure: SystemError? = copy.withUTF8 { bytes in
      var written = 0
      while written < bytes.count {
        let count = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
        if count < 0 {
          if errno == EINTR { continue }
          return .last
        }
        written += count
      }
      return nil
    }
    if let failure {
      throw .call("cannot write \(file)", failure, remedy: "is there space left in TMPDIR?")
    }
  }

  func read(_ name: String) throws(BPFError) -> [UInt8] {
    let file = "\(path)/\(name)"
    let descriptor = Glibc.open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .lastCall("cannot read \(file)") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw .lastCall("cannot read \(file)")
      }
      bytes += chunk[..<count]
    }
  }
}

/// The path of this program, or its name where that cannot be known.
public func executablePath() -> String {
  guard let path = realpath("/proc/self/exe", nil) else { return "salc" }
  defer { free(path) }
  return String(cString: path)
}

/// The value of an environment variable; nil if unset or empty.
func environmentValue(_ name: String) -> String? {
  guard let value = getenv(name), value.pointee != 0 else { return nil }
  return String(cString: value)
}
