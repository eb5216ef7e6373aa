import CRuntimeBPF
import TestSupport
import Testing

/// What `runtime-bpf/native/laws.c` gives its primitives, one after the other.
private struct Item {
  let key: UInt64
  let value: UInt64
  let hash: UInt64
  let at: UInt64

  /// The same items as `draw` in laws.c.
  static func draw(seed: UInt64) -> [Item] {
    var state = seed
    func word() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      return sal_mix64(state)
    }
    return (1...4096).map { at in
      let r = word()
      let key = UInt64((r | 1 << 15).trailingZeroBitCount) << 4 | (r >> 20 & 15)
      _ = word()  // the rank, which only samples use
      return Item(key: key, value: r >> 48, hash: sal_hash1(seed, key), at: UInt64(at))
    }
  }
}

/// A primitive of laws.c as Swift calls it: its state's bytes, how it takes an item, its answers.
private struct SwiftLaw: Sendable {
  let header: String
  let bytes: Int
  let add: @Sendable (UnsafeMutableRawPointer, Item) -> Void
  let read: @Sendable (UnsafeRawPointer, UInt64) -> [Double]

  init(
    _ header: String, _ bytes: Int,
    add: @escaping @Sendable (UnsafeMutableRawPointer, Item) -> Void,
    read: @escaping @Sendable (UnsafeRawPointer, UInt64) -> [Double] = { _, _ in
      []
    }
  ) {
    self.header = header
    self.bytes = bytes
    self.add = add
    self.read = read
  }

