import CRuntimeBPF

/// How wide a key is; the table's loops are specialised for each conforming type.
protocol KeyShape {
  /// Number of 64-bit words.
  var words: Int { get }
  /// The key's hash, the same bits as in the data path (`sal/hash.h`).
  func hash(_ seed: UInt64, _ key: UnsafePointer<UInt64>) -> UInt64
  /// Whether two keys are equal.
  func equal(_ a: UnsafePointer<UInt64>, _ b: UnsafePointer<UInt64>) -> Bool
}

struct OneWordKey: KeyShape {
  @inline(__always) var words: Int { 1 }
  @inline(__always) func hash(_ seed: UInt64, _ key: UnsafePointer<UInt64>) -> UInt64 {
    sal_hash1(seed, key[0])
  }
  @inline(__always)
  func equal(_ a: UnsafePointer<UInt64>, _ b: UnsafePointer<UInt64>) -> Bool { a[0] == b[0] }
}

struct TwoWordKey: KeyShape {
  @inline(__always) var words: Int { 2 }
  @inline(__always) func hash(_ seed: UInt64, _ key: UnsafePointer<UInt64>) -> UInt64 {
    sal_hash2(seed, key[0], key[1])
  }
  @inline(__always)
  func equal(_ a: UnsafePointer<UInt64>, _ b: UnsafePointer<UInt64>) -> Bool {
    ((a[0] ^ b[0]) | (a[1] ^ b[1])) == 0
  }
}

struct ThreeWordKey: KeyShape {
  @inline(__always) var words: Int { 3 }
  @inline(__always) func hash(_ seed: UInt64, _ key: UnsafePointer<UInt64>) -> UInt64 {
    sal_hash3(seed, key[0], key[1], key[2])
  }
  @inline(__always)
  func equal(_ a: UnsafePointer<UInt64>, _ b: UnsafePointer<UInt64>) -> Bool {
    ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2])) == 0
  }
}

/// Keys of no words (the global key) and of more than three.
struct AnyWidthKey: KeyShape {
  let words: Int

  func hash(_ seed: UInt64, _ key: UnsafePointer<UInt64>) -> UInt64 {
    KeyHash.hash(seed, key, words)
  }
  @inline(__always)
  func equal(_ a: UnsafePointer<UInt64>, _ b: UnsafePointer<UInt64>) -> Bool {
    var difference: UInt64 = 0
    for word in 0..<words { difference |= a[word] ^ b[word] }
    return difference == 0
  }
}

/// The one keyed hash of host and data path.
public enum KeyHash {
  /// The hash of `count` words: `sal_hash` up to six, which is all that the data path takes;
  /// wider keys fold the hash of each six into the next five.
  public static func hash(_ seed: UInt64, _ words: UnsafePointer<UInt64>, _ count: Int) -> UInt64 {
    if count == 0 { return sal_hash1(seed, 0) }
    if count <= 6 { return sal_hash(seed, words, UInt32(truncatingIfNeeded: count)) }
    var running = sal_hash(seed, words, 6)
    var next = 6
    while next < count {
      running = withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 6) { part in
        let taken = min(5, count - next)
        part[0] = running
        for word in 0..<taken { part[1 + word] = words[next + word] }
        return sal_hash(seed, part.baseAddress!, UInt32(truncatingIfNeeded: taken + 1))
      }
      next += 5
    }
    return running
  }
}
