/// The head of an HTTP/1.1 request (RFC 9112), as much of it as a server of one page needs.
struct HTTPRequest: Hashable {
  /// What has come of a request.
  enum Reading: Hashable {
    /// The rest of the head is still to come.
    case incomplete
    /// A head, and how many bytes it takes.
    case request(HTTPRequest, length: Int)
    /// No request that is served: the status to answer with.
    case refused(Int)
  }

  /// Bytes that a head may have.
  static let headMax = 8192

  let method: String
  /// The path without its query.
  let path: String
  /// Whether the client may send another request on the connection.
  let isPersistent: Bool
  /// The form that the client prefers.
  let dialect: Exposition.Dialect

  /// Reads the first request of some bytes.
  static func read(_ bytes: [UInt8]) -> Reading {
    guard let (lines, length) = head(bytes) else {
      return bytes.count > headMax ? .refused(431) : .incomplete
    }
    guard length <= headMax else { return .refused(431) }
    let words = lines[0].split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, !words[0].isEmpty, let path = path(words[1]) else {
      return .refused(400)
    }
    guard words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0" else {
      return .refused(words[2].hasPrefix("HTTP/") ? 505 : 400)
    }
    var isPersistent = words[2] == "HTTP/1.1"
    var accept: [Substring] = []
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":"), colon > line.startIndex,
        !line[..<colon].contains(where: { $0 == " " || $0 == "\t" })
      else { return .refused(400) }
      let value = trimmed(line[line.index(after: colon)...])
      switch line[..<colon].lowercased() {
      case "accept": accept += value.split(separator: ",")
      case "connection":
        let options = value.lowercased().split(separator: ",").map { trimmed($0) }
        if options.contains("close") { isPersistent = false }
      // A body would be read as the next request.
      case "content-length" where value != "0": return .refused(413)
      case "transfer-encoding": return .refused(413)
      default: break
      }
    }
    return .request(
      HTTPRequest(
        method: String(words[0]), path: path, isPersistent: isPersistent,
        dialect: dialect(accept)), length: length)
  }

  /// The lines up to the empty one, and the bytes of all; lines end with LF, with or without CR.
  private static func head(_ bytes: [UInt8]) -> (lines: [Substring], length: Int)? {
    var lines: [Substring] = []
    var start = 0
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      var line = bytes[start..<end]
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      start = end + 1
      // An empty line before a request is skipped (RFC 9112, section 2.2).
      if line.isEmpty {
        if lines.isEmpty { continue }
        return (lines, start)
      }
      lines.append(Substring(decoding: line, as: UTF8.self))
    }
    return nil
  }

  private static func path(_ target: Substring) -> String? {
    var target = target
    if target.hasPrefix("http://") {
      target = target.dropFirst(7).drop { $0 != "/" }
      if target.isEmpty { target = "/" }
    }
    guard target.hasPrefix("/") else { return nil }
    return String(target.prefix { $0 != "?" && $0 != "#" })
  }

  /// OpenMetrics where the client asks for it by name and does not like plain text more
  /// (RFC 9110, section 12.5.1).
  private static func dialect(_ ranges: [Substring]) -> Exposition.Dialect {
    var (open, plain) = (0.0, 0.0)
    for range in ranges {
      let parts = range.lowercased().split(separator: ";").map { trimmed($0) }
      guard let type = parts.first else { continue }
      var weight = 1.0
      var version = ""
      for part in parts.dropFirst() {
        if part.hasPrefix("q=") { weight = Double(part.dropFirst(2)) ?? 0 }
        if part.hasPrefix("version=") { version = String(part.dropFirst(8)) }
      }
      switch type {
      case "application/openmetrics-text" where ["", "1.0.0", "0.0.1"].contains(version):
        open = max(open, weight)
      case "text/plain", "text/*": plain = max(plain, weight)
      default: break
      }
    }
    return open > 0 && open >= plain ? .openMetrics : .classic
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    let isBlank = { (character: Character) in character == " " || character == "\t" }
    let front = text.drop(while: isBlank)
    return String(front.reversed().drop(while: isBlank).reversed())
  }
}
