import DataModel
import TestSupport

/// The parts of a datagram that repeat: records of NetFlow v5, sets of v9 and IPFIX, samples of
/// sFlow. Mutations of whole parts get behind the checks that random bytes fail at.
struct ExportStructure {
  /// Where parts begin and end.
  private(set) var parts: [Range<Int>] = []
  /// Where their number stands, or the message's length in IPFIX.
  private let countAt: Int
  private let kind: ExportProtocol

  init(_ kind: ExportProtocol, _ bytes: [UInt8]) {
    self.kind = kind
    func number(_ at: Int, _ width: Int) -> Int {
      guard at + width <= bytes.count else { return 0 }
      return bytes[at..<at + width].reduce(0) { $0 << 8 | Int($1) }
    }
    let agent = number(4, 4) == 2 ? 16 : 4
    countAt = kind == .sflow ? 20 + agent : 2
    var at: Int
    switch kind {
    case .netflowV5: at = 24
    case .netflowV9: at = 20
    case .ipfix: at = 16
    case .sflow: at = 24 + agent
    }
    while at < bytes.count, parts.count < 64 {
      let length =
        switch kind {
        case .netflowV5: 48
        case .netflowV9, .ipfix: max(4, number(at + 2, 2))
        case .sflow: 8 + number(at + 4, 4)
        }
      guard at + length <= bytes.count else { return }
      parts.append(at..<at + length)
      at += length
    }
  }

  /// Removes a part, doubles one, puts one of another datagram in its place, changes the length or
  /// kind that it claims, or the number of parts.
  func rearrange(_ bytes: inout [UInt8], with other: [UInt8], _ random: inout RandomSource) {
    guard !parts.isEmpty, bytes.count < 32_768 else { return }
    let part = parts[random.below(parts.count)]
    let theirs = ExportStructure(kind, other).parts
    switch random.below(5) {
    case 0: bytes.removeSubrange(part)
    case 1: bytes.insert(contentsOf: Array(bytes[part]), at: part.upperBound)
    case 2:
      guard !theirs.isEmpty else { return }
      bytes.replaceSubrange(part, with: other[theirs[random.below(theirs.count)]])
    case 3:
      // Of a set its ID and length, of a sample its format and length.
      let at = part.lowerBound + random.below(kind == .sflow ? 8 : 4)
      bytes[at] = UInt8(truncatingIfNeeded: Int(bytes[at]) + random.below(9) - 4)
    default:
      guard countAt + 1 < bytes.count else { return }
      bytes[countAt + 1] = UInt8(random.below(256))
    }
    // A message of IPFIX has its own length; mostly it is to be right.
    guard kind == .ipfix, bytes.count >= 4, random.below(8) > 0 else { return }
    (bytes[2], bytes[3]) = (UInt8(bytes.count >> 8), UInt8(bytes.count & 255))
  }
}
