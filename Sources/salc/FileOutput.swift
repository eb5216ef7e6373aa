import Glibc

/// Replaces a file whole: a new one beside it, then rename, so that a full disk or a crash harms
/// nothing. A link keeps pointing where it did, the file keeps its permissions; what is no regular
/// file (`/dev/null`, a pipe) is written to.
func writeFile(_ path: String, _ bytes: [UInt8]) throws(ExitStatus) {
  var status = stat()
  let exists = stat(path, &status) == 0
  if exists && status.st_mode & S_IFMT != S_IFREG { return try writeInPlace(path, bytes) }
  let target = exists ? resolved(path) : path
  let temporary = target + ".salc-\(getpid())"
  let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
  guard descriptor >= 0 else { throw failed(path, errno) }
  var code = writeAll(bytes, to: descriptor)
  if code == 0 && exists && fchmod(descriptor, status.st_mode & 0o7777) != 0 { code = errno }
  // A full disk may show only here.
  if close(descriptor) != 0 && code == 0 { code = errno }
  if code == 0 && rename(temporary, target) != 0 { code = errno }
  if code != 0 {
    unlink(temporary)
    throw failed(path, code)
  }
}

private func writeInPlace(_ path: String, _ bytes: [UInt8]) throws(ExitStatus) {
  let descriptor = open(path, O_WRONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw failed(path, errno) }
  let code = writeAll(bytes, to: descriptor)
  close(descriptor)
  if code != 0 { throw failed(path, code) }
}

/// The path behind all links.
private func resolved(_ path: String) -> String {
  guard let real = realpath(path, nil) else { return path }
  defer { free(real) }
  return String(cString: real)
}

private func failed(_ path: String, _ code: Int32) -> ExitStatus {
  standardError("error: cannot write \(path): \(String(cString: strerror(code)))\n")
  return .outputFailed
}