  /// FNV-1a of the state behind all items, then of the 1024 answers.
  func digest(seed: UInt64) -> UInt64 {
    let state = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    defer { state.deallocate() }
    state.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    for item in Item.draw(seed: seed) { add(state, item) }
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

extension UnsafeMutableRawPointer {
  fileprivate var words: UnsafeMutablePointer<UInt64> { assumingMemoryBound(to: UInt64.self) }
  fileprivate var octets: UnsafeMutablePointer<UInt8> { assumingMemoryBound(to: UInt8.self) }
  fileprivate var numbers: UnsafeMutablePointer<Int64> { assumingMemoryBound(to: Int64.self) }
}

extension UnsafeRawPointer {
  fileprivate var words: UnsafePointer<UInt64> { assumingMemoryBound(to: UInt64.self) }
  fileprivate var octets: UnsafePointer<UInt8> { assumingMemoryBound(to: UInt8.self) }
  fileprivate var numbers: UnsafePointer<Int64> { assumingMemoryBound(to: Int64.self) }
  fileprivate var moments: UnsafePointer<sal_moments> {
    assumingMemoryBound(to: sal_moments.self)
  }
}

/// One line a primitive that Swift can call; sizes and arguments are those of laws.c.
private let swiftLaws: [SwiftLaw] = [
  SwiftLaw(
    "moments", 56,
    add: { state, item in
      sal_moments_add_small(state.assumingMemoryBound(to: sal_moments.self), Int64(item.value))
    },
    read: { state, _ in
      [sal_moments_mean(state.moments), sal_moments_variance(state.moments)]
    }),
  SwiftLaw(
    "sumsq", 32,
    add: { state, item in
      sal_sum128_add(state.words, -Int64(item.value))
      sal_sumsq_add(state.words + 2, -(Int64(item.value) << 30))
    }),
  SwiftLaw(
    "extrema", 16,
    add: { state, item in
      let words = state.words
      words[0] = sal_extreme_merge(words[0], sal_min_word(Int64(item.value)))
      words[1] = sal_extreme_merge(words[1], sal_max_word(Int64(item.value)))
    }),
  SwiftLaw(
    "quantile", 3072, add: { sal_quantile_add($0.words, 5, 16, 10, $1.value) },
    read: { state, _ in
      (0...100).map { Double(sal_quantile_find(state.words, 384, Double($0) / 100)) }
    }),
  SwiftLaw(
    "histogram", (64 + 65) * 8,
    add: { state, item in
      state.words[Int(sal_histogram_linear(Int64(item.value), 1000, 500, 62))] += 1
      state.words[64 + Int(sal_histogram_log2(item.value))] += 1
    }),
  SwiftLaw(
    "entropy", 257 * 8,
    add: { state, item in
      state.words[256] &+= sal_entropy_step(state.words[Int(item.key)])
      state.words[Int(item.key)] += 1
    }, read: { state, _ in [sal_entropy(state.words, 256)] }),
  SwiftLaw(
    "hll", 1 << 10, add: { sal_hll_update($0.octets, 10, $1.hash) },
    read: { state, _ in [sal_hll_estimate(state.octets, 10)] }),
  SwiftLaw(
    "bloom, own", 1024, add: { _ = sal_bloom_is_new($0.words, 4, $1.hash) },
    read: { state, _ in [sal_bloom_error(state.words, 4, 0)] }),
  SwiftLaw("bloom, shared", 1024, add: { _ = sal_bloom_is_new_shared($0.words, 4, $1.hash) }),
  SwiftLaw(
    "bfq", 1 << 10,
    add: { _ = sal_bfq_is_new($0.octets, 10, $1.hash, sal_bfq_stamp($1.at / 512), 4) },
    read: { state, _ in [sal_bfq_error(state.octets, 10, sal_bfq_stamp(9), 4)] }),
  SwiftLaw("minhash", 512, add: { sal_minhash_add($0.words, 6, $1.hash) }),
  SwiftLaw(
    "countsketch", 2560, add: { sal_countsketch_add($0.numbers, 6, $1.hash, $1.value) },
    read: { state, seed in
      [
        sal_countsketch_f2(state.numbers, 6),
        sal_countsketch_count(state.numbers, 6, sal_hash1(seed, 0)),
      ]
    }),
  SwiftLaw(
    "set", 40 << 10,
    add: { state, item in
      var key = item.key
      _ = sal_set_insert(
        state.words, 10, 1, item.hash, &key, item.at, item.at + 1024, item.at)
    },
    read: { state, seed in
      (0..<256).map { number in
        var key = UInt64(number)
        return Double(
          1 & sal_set_member(state.words, 10, 1, sal_hash1(seed, key), &key, 4096))
      }
    }),
  SwiftLaw("sample, by hash", 8, add: { $0.words[0] += sal_sampled($1.hash, 1 << 30) & 1 }),
  SwiftLaw(
    "kmedians, cells", 4096 * 8,
    add: { $0.words[Int(sal_kmedians_cell(0, $1.value, 4) % 4096)] += 1 }),
  SwiftLaw(
    "rate", 16,
    add: { state, item in
      sal_rate_add(state.assumingMemoryBound(to: sal_rate.self), item.at << 18, 1 << 30)
    },
    read: { state, _ in
      [sal_rate_read(state.assumingMemoryBound(to: sal_rate.self), 4096 << 18, 1 << 30)]
    }),
  SwiftLaw(
    "ewma", 16,
    add: { state, item in
      let words = state.numbers
      let value = Int64(item.value)
      words[0] = words[1] == 0 ? value << 16 : sal_ewma(words[0], value, 6554)
      words[1] += 1
    }),
  SwiftLaw(
    "hllimage", 40 + 1 << 10,
    add: { state, item in
      // The registers grow where the image will have them, which then is written from a copy.
      sal_hll_update(state.octets + 40, 10, item.hash)
      guard item.at == 4096 else { return }
      let registers = Array(UnsafeBufferPointer(start: state.octets + 40, count: 1 << 10))
      sal_hllimage(state.octets, registers, 10)
    }),
  SwiftLaw(
    "sort", 128,
    add: { state, item in
      state.words[Int(item.at & 15)] = item.value
      sal_sort(state.words, 4)
    }),
]

@Suite("What C leaves behind is what Swift leaves behind, bit for bit")
struct PrimitiveLawTests {
  private static let compilers = ["gcc", "clang"].compactMap { Tool.find($0) }

  @Test(
    "every primitive of laws.c that Swift can call",
    .enabled(if: !compilers.isEmpty, "needs gcc or clang"))
  func digests() throws {
    let directory = TemporaryDirectory()
    let runtime = Repository.root + "/runtime-bpf"
    for compiler in Set(Self.compilers) {
      let made = Tool.run(
        compiler,
        [
          "-std=gnu11", "-DSAL_NATIVE", "-O2", "-ffp-contract=off", "-I", runtime + "/include",
          "-I", runtime + "/native", runtime + "/native/laws.c", "-lm", "-o",
          directory.file("laws"),
        ])
      try #require(made.exitCode == 0, "\(made.errors)")
      for seed: UInt64 in [1, 0x5A1C, .max] {
        let printed = Tool.run(directory.file("laws"), ["digest", "\(seed)"]).output
        let lines = printed.split(separator: "\n").map { $0.split(separator: "|") }
        var expected: [String: String] = [:]
        for line in lines where line[1] == "1" { expected[String(line[0])] = String(line[2]) }
        #expect(lines.count > 20)
        #expect(Set(expected.keys) == Set(swiftLaws.map(\.header)))
        for law in swiftLaws {
          let digits = String(law.digest(seed: seed), radix: 16)
          let digest = String(repeating: "0", count: 16 - digits.count) + digits
          #expect(digest == expected[law.header], "\(law.header), seed \(seed), \(compiler)")
        }
      }
    }
  }
}
