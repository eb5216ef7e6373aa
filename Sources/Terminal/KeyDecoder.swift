/// A key that was pressed.
public enum Key: Sendable, Hashable {
  case character(Character)
  case enter, backspace, tab, backTab, escape, delete
  case up, down, left, right, home, end, pageUp, pageDown
  /// Ctrl with a letter, in lower case.
  case control(Character)
}

/// Keys out of the bytes of a terminal in raw mode (xterm's sequences, UTF-8).
public struct KeyDecoder: Sendable {
  private var pending: [UInt8] = []

  /// A decoder that has seen nothing.
  public init() {}

  /// The keys that these bytes complete; what is unknown is passed over.
  public mutating func feed(_ bytes: some Sequence<UInt8>) -> [Key] {
    pending += bytes
    var keys: [Key] = []
    while let (key, length) = next() {
      pending.removeFirst(length)
      if let key { keys.append(key) }
    }
    return keys
  }

  /// Nothing more came for a while: an escape by itself is the Escape key.
  public mutating func flush() -> [Key] {
    defer { pending = [] }
    return pending.first == 0x1B ? [.escape] : []
  }

  /// The first key and its bytes; nil where more bytes are needed.
  private func next() -> (Key?, Int)? {
    guard let first = pending.first else { return nil }
    switch first {
    case 0x1B: return sequence()
    case 0x0D, 0x0A: return (.enter, 1)
    case 0x09: return (.tab, 1)
    case 0x08, 0x7F: return (.backspace, 1)
    case 0: return (nil, 1)
    case 1...26: return (.control(Character(Unicode.Scalar(first + 0x60))), 1)
    case ..<0x20: return (nil, 1)
    case ..<0x80: return (.character(Character(Unicode.Scalar(first))), 1)
    default: return scalar(first)
    }
  }

  /// `ESC [ … final`, `ESC O final`; ESC and a key is that key (Alt).
  private func sequence() -> (Key?, Int)? {
    guard pending.count > 1 else { return nil }
    switch pending[1] {
    case 0x1B: return (.escape, 1)
    case UInt8(ascii: "["), UInt8(ascii: "O"): break
    default: return (nil, 2)
    }
    var end = 2
    while end < pending.count, !(0x40...0x7E).contains(pending[end]) {
      // No sequence is that long, and none holds controls: what began one was noise.
      if end > 32 || pending[end] < 0x20 { return (nil, end) }
      end += 1
    }
    guard end < pending.count else { return nil }
    return (Self.key(parameters: pending[2..<end], final: pending[end]), end + 1)
  }

  private static func key(parameters: ArraySlice<UInt8>, final: UInt8) -> Key? {
    switch final {
    case UInt8(ascii: "A"): return .up
    case UInt8(ascii: "B"): return .down
    case UInt8(ascii: "C"): return .right
    case UInt8(ascii: "D"): return .left
    case UInt8(ascii: "H"): return .home
    case UInt8(ascii: "F"): return .end
    case UInt8(ascii: "Z"): return .backTab
    case UInt8(ascii: "M") where parameters.isEmpty: return .enter
    case UInt8(ascii: "~"):
      let number = parameters.prefix { $0 != UInt8(ascii: ";") }
      switch String(decoding: number, as: UTF8.self) {
      case "1", "7": return .home
      case "3": return .delete
      case "4", "8": return .end
      case "5": return .pageUp
      case "6": return .pageDown
      default: return nil
      }
    default: return nil
    }
  }

  private func scalar(_ first: UInt8) -> (Key?, Int)? {
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
    guard pending.count >= length else { return nil }
    let bytes = pending[..<length]
    guard let text = String(validating: bytes, as: UTF8.self), let character = text.first,
      text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
    else { return (nil, 1) }
    return (.character(character), length)
  }
}
