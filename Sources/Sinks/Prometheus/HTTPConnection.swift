import Glibc
import Threads

/// A client of the metrics' server: what has come of its request and what is left of the answer.
struct HTTPConnection {
  let descriptor: Int32
  /// When the server loses patience, milliseconds of `Monitor.now`.
  private(set) var deadline: Int
  private var received: [UInt8] = []
  private var answer: [UInt8] = []
  private var sent = 0
  private var closesAfterAnswer = false
  /// The windows that a complete answer will have told of; nil where it is none with metrics.
  private var serials: [UInt64]?

  /// How long a client may take to ask.
  private static let requestMilliseconds = 10_000
  /// How long it may take to read the answer.
  private static let answerMilliseconds = 30_000

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    deadline = Monitor.now + Self.requestMilliseconds
  }

  /// What to wait for.
  var events: Int16 { Int16(answer.isEmpty ? POLLIN : POLLOUT) }

  /// Goes on as far as the client allows; false where the connection is over.
  mutating func proceed(_ board: MetricsBoard) -> Bool {
    if answer.isEmpty {
      guard receive() else { return false }
    }
    while true {
      if answer.isEmpty {
        guard prepareAnswer(board) else { return true }
        deadline = Monitor.now + Self.answerMilliseconds
      }
      guard let isDone = send() else { return false }
      if !isDone { return true }
      if let serials { board.markRead(serials) }
      if closesAfterAnswer { return false }
      (answer, sent, serials) = ([], 0, nil)
      deadline = Monitor.now + Self.requestMilliseconds
    }
  }

  /// Takes what has come; false where nothing will any more.
  private mutating func receive() -> Bool {
    let count = withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { space in
      let count = recv(descriptor, space.baseAddress, space.count, 0)
      if count > 0 { received += space[..<count] }
      return count
    }
    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR))
  }

  /// Makes the answer to the first request; false where that has not come whole.
  private mutating func prepareAnswer(_ board: MetricsBoard) -> Bool {
    let request: HTTPRequest
    switch HTTPRequest.read(received) {
    case .incomplete: return false
    case .refused(let status):
      closesAfterAnswer = true
      put(
        status, "text/plain; charset=utf-8", Array("\(Self.reason(status))\n".utf8), isHead: false)
      return true
    case .request(let head, let length):
      received.removeFirst(length)
      request = head
    }
    closesAfterAnswer = !request.isPersistent
    let isHead = request.method == "HEAD"
    let plain = "text/plain; charset=utf-8"
    switch (request.method, request.path) {
    case ("GET", "/metrics"), ("HEAD", "/metrics"):
      let (bytes, serials) = board.text(request.dialect)
      if !isHead { self.serials = serials }
      put(200, request.dialect.contentType, bytes, isHead: isHead)
    case ("GET", "/"), ("HEAD", "/"):
      put(200, plain, Array("salc: metrics are at /metrics\n".utf8), isHead: isHead)
    case ("GET", _), ("HEAD", _):
      put(404, plain, Array("Not Found: metrics are at /metrics\n".utf8), isHead: isHead)
    default:
      put(405, plain, Array("Method Not Allowed\n".utf8), isHead: false, "Allow: GET, HEAD\r\n")
    }
    return true
  }

  private mutating func put(
    _ status: Int, _ type: String, _ body: [UInt8], isHead: Bool, _ more: String = ""
  ) {
    let connection = closesAfterAnswer ? "Connection: close\r\n" : ""
    answer = Array(
      ("HTTP/1.1 \(status) \(Self.reason(status))\r\nContent-Type: \(type)\r\n"
        + "Content-Length: \(body.count)\r\nVary: Accept\r\nX-Content-Type-Options: nosniff\r\n"
        + "\(more)\(connection)\r\n").utf8)
    if !isHead { answer += body }
  }

  /// Sends what the client takes: whether that was all; nil where it takes nothing any more.
  private mutating func send() -> Bool? {
    while sent < answer.count {
      let count = answer.withUnsafeBytes { bytes in
        Glibc.send(
          descriptor, bytes.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count < 0 {
        if errno == EINTR { continue }
        return errno == EAGAIN ? false : nil
      }
      sent += count
    }
    return true
  }

  /// What a connection that finds no room is told.
  static let busy = Array(
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8)

  private static func reason(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 400: "Bad Request"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 413: "Content Too Large"
    case 431: "Request Header Fields Too Large"
    case 505: "HTTP Version Not Supported"
    default: "Error"
    }
  }
}
