extension StringProtocol {
  /// What stands between the first `open` and the next `close`.
  public func between(_ open: String, and close: String) -> String? {
    let bytes = Array(utf8)
    guard let start = bytes.firstOffset(of: Array(open.utf8), from: 0) else { return nil }
    let from = start + open.utf8.count
    guard let end = bytes.firstOffset(of: Array(close.utf8), from: from) else { return nil }
    return String(decoding: bytes[from..<end], as: UTF8.self)
  }

  /// The parts between occurrences of `separator`.
  public func parts(separatedBy separator: String) -> [String] {
    let bytes = Array(utf8)
    let needle = Array(separator.utf8)
    var result: [String] = []
    var from = 0
    while let at = bytes.firstOffset(of: needle, from: from) {
      result.append(String(decoding: bytes[from..<at], as: UTF8.self))
      from = at + needle.count
    }
    result.append(String(decoding: bytes[from...], as: UTF8.self))
    return result
  }

  /// The contents of the string literals without escapes.
  public var quotedStrings: [String] {
    let pieces = split(separator: "\"", omittingEmptySubsequences: false)
    return stride(from: 1, to: pieces.count - 1, by: 2).map { String(pieces[$0]) }
  }
}

extension [UInt8] {
  /// The offset of the first occurrence of `needle` at or behind `from`.
  func firstOffset(of needle: [UInt8], from: Int) -> Int? {
    guard let head = needle.first, count >= needle.count else { return nil }
    var at = from
    while at + needle.count <= count {
      if self[at] == head && self[at..<at + needle.count].elementsEqual(needle) { return at }
      at += 1
    }
    return nil
  }
}
