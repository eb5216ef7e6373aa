import Glibc

/// A file with a query, whole.
public enum QueryFile {
  /// Why there is no text of it.
  public enum Failure: Error {
    case unreadable(errno: Int32)
    /// Longer than 16 MiB.
    case tooLong

    /// The reason in words, with the path as the user knows it.
    public func message(_ path: String) -> String {
      switch self {
      case .unreadable(EISDIR): "cannot read \(path): it is a directory"
      case .unreadable(let code): "cannot read \(path): \(String(cString: strerror(code)))"
      case .tooLong: "\(path) is longer than 16 MiB; that is no query"
      }
    }
  }

  private static let bytesMax = 16 << 20

  /// The bytes of a file.
  public static func bytes(of path: String) throws(Failure) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(errno: errno) }
    defer { close(descriptor) }
    return try bytes(from: descriptor)
  }

  /// What is left to read of a descriptor, which stays open.
  public static func bytes(from descriptor: Int32) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= bytesMax {
      let count = block.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw .unreadable(errno: errno)
      }
      if count == 0 { return bytes }
      bytes += block[..<count]
    }
    throw .tooLong
  }
}
