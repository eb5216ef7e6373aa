import DataModel

/// The bytes of a sketch as Apache DataSketches stores it, little-endian, and their base64 text.
///
/// Exported sketches are made when a window closes, out of its exact counts, with the hash and the
/// seed of that library. So they merge with each other across windows, hosts and runs, and with
/// sketches of the same values that Spark, Druid or Flink made; `countdistinct`'s own registers,
/// whose seed is another one in each live run, could do neither.
struct SketchImage {
  private(set) var bytes: [UInt8]

  /// An image that begins with these bytes.
  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func append<Number: FixedWidthInteger>(_ number: Number) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func append(_ number: Double) { append(number.bitPattern) }

  mutating func append(_ text: [UInt8]) { bytes.append(contentsOf: text) }

  /// The image as a value: base64 text, which is how those systems take sketches in.
  var value: Value { .text(Base64.text(bytes)) }
}

/// Base64 with padding (RFC 4648 §4).
enum Base64 {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func text(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var place = 0
    while place < bytes.count {
      let part = bytes[place..<min(place + 3, bytes.count)]
      var bits = 0
      for byte in part { bits = bits << 8 | Int(byte) }
      bits <<= 8 * (3 - part.count)
      for digit in 0..<4 {
        text.append(
          digit <= part.count ? digits[bits >> (18 - 6 * digit) & 63] : UInt8(ascii: "="))
      }
      place += 3
    }
    return String(decoding: text, as: UTF8.self)
  }
}

/// How an item of a tuple is told to DataSketches: what a user of its `update` would pass.
enum SketchItem {
  /// Numbers as 64-bit integers; all else, and several fields joined by `/`, as text.
  static func bytes(_ item: [Value]) -> [UInt8] {
    switch item.count == 1 ? item[0] : .missing {
    case .integer(let number), .duration(let number), .time(let number):
      withUnsafeBytes(of: number.littleEndian) { Array($0) }
    case .bool(let bit): [bit ? 1 : 0, 0, 0, 0, 0, 0, 0, 0]
    default: text(item)
    }
  }

  /// The text of an item.
  static func text(_ item: [Value]) -> [UInt8] {
    Array(item.map(\.description).joined(separator: "/").utf8)
  }

  /// The library's hash of an item, under its default seed.
  static func hash(_ item: [Value]) -> (UInt64, UInt64) {
    Murmur3.hash(bytes(item), seed: Murmur3.sketchSeed)
  }
}

/// MurmurHash3, x64, 128 bits (Appleby 2011, public domain), as DataSketches uses it.
enum Murmur3 {
  /// `DEFAULT_UPDATE_SEED` of DataSketches.
  static let sketchSeed: UInt64 = 9001

  private static let c1: UInt64 = 0x87c3_7b91_1142_53d5
  private static let c2: UInt64 = 0x4cf5_ad43_2745_937f

  static func hash(_ bytes: [UInt8], seed: UInt64) -> (UInt64, UInt64) {
    var (h1, h2) = (seed, seed)
    let whole = bytes.count / 16 * 16
    var place = 0
    while place < whole {
      h1 ^= scrambled(word(bytes, place, 8), c1, 31, c2)
      h1 = rotated(h1, 27) &+ h2
      h1 = h1 &* 5 &+ 0x52dc_e729
      h2 ^= scrambled(word(bytes, place + 8, 8), c2, 33, c1)
      h2 = rotated(h2, 31) &+ h1
      h2 = h2 &* 5 &+ 0x3849_5ab5
      place += 16
    }
    let rest = bytes.count - whole
    if rest > 8 { h2 ^= scrambled(word(bytes, whole + 8, rest - 8), c2, 33, c1) }
    if rest > 0 { h1 ^= scrambled(word(bytes, whole, min(rest, 8)), c1, 31, c2) }
    h1 ^= UInt64(bytes.count)
    h2 ^= UInt64(bytes.count)
    h1 = h1 &+ h2
    h2 = h2 &+ h1
    h1 = mixed(h1)
    h2 = mixed(h2)
    h1 = h1 &+ h2
    return (h1, h2 &+ h1)
  }

  /// Up to eight bytes as a little-endian number.
  private static func word(_ bytes: [UInt8], _ place: Int, _ count: Int) -> UInt64 {
    var number: UInt64 = 0
    for index in 0..<count { number |= UInt64(bytes[place + index]) << UInt64(8 * index) }
    return number
  }

  private static func rotated(_ x: UInt64, _ by: UInt64) -> UInt64 { x << by | x >> (64 - by) }

  private static func scrambled(_ x: UInt64, _ a: UInt64, _ by: UInt64, _ b: UInt64) -> UInt64 {
    rotated(x &* a, by) &* b
  }

  private static func mixed(_ x: UInt64) -> UInt64 {
    var k = x
    k ^= k >> 33
    k = k &* 0xff51_afd7_ed55_8ccd
    k ^= k >> 33
    k = k &* 0xc4ce_b9fe_1a85_ec53
    return k ^ (k >> 33)
  }
}
