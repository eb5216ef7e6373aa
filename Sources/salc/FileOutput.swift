import Glibc

/// Replaces a file whole: a new one beside it, then rename, so that a full disk harms nothing.
func writeFile(_ path: String, _ bytes: [UInt8]) throws {
  let temporary = path + ".salc-\(getpid())"
  let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
  guard descriptor >= 0 else { throw failed(path, errno) }
  var rest = bytes[...]
  while !rest.isEmpty {
    let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if written < 0 {
      if errno == EINTR { continue }
      let code = errno
      close(descriptor)
      unlink(temporary)
      throw failed(path, code)
    }
    rest = rest.dropFirst(written)
  }
  close(descriptor)
  guard rename(temporary, path) == 0 else {
    let code = errno
    unlink(temporary)
    throw failed(path, code)
  }
}

private func failed(_ path: String, _ code: Int32) -> ExitStatus {
  standardError("error: cannot write \(path): \(String(cString: strerror(code)))\n")
  return .outputFailed
}
