import Glibc

/// Where running salcs of a user have their control sockets: `$XDG_RUNTIME_DIR/salc`, for root
/// without one `/run/salc`, else `/tmp/salc-UID`; a directory that nobody else can enter.
public enum ControlDirectory {
  /// The directory's path.
  public static var path: String {
    if let runtime = getenv("XDG_RUNTIME_DIR") {
      let path = String(cString: runtime)
      var status = stat()
      // After sudo it may be another user's.
      if path.hasPrefix("/"), stat(path, &status) == 0, status.st_uid == geteuid() {
        return path + "/salc"
      }
    }
    return geteuid() == 0 ? "/run/salc" : "/tmp/salc-\(geteuid())"
  }

  /// The socket, or a link to it, of a process.
  public static func socketPath(ofProcess pid: Int32) -> String { "\(path)/\(pid).sock" }

  /// Makes the directory, and makes sure that it is ours alone.
  static func prepare() throws(ControlError) {
    if mkdir(path, 0o700) != 0 && errno != EEXIST {
      throw ControlError("cannot make \(path)", errno: errno)
    }
    var status = stat()
    guard lstat(path, &status) == 0 else { throw ControlError("cannot use \(path)", errno: errno) }
    guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(),
      status.st_mode & 0o077 == 0
    else {
      throw ControlError(
        "\(path) is not a directory of this user's alone; remove it, or give --control PATH")
    }
  }

  /// The sockets of all running salcs of this user, by process; those of dead ones are removed.
  public static func sockets() -> [(process: Int32, path: String)] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var found: [(process: Int32, path: String)] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard name.hasSuffix(".sock"), let pid = Int32(name.dropLast(5)) else { continue }
      if kill(pid, 0) != 0 && errno == ESRCH {
        unlink(socketPath(ofProcess: pid))
      } else {
        found.append((pid, socketPath(ofProcess: pid)))
      }
    }
    return found.sorted { $0.process < $1.process }
  }
}
