import CRuntimeBPF
import DataModel
import Testing

/// Reads exported sketches as a reader of Apache DataSketches' images would, for trials; that its
/// own functions read them too is what `SketchExportTests` tries.
enum SketchReading {
  /// The distinct items by the registers of an HLL_8 image, which begin behind 40 bytes.
  static func hll(_ value: Value) throws -> Double {
    let bytes = try bytes(value)
    let registers = Array(bytes.dropFirst(40))
    return sal_hll_estimate(registers, UInt32(registers.count.trailingZeroBitCount))
  }

  /// A Theta sketch: hashes of 63 bits below a limit, which is 2^63 while they are all.
  struct Theta {
    var hashes: Set<UInt64>
    var limit: UInt64 = 1 << 63

    var isExact: Bool { limit == 1 << 63 }
    var estimate: Double { Double(hashes.count) / (Double(limit) / 0x1p63) }

    /// Of both sketches' items: what is below the smaller limit.
    func union(_ other: Theta) -> Theta {
      let limit = min(limit, other.limit)
      return Theta(hashes: hashes.union(other.hashes).filter { $0 < limit }, limit: limit)
    }
  }

  /// A compact Theta image.
  static func theta(_ value: Value) throws -> Theta {
    let bytes = try bytes(value)
    // Preamble of one long: nothing, or a single item; of two: the count; of three: also theta.
    let longs = Int(bytes[0] & 0x3f)
    let count = longs > 1 ? Int(number(bytes, 8, 4)) : bytes[5] & 4 != 0 ? 0 : 1
    let hashes = (0..<count).map { number(bytes, 8 * (longs + $0), 8) }
    guard longs > 2 else { return Theta(hashes: Set(hashes)) }
    return Theta(hashes: Set(hashes), limit: number(bytes, 16, 8))
  }

  /// Values and weights of a KLL image of doubles.
  static func kll(_ value: Value) throws -> [(value: Double, weight: Int64)] {
    let bytes = try bytes(value)
    let levels = Int(bytes[18])
    let starts = (0..<levels).map { Int(number(bytes, 20 + 4 * $0, 4)) }
    let first = 20 + 4 * levels + 16
    let all = (bytes.count - first) / 8
    return (0..<levels).flatMap { level in
      let from = starts[level] - starts[0]
      let to = level + 1 < levels ? starts[level + 1] - starts[0] : all
      return (from..<to).map { place in
        (Double(bitPattern: number(bytes, first + 8 * place, 8)), Int64(1) << Int64(level))
      }
    }
  }

  /// The stored counts of a frequent-items image of numbers, and the offset.
  static func frequent(_ value: Value) throws -> (counts: [UInt64: Int64], offset: Int64) {
    let bytes = try bytes(value)
    guard bytes[0] & 0x3f == 4 else { return ([:], 0) }
    let n = Int(number(bytes, 8, 4))
    let offset = Int64(number(bytes, 24, 8))
    var counts: [UInt64: Int64] = [:]
    var place = 32 + 8 * n
    for index in 0..<n {
      let length = Int(number(bytes, place, 4))
      let text = String(decoding: bytes[place + 4..<place + 4 + length], as: UTF8.self)
      place += 4 + length
      counts[try #require(UInt64(text))] = Int64(number(bytes, 32 + 8 * index, 8))
    }
    return (counts, offset)
  }

  private static func number(_ bytes: [UInt8], _ at: Int, _ size: Int) -> UInt64 {
    bytes[at..<at + size].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func bytes(_ value: Value) throws -> [UInt8] {
    guard case .text(let text) = value else {
      return try #require(nil as [UInt8]?, "\(value) is base64")
    }
    var (bits, count, bytes) = (UInt32(0), 0, [UInt8]())
    for letter in text.utf8 where letter != UInt8(ascii: "=") {
      bits = bits << 6 | UInt32(try #require(digit(letter)))
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return bytes
  }

  private static func digit(_ letter: UInt8) -> UInt8? {
    switch letter {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): letter - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): letter - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): letter - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
