import Glibc

/// The files below a directory, sorted, without hidden ones; nil where the path is none.
func directoryEntries(_ path: String) throws -> [String]? {
  guard let stream = opendir(path) else {
    if errno == ENOTDIR || errno == ENOENT { return nil }
    standardError("error: cannot read \(path): \(String(cString: strerror(errno)))\n")
    throw ExitStatus.failure
  }
  defer { closedir(stream) }
  var files: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    guard !name.hasPrefix(".") else { continue }
    let below = path.hasSuffix("/") ? path + name : path + "/" + name
    // A link to a directory is not followed, so that no circle can be walked.
    if entry.pointee.d_type == UInt8(DT_DIR) {
      files += try directoryEntries(below) ?? []
    } else {
      files.append(below)
    }
  }
  return files.sorted()
}

/// Whether there is a file, or anything else, at a path.
func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }
