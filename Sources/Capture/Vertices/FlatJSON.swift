import DataModel

/// The members of a JSON object (RFC 8259), those of inner objects under `outer.inner`; arrays and
/// null are left out.
enum FlatJSON {
  typealias Member = (name: String, value: VertexAttribute)

  /// The members in their order; nil where the text is no object, or a member no value of JSON.
  static func members(of bytes: [UInt8]) -> [Member]? {
    var scanner = JSONScanner()
    defer { scanner.deallocate() }
    var members: [Member] = []
    var areValues = true
    let isObject = bytes.withUnsafeBufferPointer { line in
      guard let base = line.baseAddress else { return false }
      return scanner.scan(base, line.count) { path, value, count, isText in
        let written = String(
          decoding: UnsafeBufferPointer(start: value, count: count), as: UTF8.self)
        guard let value = isText ? .text(written) : attribute(written) else {
          areValues = false
          return
        }
        members.append((String(decoding: path, as: UTF8.self), value))
      }
    }
    return isObject && areValues ? members : nil
  }

  /// What a number, `true` or `false` says; nil for other words.
  private static func attribute(_ word: String) -> VertexAttribute? {
    if word == "true" || word == "false" { return .text(word) }
    guard let first = word.utf8.first, first == UInt8(ascii: "-") || 0x30...0x39 ~= first else {
      return nil
    }
    return Double(word).map { .number($0) }
  }
}
