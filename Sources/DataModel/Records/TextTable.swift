import Synchronization

/// Texts of records by number, so that a text is one lane: equal texts have equal codes.
///
/// One table for the process, because a value is read far from the source that it came from; it
/// only grows, within its limits, and a text that finds no room has no code. Codes follow the order
/// in which texts were first seen, so they say nothing about the order of texts.
public enum TextTable {
  /// Texts that the table holds at most.
  public static let textsMax = 1 << 20
  /// Bytes of all its texts at most.
  public static let bytesMax = 64 << 20
  /// What a code needs.
  public static let codeBits = 21

  private static let table = Mutex(Table())

  /// The code of a text, from 1 on; nil where the table is full.
  public static func code(_ text: UnsafeRawBufferPointer) -> UInt64? {
    table.withLock { $0.code(text) }
  }

  /// The code of a text, from 1 on; nil where the table is full.
  public static func code(_ text: String) -> UInt64? {
    var text = text
    return text.withUTF8 { code(UnsafeRawBufferPointer($0)) }
  }

  /// The text of a code. Bytes that are no UTF-8 are replaced.
  public static func text(_ code: UInt64) -> String {
    table.withLock { $0.text(code) }
  }

  private struct Table {
    private var bytes: [UInt8] = []
    /// Where each text ends; it begins where the one before ends.
    private var ends: [Int] = [0]
    /// Codes by hash, 0 where free; a power of two, at most half full.
    private var slots = [UInt32](repeating: 0, count: 1 << 10)

    mutating func code(_ text: UnsafeRawBufferPointer) -> UInt64? {
      var place = Self.hash(text) & (slots.count - 1)
      while slots[place] != 0 {
        if isEqual(Int(slots[place]), text) { return UInt64(slots[place]) }
        place = (place + 1) & (slots.count - 1)
      }
      let code = ends.count
      guard code < TextTable.textsMax, bytes.count + text.count <= TextTable.bytesMax else {
        return nil
      }
      bytes.append(contentsOf: text)
      ends.append(bytes.count)
      slots[place] = UInt32(code)
      if 2 * code >= slots.count { grow() }
      return UInt64(code)
    }

    func text(_ code: UInt64) -> String {
      let index = Int(code)
      precondition(index > 0 && index < ends.count, "a code of a text came from the table")
      return String(decoding: bytes[ends[index - 1]..<ends[index]], as: UTF8.self)
    }

    private func isEqual(_ code: Int, _ text: UnsafeRawBufferPointer) -> Bool {
      let start = ends[code - 1]
      guard ends[code] - start == text.count else { return false }
      for index in 0..<text.count where bytes[start + index] != text[index] { return false }
      return true
    }

    private mutating func grow() {
      slots = [UInt32](repeating: 0, count: slots.count * 2)
      bytes.withUnsafeBytes { all in
        for code in 1..<ends.count {
          let text = UnsafeRawBufferPointer(rebasing: all[ends[code - 1]..<ends[code]])
          var place = Self.hash(text) & (slots.count - 1)
          while slots[place] != 0 { place = (place + 1) & (slots.count - 1) }
          slots[place] = UInt32(code)
        }
      }
    }

    /// FNV-1a, folded: texts of records are short.
    private static func hash(_ text: UnsafeRawBufferPointer) -> Int {
      var state: UInt64 = 0xCBF2_9CE4_8422_2325
      for byte in text { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
      return Int(truncatingIfNeeded: (state ^ (state >> 32)) & 0x7FFF_FFFF)
    }
  }
}
