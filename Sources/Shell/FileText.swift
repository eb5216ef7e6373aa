import Glibc
import Session

/// Files of the shell's user, whole.
enum FileText {
  /// The path with `~` replaced by the home directory.
  static func expanded(_ path: String) -> String {
    guard path == "~" || path.hasPrefix("~/"), let home = getenv("HOME") else { return path }
    return String(cString: home) + path.dropFirst()
  }

  /// The bytes of a file; what is longer than 16 MiB is no query.
  static func read(_ path: String) throws(CommandFailure) -> [UInt8] {
    do { return try QueryFile.bytes(of: expanded(path)) } catch {
      switch error {
      case .unreadable: throw CommandFailure(error.message(path))
      case .tooLong: throw CommandFailure(error.message(path), "", .run(.data))
      }
    }
  }

  /// Writes a file whole: a new one beside it, then rename, so that a full disk harms nothing.
  /// What is no regular file is written to. Returns whether there was a file before.
  static func write(_ path: String, _ bytes: [UInt8]) throws(CommandFailure) -> Bool {
    let path = expanded(path)
    var status = stat()
    let exists = stat(path, &status) == 0
    let isSpecial = exists && status.st_mode & S_IFMT != S_IFREG
    let temporary = isSpecial ? path : path + ".salc-\(getpid())"
    let flags = isSpecial ? O_WRONLY : O_WRONLY | O_CREAT | O_EXCL
    let descriptor = open(temporary, flags | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw unwritable(path, errno) }
    var code = writeAll(bytes, to: descriptor)
    if code == 0 && exists && !isSpecial { _ = fchmod(descriptor, status.st_mode & 0o7777) }
    if close(descriptor) != 0 && code == 0 { code = errno }
    if code == 0 && !isSpecial && rename(temporary, path) != 0 { code = errno }
    if code != 0 {
      if !isSpecial { unlink(temporary) }
      throw unwritable(path, code)
    }
    return exists && !isSpecial
  }

  /// Opens a file for rows; its content before is dropped.
  static func create(_ path: String) throws(CommandFailure) -> Int32 {
    let descriptor = open(expanded(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw unwritable(path, errno) }
    return descriptor
  }

  /// Writes bytes to a descriptor; the `errno` of what failed, or 0.
  static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 {
        if errno == EINTR { continue }
        if errno == EAGAIN {
          var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          _ = poll(&poller, 1, 1000)
          continue
        }
        return errno
      }
      rest = rest.dropFirst(written)
    }
    return 0
  }

  /// The names in a directory that begin as `path` does, directories with a `/` at their end.
  static func completions(of path: String) -> [String] {
    let cut = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let directory = String(path[..<cut])
    let start = path[cut...]
    guard let stream = opendir(directory.isEmpty ? "." : expanded(directory)) else { return [] }
    defer { closedir(stream) }
    var found: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      let isHidden = name.hasPrefix(".") && !start.hasPrefix(".")
      guard name.hasPrefix(start), !isHidden, name != ".", name != ".." else { continue }
      var status = stat()
      let isDirectory =
        stat(expanded(directory) + name, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      found.append(directory + name + (isDirectory ? "/" : ""))
    }
    return found.sorted()
  }

  private static func unwritable(_ path: String, _ code: Int32) -> CommandFailure {
    CommandFailure("cannot write \(path): \(String(cString: strerror(code)))", "", .run(.sink))
  }
}
