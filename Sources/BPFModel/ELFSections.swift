/// The sections and symbols of a little-endian 64-bit ELF object, read without trust in it.
///
/// - Source: System V ABI, ELF-64 Object File Format.
struct ELFSections {
  struct Section {
    var name: String
    var type: UInt32
    var isCode: Bool
    var bytes: Range<Int>
    /// Of relocations: the section that they change.
    var info: Int
  }

  struct Symbol {
    var name: String
    var isFunction: Bool
    var section: Int
    var value: Int
    var size: Int
  }

  static let relocations: UInt32 = 9
  private static let symbolTable: UInt32 = 2

  private(set) var sections: [Section] = []
  private(set) var symbols: [Symbol] = []
  private let elf: [UInt8]

  /// Nil for what is no such object.
  init?(_ elf: [UInt8]) {
    self.elf = elf
    guard elf.count >= 64, Array(elf[0..<6]) == [0x7F, 0x45, 0x4C, 0x46, 2, 1],
      let table = number(40, 8), let width = number(58, 2), width >= 64,
      let count = number(60, 2), let names = number(62, 2)
    else { return nil }
    var strings: [Int] = []
    var links: [Int] = []
    for index in 0..<count {
      let at = table + index * width
      guard let name = number(at, 4), let type = number(at + 4, 4), let flags = number(at + 8, 8),
        let offset = number(at + 24, 8), let size = number(at + 32, 8),
        let link = number(at + 40, 4), let info = number(at + 44, 4)
      else { return nil }
      // SHT_NOBITS holds no bytes of the file.
      guard type == 8 || offset + size <= elf.count else { return nil }
      strings.append(name)
      links.append(link)
      sections.append(
        Section(
          name: "", type: UInt32(type), isCode: flags & 4 != 0,
          bytes: type == 8 ? 0..<0 : offset..<offset + size, info: info))
    }
    guard sections.indices.contains(names) else { return nil }
    for index in sections.indices {
      sections[index].name = text(sections[names].bytes.lowerBound + strings[index])
    }
    guard let place = sections.firstIndex(where: { $0.type == Self.symbolTable }) else { return }
    guard sections.indices.contains(links[place]) else { return nil }
    let start = sections[links[place]].bytes.lowerBound
    for at in stride(
      from: sections[place].bytes.lowerBound, to: sections[place].bytes.upperBound, by: 24)
    {
      guard let name = number(at, 4), let info = number(at + 4, 1), let home = number(at + 6, 2),
        let value = number(at + 8, 8), let size = number(at + 16, 8)
      else { return nil }
      symbols.append(
        Symbol(
          name: text(start + name), isFunction: info & 15 == 2, section: home, value: value,
          size: size))
    }
  }

  /// An unsigned number of so many bytes; nil beyond the end, or where it is no offset.
  func number(_ at: Int, _ width: Int) -> Int? {
    guard at >= 0, at <= elf.count - width else { return nil }
    let value = (0..<width).reduce(UInt64(0)) { $0 | UInt64(elf[at + $1]) << UInt64(8 * $1) }
    return value < 1 << 40 ? Int(value) : nil
  }

  /// A zero-terminated text.
  func text(_ at: Int) -> String {
    guard elf.indices.contains(at) else { return "" }
    return String(decoding: elf[at...].prefix { $0 != 0 }, as: UTF8.self)
  }
}
