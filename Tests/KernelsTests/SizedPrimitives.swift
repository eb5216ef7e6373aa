import CRuntimeBPF
import CStatistics

extension UnsafeRawPointer {
  fileprivate func bound<T>(_ type: T.Type) -> UnsafePointer<T> { assumingMemoryBound(to: type) }
}

extension UnsafeMutableRawPointer {
  fileprivate func bound<T>(_ type: T.Type) -> UnsafeMutablePointer<T> {
    assumingMemoryBound(to: type)
  }
}

/// The middle of two bounds, as laws.c takes it.
private func middle(_ low: UInt64, _ high: UInt64) -> Double { (Double(low) + Double(high)) / 2 }

/// A bound of an answer of these laws by key: at least, at most.
typealias LawRange = (low: UInt64, high: UInt64)

/// How often a key was taken, by `CStatistics`'s SpaceSaving.
func savingRange(_ state: UnsafeRawPointer, _ seed: UInt64, _ key: Int) -> LawRange {
  var (key, low, high) = (UInt64(key), UInt64(0), UInt64(0))
  sal_spacesaving_count(state.words, 2, 1, sal_hash1(seed, key), &key, &low, &high)
  return (low, high)
}

/// How often a key was in the windows that ended, by `CStatistics`'s basic windows.
func basicRange(_ state: UnsafeRawPointer, _ key: Int) -> LawRange {
  var (key, low, high) = (UInt64(key), UInt64(0), UInt64(0))
  basicwindow_count(OpaquePointer(state), &key, &low, &high)
  return (low, high)
}

/// What the exponential histogram says of the last items.
func histogramAnswer(_ state: UnsafeRawPointer) -> sal_eh_answer {
  var answer = sal_eh_answer()
  eh_read(state.bound(eh.self), LawNumbers.items - LawNumbers.window, &answer)
  return answer
}

/// The buckets of MinHash for the last items.
func windowBuckets(_ state: UnsafeRawPointer) -> [UInt64] {
  var buckets = [UInt64](repeating: 0, count: 64)
  minwindow_read(
    state.bound(minwindow.self), LawNumbers.items - LawNumbers.window, &buckets)
  return buckets
}

/// One line a primitive that a macro makes, of the sizes of `CStatistics`.
let sizedLaws: [SwiftLaw] =
  [
    SwiftLaw(
      "sample, reservoir", MemoryLayout<reservoir>.size,
      add: { state, item in
        reservoir_take(state.bound(reservoir.self), item.rank, [item.at, item.key])
      }, read: { state, _ in reservoirAnswers(state) }),
    SwiftLaw(
      "spacesaving", Int(SAVING_BYTES),
      add: { state, item in saving_add(OpaquePointer(state), item.hash, [item.key], item.value & 7)
      },
      read: { state, seed in
        var (low, high): LawRange = (0, 0)
        sal_spacesaving_largest(state.words, 2, 1, &low, &high)
        let counts = (0..<LawNumbers.keys).map { savingRange(state, seed, $0) }
        return (counts + [(low, high)]).map { middle($0.low, $0.high) }
      }),
    SwiftLaw(
      "firstseen", Int(FIRSTSEEN_BYTES) + LawNumbers.keys * 8,
      add: { state, item in
        let shipped = (state + Int(FIRSTSEEN_BYTES)).words
        let isNew = firstseen_is_new(OpaquePointer(state), item.hash, [item.key])
        shipped[Int(item.key)] |= UInt64(isNew)
      },
      read: { state, _ in
        let shipped = (state + Int(FIRSTSEEN_BYTES)).words
        return (0..<LawNumbers.keys).map { Double(shipped[$0]) }
      }),
    SwiftLaw(
      "mfu", Int(MFU_BYTES) + LawNumbers.keys * 8,
      add: { state, item in
        let handed = (state + Int(MFU_BYTES)).words
        var out: [UInt64] = [0, 0]
        if mfu_add(OpaquePointer(state), item.hash, [item.key], 1, &out) != 0 {
          handed[Int(out[0])] += out[1]
        }
      }, read: { state, _ in mostUsedAnswers(state) }),
    SwiftLaw(
      "eh", MemoryLayout<eh>.size,
      add: { eh_add($0.bound(eh.self), 20, $1.at, $1.value) },
      read: { state, _ in
        let answer = histogramAnswer(state)
        return [middle(answer.count_lo, answer.count_hi), middle(answer.sum_lo, answer.sum_hi)]
      }),
    SwiftLaw(
      "flowset", MemoryLayout<flowset>.size,
      add: { flowset_add($0.bound(flowset.self), $1.hash, [$1.key]) },
      read: { flowAnswers($0, $1) }),
    SwiftLaw(
      "minwindow", MemoryLayout<minwindow>.size,
      add: { state, item in
        let after = item.at < LawNumbers.window ? 0 : item.at - LawNumbers.window
        minwindow_add(state.bound(minwindow.self), item.hash, item.at, after)
      },
      read: { state, _ in windowBuckets(state).map { Double(($0 >> 32) << 2 | $0 & 3) } }),
    SwiftLaw(
      "basicwindow", Int(BASICWINDOW_BYTES),
      add: { state, item in
        basicwindow_add(OpaquePointer(state), item.hash, [item.key], 1)
        if item.at % LawNumbers.turn == 0 { _ = basicwindow_turn(OpaquePointer(state)) }
      },
      read: { state, _ in
        (0..<LawNumbers.keys).map { middle(basicRange(state, $0).low, basicRange(state, $0).high) }
      }),
  ] + tableLaws

