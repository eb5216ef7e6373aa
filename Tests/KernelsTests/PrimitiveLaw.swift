import CRuntimeBPF

/// What `runtime-bpf/native/laws.c` gives its primitives, one after the other.
struct LawItem {
  let key: UInt64
  let value: UInt64
  let hash: UInt64
  let rank: UInt64
  let at: UInt64

  /// The same items as `draw` in laws.c.
  static func draw(seed: UInt64) -> [LawItem] {
    var state = seed
    func word() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      return sal_mix64(state)
    }
    return (1...4096).map { at in
      let r = word()
      let key = UInt64((r | 1 << 15).trailingZeroBitCount) << 4 | (r >> 20 & 15)
      return LawItem(
        key: key, value: r >> 48, hash: sal_hash1(seed, key), rank: word(), at: UInt64(at))
    }
  }
}

/// The numbers of laws.h.
enum LawNumbers {
  static let items: UInt64 = 4096
  static let keys = 256
  static let turn: UInt64 = 512
  static let window: UInt64 = 1024
}

/// A primitive of laws.c as Swift calls it: its state's bytes, how it takes an item, its answers.
struct SwiftLaw: Sendable {
  let header: String
  let bytes: Int
  let add: @Sendable (UnsafeMutableRawPointer, LawItem) -> Void
  let read: @Sendable (UnsafeRawPointer, UInt64) -> [Double]

  init(
    _ header: String, _ bytes: Int,
    add: @escaping @Sendable (UnsafeMutableRawPointer, LawItem) -> Void,
    read: @escaping @Sendable (UnsafeRawPointer, UInt64) -> [Double] = { _, _ in
      []
    }
  ) {
    self.header = header
    self.bytes = bytes
    self.add = add
    self.read = read
  }

  /// Hands the state behind all items to `body`.
  func withState<Result>(
    of items: [LawItem], _ body: (UnsafeMutableRawPointer) -> Result
  ) -> Result {
    let state = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    defer { state.deallocate() }
    state.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    for item in items { add(state, item) }
    return body(state)
  }

  /// FNV-1a of the state behind all items, then of the 1024 answers.
  func digest(seed: UInt64) -> UInt64 {
    withState(of: LawItem.draw(seed: seed)) { state in
      var answers = read(UnsafeRawPointer(state), seed)
      answers += [Double](repeating: 0, count: 1024 - answers.count)
      var digest: UInt64 = 0xcbf2_9ce4_8422_2325
      func take(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3 }
      }
      take(UnsafeRawBufferPointer(start: state, count: bytes))
      answers.withUnsafeBytes { take($0) }
      return digest
    }
  }
}

extension UnsafeMutableRawPointer {
  var words: UnsafeMutablePointer<UInt64> { assumingMemoryBound(to: UInt64.self) }
  var octets: UnsafeMutablePointer<UInt8> { assumingMemoryBound(to: UInt8.self) }
  var numbers: UnsafeMutablePointer<Int64> { assumingMemoryBound(to: Int64.self) }
}

extension UnsafeRawPointer {
  var words: UnsafePointer<UInt64> { assumingMemoryBound(to: UInt64.self) }
  var octets: UnsafePointer<UInt8> { assumingMemoryBound(to: UInt8.self) }
  var numbers: UnsafePointer<Int64> { assumingMemoryBound(to: Int64.self) }
}
