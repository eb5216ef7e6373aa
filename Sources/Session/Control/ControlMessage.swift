import Glibc

/// What goes over a control socket: named fields, each a line `NAME LENGTH`, the bytes and a line
/// end, after four bytes of the whole's length (big-endian).
struct ControlMessage: Sendable {
  private(set) var fields: [(name: String, value: [UInt8])] = []

  /// Longer ones are refused: a query is at most 16 MiB.
  static let longest = 32 << 20

  subscript(name: String) -> String? {
    get { fields.first { $0.name == name }.map { String(decoding: $0.value, as: UTF8.self) } }
    set {
      fields.removeAll { $0.name == name }
      if let newValue { fields.append((name, Array(newValue.utf8))) }
    }
  }

  /// Every value of a name that may occur several times.
  func all(_ name: String) -> [String] {
    fields.filter { $0.name == name }.map { String(decoding: $0.value, as: UTF8.self) }
  }

  /// Adds a field beside others of its name.
  mutating func append(_ name: String, _ value: String) {
    fields.append((name, Array(value.utf8)))
  }

  init(_ fields: [String: String?] = [:]) {
    for (name, value) in fields.sorted(by: { $0.key < $1.key }) { self[name] = value }
  }

  /// A field of text in which nothing separates but the fields' own marks.
  var encoded: [UInt8] {
    var body: [UInt8] = []
    for field in fields {
      body += Array("\(field.name) \(field.value.count)\n".utf8) + field.value + [10]
    }
    let count = UInt32(body.count)
    return withUnsafeBytes(of: count.bigEndian) { Array($0) } + body
  }

  /// Reads the bytes after the length; nil where they are no message.
  init?(_ body: [UInt8]) {
    var position = 0
    while position < body.count {
      guard let lineEnd = body[position...].prefix(64).firstIndex(of: 10),
        let line = String(validating: body[position..<lineEnd], as: UTF8.self)
      else { return nil }
      let parts = line.split(separator: " ")
      guard parts.count == 2, let length = Int(parts[1]), length >= 0,
        length <= body.count - lineEnd - 2, body[lineEnd + 1 + length] == 10
      else { return nil }
      fields.append((String(parts[0]), Array(body[(lineEnd + 1)..<(lineEnd + 1 + length)])))
      position = lineEnd + 2 + length
    }
  }
}
