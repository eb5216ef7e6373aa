import CRuntimeBPF
import TestSupport
import Testing

extension UnsafeRawPointer {
  fileprivate var moments: UnsafePointer<sal_moments> {
    assumingMemoryBound(to: sal_moments.self)
  }
}

/// One line a primitive of functions; sizes and arguments are those of laws.c.
private let functionLaws: [SwiftLaw] = [
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
    "every primitive of laws.c",
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
        for line in lines { expected[String(line[0])] = String(line[1]) }
        #expect(lines.count > 28)
        let laws = functionLaws + sizedLaws
        #expect(Set(expected.keys) == Set(laws.map(\.header)))
        for law in laws {
          let digits = String(law.digest(seed: seed), radix: 16)
          let digest = String(repeating: "0", count: 16 - digits.count) + digits
          #expect(digest == expected[law.header], "\(law.header), seed \(seed), \(compiler)")
        }
      }
    }
  }
}
