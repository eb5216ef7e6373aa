import Glibc

/// The working tree that the tests were built from.
public enum Repository {
  /// The root directory, found from this file's place.
  public static let root: String = {
    var parts = #filePath.split(separator: "/").map(String.init)
    parts.removeLast(3)
    return "/" + parts.joined(separator: "/")
  }()

  /// The captures and oracle answers (`SALC_TEST_DATA`), or nil where they are not there.
  public static let testData: String? = getenv("SALC_TEST_DATA").map { String(cString: $0) }

  /// Paths of all files below `directory`, relative to the root, sorted; without what is built.
  public static func files(below directory: String = "") -> [String] {
    let path = directory.isEmpty ? root : root + "/" + directory
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var found: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      let relative = directory.isEmpty ? name : directory + "/" + name
      if [".", "..", ".git", "out"].contains(name) || name.hasPrefix(".build") { continue }
      if entry.pointee.d_type == UInt8(DT_DIR) {
        found += files(below: relative)
      } else {
        found.append(relative)
      }
    }
    return found.sorted()
  }

  /// The text of a file of the repository.
  public static func text(_ relative: String) -> String {
    String(decoding: FileBytes.read(root + "/" + relative) ?? [], as: UTF8.self)
  }
}

/// Whole files, without Foundation.
public enum FileBytes {
  /// The bytes of a file, or nil where it cannot be read.
  public static func read(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0 { return nil }
      if count == 0 { return bytes }
      bytes.append(contentsOf: buffer[..<count])
    }
  }

  /// The names in a directory, sorted; none where it cannot be read.
  public static func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var found: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { found.append(name) }
    }
    return found.sorted()
  }

  /// Writes a whole file; false where that failed.
  @discardableResult
  public static func write(_ bytes: [UInt8], to path: String) -> Bool {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { raw in
        Glibc.write(descriptor, raw.baseAddress.map { $0 + written }, bytes.count - written)
      }
      if count <= 0 { return false }
      written += count
    }
    return true
  }
}

/// A directory that goes with the value.
public final class TemporaryDirectory: Sendable {
  /// Its absolute path.
  public let path: String

  /// Makes an empty directory.
  public init() {
    var template = Array("/tmp/salc-test-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress, let made = mkdtemp(base) else {
        preconditionFailure("cannot make a temporary directory: errno \(errno)")
      }
      return String(cString: made)
    }
  }

  /// The path of a file in the directory.
  public func file(_ name: String) -> String { path + "/" + name }

  /// Writes text into a file of the directory and returns its path.
  public func write(_ text: String, to name: String) -> String {
    FileBytes.write(Array(text.utf8), to: file(name))
    return file(name)
  }

  deinit { _ = Tool.run("/bin/rm", ["-rf", path]) }
}