/// Tables of count and sum, and behind them what they evict, as tables.h has it.
private let tableLaws: [SwiftLaw] = [
  tableLaw(
    "table, wide", Int(WIDE_BYTES), stride: 16,
    upsert: { wide_upsert($0, $1, $2, 0) },
    row: { set, way in (set[way], set[4 + 2 * way], set[5 + 2 * way]) }),
  tableLaw(
    "table, packed", Int(PACKED_BYTES), stride: 8,
    upsert: { packed_upsert($0, $1, $2, 0) },
    row: { set, way in (set[way] & (1 << 40 - 1), set[way] >> 40, set[4 + way]) }),
]

private func tableLaw(
  _ name: String, _ bytes: Int, stride: Int,
  upsert:
    @escaping @Sendable (OpaquePointer, UInt64, UnsafePointer<UInt64>) ->
    UnsafeMutablePointer<UInt64>?,
  row:
    @escaping @Sendable (_ set: UnsafePointer<UInt64>, _ way: Int) -> (
      key: UInt64, count: UInt64, sum: UInt64
    )
) -> SwiftLaw {
  SwiftLaw(
    name, bytes + LawNumbers.keys * 16,
    add: { state, item in
      let sum = upsert(OpaquePointer(state), item.hash, [item.key])
      sum?.pointee += item.value
      takeEvicted(state, behind: bytes)
    },
    read: { state, _ in tableAnswers(state, behind: bytes, stride: stride, row: row) })
}

/// Where table.h puts the parts of a table of one word of key and two accumulators.
private enum TableLayout {
  static let batchCount = MemoryLayout<sal_staging>.offset(of: \.batch.count) ?? 0
  static let records = 32
  static let sets = 256 * 3 + 64
}

/// Takes the partial that the table staged, if any.
private func takeEvicted(_ state: UnsafeMutableRawPointer, behind table: Int) {
  let count = (state + TableLayout.batchCount).assumingMemoryBound(to: UInt32.self)
  guard count.pointee != 0 else { return }
  let partial = (state + TableLayout.records).words
  let evicted = (state + table).words + Int(partial[0]) * 2
  evicted[0] += partial[1]
  evicted[1] += partial[2]
  count.pointee = 0
}

/// Counts by key, then sums: what is in the table's eight sets and what was evicted.
private func tableAnswers(
  _ state: UnsafeRawPointer, behind table: Int, stride: Int,
  row: (_ set: UnsafePointer<UInt64>, _ way: Int) -> (key: UInt64, count: UInt64, sum: UInt64)
) -> [Double] {
  let evicted = (state + table).words
  var counts = (0..<LawNumbers.keys).map { evicted[2 * $0] }
  var sums = (0..<LawNumbers.keys).map { evicted[2 * $0 + 1] }
  for set in 0..<8 {
    for way in 0..<4 {
      let row = row((state + TableLayout.sets).words + set * stride, way)
      guard row.count > 0 else { continue }
      counts[Int(row.key)] += row.count
      sums[Int(row.key)] += row.sum
    }
  }
  return (counts + sums).map { Double($0) }
}

/// The numbers of the sampled tuples by rank, and how many there were.
private func reservoirAnswers(_ state: UnsafeRawPointer) -> [Double] {
  // seen, weakest, rank[32], tuple[32][2]
  let words = state.words
  let ranks = (0..<32).map { words[2 + $0] }
  var answers = [Double](repeating: 0, count: 33)
  for index in 0..<32 where ranks[index] != 0 {
    answers[ranks.count { $0 > ranks[index] }] = Double(words[34 + 2 * index])
  }
  answers[32] = Double(state.bound(reservoir.self).pointee.seen)
  return answers
}

/// Weights by key: handed out and still there.
private func mostUsedAnswers(_ state: UnsafeRawPointer) -> [Double] {
  let handed = (state + Int(MFU_BYTES)).words
  var answers = (0..<LawNumbers.keys).map { Double(handed[$0]) }
  // Sets of key[4][1], weight[4], against[4].
  for set in 0..<8 {
    for way in 0..<4 {
      let words = state.words + set * 12
      answers[Int(words[way])] += Double(words[4 + way])
    }
  }
  return answers
}

/// Packets by flow, decoded; nothing if a cell stays shut.
private func flowAnswers(_ state: UnsafeRawPointer, _ seed: UInt64) -> [Double] {
  // filter[2^10], then cells of 5 words.
  var cells = Array(UnsafeBufferPointer(start: state.words + 1024, count: 5 * 1024))
  var answers = [Double](repeating: 0, count: LawNumbers.keys)
  let result = answers.withUnsafeMutableBufferPointer { buffer in
    sal_flowset_decode(
      &cells, 10, 1, seed,
      { context, key, packets in
        guard let context, let key else { return }
        context.assumingMemoryBound(to: Double.self)[Int(key.pointee)] = Double(packets)
      }, buffer.baseAddress)
  }
  return result.stuck == 0 ? answers : []
}
