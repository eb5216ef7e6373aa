import Glibc

/// A process that has a program, or a link to it, open.
public struct HoldingProcess: Sendable, Hashable, CustomStringConvertible {
  /// Its number.
  public let pid: Int32
  /// Its name, as in /proc/PID/comm.
  public let name: String

  /// `process 4711 (salc)`.
  public var description: String { "process \(pid) (\(name))" }

  /// The processes that hold the program, in order of their numbers, as far as this process may
  /// look. None is found for a program that was attached without a link, as `ip link` does.
  ///
  /// Reads the `prog_id` of every descriptor of every process (/proc/PID/fdinfo): for error
  /// messages, not for a loop.
  static func holding(_ program: ProgramIdentity) -> [HoldingProcess] {
    let wanted = "prog_id:\t\(program.id)"
    return names(in: "/proc").compactMap { Int32($0) }.sorted().compactMap { pid in
      let descriptors = names(in: "/proc/\(pid)/fdinfo")
      let holds = descriptors.contains { descriptor in
        text(of: "/proc/\(pid)/fdinfo/\(descriptor)").split(separator: "\n").contains {
          $0 == wanted
        }
      }
      guard holds else { return nil }
      let name = text(of: "/proc/\(pid)/comm").split(separator: "\n").first
      return HoldingProcess(pid: pid, name: name.map(String.init) ?? "?")
    }
  }

  /// Empty where there is no such directory, or no right to read it: processes come and go.
  private static func names(in path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }

  /// The first bytes of a file of /proc; empty if it cannot be read.
  private static func text(of path: String) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
      let count = read(descriptor, buffer.baseAddress, buffer.count)
      return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
  }
}
