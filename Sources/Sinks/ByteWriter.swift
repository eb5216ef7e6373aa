import Glibc

/// Bytes on their way to a file descriptor, in blocks of 64 KiB.
final class ByteWriter {
  private let descriptor: Int32
  private let mayWait: () -> Bool
  /// A regular file takes everything at once; what may block is given no more than it has room for.
  private let chunkBytes: Int
  /// What is written, for errors.
  private let name: String
  /// Whether a failed write is taken back, so that the file ends with a whole record.
  private let takesBack: Bool
  private var rowsInBuffer: UInt64 = 0
  /// Rows that were written whole.
  private(set) var writtenRows: UInt64 = 0
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private var count = 0
  private static let blockBytes = 1 << 16

  /// The last two days whose text was written.
  var days: (DayText, DayText) = (DayText(), DayText())

  /// Writes to an open descriptor; `takesBack` only for a regular file that nobody else writes.
  /// `mayWait` is asked while nobody reads; once it says no, a flush gives up within a second.
  init(
    descriptor: Int32, name: String = "the output", takesBack: Bool = false,
    capacity: Int = blockBytes + 4096, mayWait: @escaping () -> Bool = { true }
  ) {
    self.descriptor = descriptor
    self.name = name
    self.takesBack = takesBack
    self.mayWait = mayWait
    var status = stat()
    let isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    // A pipe that polls as writable has room for PIPE_BUF bytes, pipe(7).
    chunkBytes = isFile ? .max : Int(PIPE_BUF)
    self.capacity = max(64, capacity)
    base = .allocate(capacity: self.capacity)
  }

  deinit { base.deallocate() }

  /// What `body` writes, as text; nothing reaches a descriptor.
  static func text(_ body: (ByteWriter) -> Void) -> String {
    let writer = ByteWriter(descriptor: -1, capacity: 256)
    body(writer)
    return String(
      decoding: UnsafeBufferPointer(start: writer.base, count: writer.count), as: UTF8.self)
  }

  /// Room for so many bytes more, of which ``advance(_:)`` says how many were written.
  @inline(__always)
  func room(_ bytes: Int) -> UnsafeMutablePointer<UInt8> {
    if capacity &- count < bytes { grow(bytes) }
    return base + count
  }

  /// The bytes written into the ``room(_:)``.
  @inline(__always)
  func advance(_ bytes: Int) { count &+= bytes }

  @inline(never)
  private func grow(_ bytes: Int) {
    let wanted = max(capacity * 2, count + bytes)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
    larger.update(from: base, count: count)
    base.deallocate()
    (base, capacity) = (larger, wanted)
  }

  @inline(__always)
  private func put(from bytes: UnsafePointer<UInt8>, _ length: Int) {
    room(length).update(from: bytes, count: length)
    count &+= length
  }

  func put(_ text: StaticString) { put(from: text.utf8Start, text.utf8CodeUnitCount) }

  @inline(__always)
  func put(_ byte: UInt8) {
    room(1)[0] = byte
    count &+= 1
  }

  func put(bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { if let first = $0.baseAddress { put(from: first, $0.count) } }
  }

  func put(digits: UnsafeBufferPointer<UInt8>) {
    if let first = digits.baseAddress { put(from: first, digits.count) }
  }

  func put(text: String) {
    var text = text
    text.withUTF8 { if let first = $0.baseAddress { put(from: first, $0.count) } }
  }

  func put(spaces count: Int) {
    guard count > 0 else { return }
    room(count).update(repeating: UInt8(ascii: " "), count: count)
    advance(count)
  }

  /// Bytes that stay in memory, for another writer to take by ``take(_:)``.
  convenience init(inMemory capacity: Int) { self.init(descriptor: -1, capacity: capacity) }

  /// Ends a row: counts it, and writes a full block out.
  func endRow() throws(SinkError) {
    rowsInBuffer &+= 1
    try writeIfFull()
  }

  /// Writes a full block out; called at the end of a record.
  func writeIfFull() throws(SinkError) {
    if count >= Self.blockBytes && descriptor >= 0 { try flush() }
  }

  /// Writes everything out, waiting while `mayWait` allows it; what a failed write left
  /// is dropped, so that a second attempt does not repeat half a record.
  func flush() throws(SinkError) {
    defer {
      count = 0
      rowsInBuffer = 0
    }
    try writeOut(base, count)
    writtenRows &+= rowsInBuffer
  }

  /// Takes all that another writer holds in memory, behind what is here, and empties it.
  func take(_ other: ByteWriter) throws(SinkError) {
    defer {
      other.count = 0
      other.rowsInBuffer = 0
    }
    if count + other.count < Self.blockBytes {
      put(from: other.base, other.count)
      rowsInBuffer &+= other.rowsInBuffer
      return
    }
    try flush()
    try writeOut(other.base, other.count)
    writtenRows &+= other.rowsInBuffer
  }

  private func writeOut(_ bytes: UnsafePointer<UInt8>, _ count: Int) throws(SinkError) {
    var written = 0
    while written < count {
      guard chunkBytes == .max || WriterPatience.awaitRoom(descriptor, mayWait: mayWait) else {
        throw .stalled(rows: 0)
      }
      let result = write(descriptor, bytes + written, min(chunkBytes, count - written))
      if result < 0 {
        let code = errno
        if code == EINTR || code == EAGAIN { continue }
        if takesBack, written > 0 { takeBack(written) }
        throw code == EPIPE ? .closed : .failed(errno: code, doing: "writing \(name)")
      }
      written += result
    }
  }

  private func takeBack(_ count: Int) {
    let end = lseek(descriptor, -count, SEEK_CUR)
    if end >= 0 { _ = ftruncate(descriptor, end) }
  }
}
