import DataModel
import Glibc

/// Opens a file or pipe, unpacking it where it is gzipped; its length on disk, packed for a `.gz`
/// and 0 where that cannot be known.
func openByteStream(
  _ path: String
) throws(CaptureError) -> (stream: any ByteStream, length: UInt64) {
  if let stream = try openConnection(path) { return (stream, 0) }
  let descriptor = try FileDescriptor(readingFrom: path == "-" ? "/dev/stdin" : path)
  var status = stat()
  guard fstat(descriptor.number, &status) == 0 else {
    throw CaptureError(path, .unreadable(errno: errno))
  }
  let kind = status.st_mode & S_IFMT
  if kind == S_IFDIR { throw CaptureError(path, .isDirectory) }
  let head = try readHead(descriptor)
  let plain = FileStream(descriptor, head: head)
  let stream: any ByteStream =
    head.starts(with: [0x1F, 0x8B]) ? GzipStream(plain, path: path) : plain
  return (stream, kind == S_IFREG ? UInt64(status.st_size) : 0)
}

/// Up to four bytes, enough to tell every format; the stream is given them back.
private func readHead(_ descriptor: FileDescriptor) throws(CaptureError) -> [UInt8] {
  let space = UnsafeMutableRawBufferPointer.allocate(byteCount: 4, alignment: 1)
  defer { space.deallocate() }
  var have = 0
  while have < space.count {
    let rest = UnsafeMutableRawBufferPointer(rebasing: space[have...])
    let count = try descriptor.read(into: rest)
    if count == 0 { break }
    have += count
  }
  return Array(space[..<have])
}

/// The connection that a path of ours names; nil for a file's.
private func openConnection(_ path: String) throws(CaptureError) -> (any ByteStream)? {
  if path.hasPrefix(tcpScheme) {
    let words = path.dropFirst(tcpScheme.utf8.count)
    guard let colon = words.lastIndex(of: ":"),
      let port = UInt16(words[words.index(after: colon)...])
    else { return nil }
    return try TCPClient(host: String(words[..<colon]), port: port)
  }
  guard path.hasPrefix(listenScheme),
    let address = ListenAddress(String(path.dropFirst(listenScheme.utf8.count)))
  else { return nil }
  return try TCPListener(address)
}
