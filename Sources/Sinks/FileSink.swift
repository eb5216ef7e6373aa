import DataModel
import Glibc
import Threads

/// A file that another sink's bytes go to: opened before the run, emptied when it begins.
final class FileSink: Sink {
  /// Device and inode: what tells that two names are one file.
  struct Identity: Hashable {
    let device: UInt
    let inode: UInt
  }

  private let path: String
  private let descriptor: Int32
  private let isRegular: Bool
  private let isNew: Bool
  private let sink: any Sink
  private var hasBegun = false

  /// Opens the file without changing it; says why it cannot be written.
  init(_ target: SinkTarget, _ make: (ByteWriter) -> any Sink) throws(SinkError) {
    path = target.target
    isNew = access(path, F_OK) != 0
    // A pipe that nobody reads would hold up the run before it has begun.
    descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o666)
    guard descriptor >= 0 else { throw .refused(Self.refusal(target, errno)) }
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    var status = stat()
    fstat(descriptor, &status)
    isRegular = status.st_mode & S_IFMT == S_IFREG
    sink = make(ByteWriter(descriptor: descriptor, name: path, takesBack: isRegular))
    if isRegular && flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      throw .refused("\(target): another run, or another sink of this one, writes this file")
    }
  }

  deinit {
    if isNew && isRegular && !hasBegun { unlink(path) }
    close(descriptor)
  }

  func begin(_ meta: RunMeta) throws(SinkError) {
    hasBegun = true
    if isRegular && ftruncate(descriptor, 0) != 0 {
      throw .failed(errno: errno, doing: "emptying \(path)")
    }
    try sink.begin(meta)
  }

  func takeHelp(of crew: Crew) { sink.takeHelp(of: crew) }

  func row(_ row: Row) throws(SinkError) { try sink.row(row) }

  func rows(_ rows: TupleRows) throws(SinkError) { try sink.rows(rows) }

  func loss(_ record: LossRecord) throws(SinkError) { try sink.loss(record) }

  func flush() throws(SinkError) { try sink.flush() }

  func end(_ totals: RunTotals) throws(SinkError) { try sink.end(totals) }

  var writtenRows: UInt64? { sink.writtenRows }

  private static func refusal(_ target: SinkTarget, _ code: Int32) -> String {
    let remedy =
      switch code {
      case ENOENT: "make its directory first"
      case EACCES, EPERM, EROFS: "name a file that this user may write"
      case EISDIR: "name a file in it"
      case ENXIO: "start the reader of the pipe first"
      default: "name another file"
      }
    return "\(target): \(String(cString: strerror(code))); \(remedy)"
  }
}
