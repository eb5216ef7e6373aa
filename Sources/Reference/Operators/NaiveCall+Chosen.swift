import DataModel
import Operators

// The operators that choose items or values, and the folds in the order of arrival.
extension NaiveCall {
  /// The items that come first in their own order.
  var firstItems: Value {
    let limit = integer(1).map { Int($0) } ?? 1000
    return listed(
      items.sorted { precedes($0.key, $1.key) }.prefix(limit), of: totalOfItems)
  }

  /// The items with the smallest hashes.
  var sample: Value {
    let ranked = items.sorted { a, b in
      let (left, right) = (NaiveHash.rank(a.key), NaiveHash.rank(b.key))
      return left != right ? left < right : precedes(a.key, b.key)
    }
    return listed(ranked.prefix(count(1)), of: totalOfItems)
  }

  /// How often a value is smaller than the one before it.
  var descents: Value {
    let values = inOrder
    return .integer(Int64(zip(values, values.dropFirst()).filter { $0 > $1 }.count))
  }

  private func precedes(_ a: [Value], _ b: [Value]) -> Bool { a.lexicographicallyPrecedes(b) }

  /// All values, pane after pane, those of a pane as they arrived.
  private var inOrder: [Int64] {
    guard let window = call.window else { return values }
    func pane(_ time: Int64) -> Int64 {
      let quotient = time / window.slide
      return time % window.slide < 0 ? quotient - 1 : quotient
    }
    return numbers.enumerated().sorted { a, b in
      (pane(a.element.time), a.offset) < (pane(b.element.time), b.offset)
    }.map(\.element.value)
  }

  /// Σ of the values by their weights: (1 − α)^(n − 1) of the first, α (1 − α)^(n − i) of the i-th.
  var movingAverage: Value {
    let (values, (p, q)) = (inOrder, share(1))
    guard !values.isEmpty else { return .missing }
    let alpha = Double(p) / Double(q)
    var weight = 1.0
    var sum = 0.0
    for value in values.dropFirst().reversed() {
      sum += alpha * weight * Double(value)
      weight *= 1 - alpha
    }
    sum += weight * Double(values[0])
    return .real(sum / unit)
  }

  /// |A ∩ B| / |A ∪ B| of the halves' items.
  var similarity: Value {
    var halves: [Set<[Value]>] = [[], []]
    let all = state.arrivals[index] ?? []
    for (place, (time, item)) in all.enumerated() {
      guard let item else { continue }
      let isNewer: Bool
      if let window = call.window {
        isNewer = time - state.start >= window.length / 2
      } else {
        isNewer = place >= all.count / 2
      }
      halves[isNewer ? 1 : 0].insert(item)
    }
    let union = halves[0].union(halves[1])
    if union.isEmpty { return .missing }
    return .real(Double(halves[0].intersection(halves[1]).count) / Double(union.count))
  }

  // MARK: k medians

  /// Centres of a best split of the sorted values into k runs, found over all splits.
  var medians: Value {
    var counts: [Int64: Int128] = [:]
    for (item, count) in items {
      counts[rounded(number(item[0]), call.accuracy), default: 0] += count
    }
    let values = counts.sorted { $0.key < $1.key }
    let total = counts.values.reduce(0, +)
    let k = min(self.count(1), values.count)
    guard k > 0 else { return .ranking([]) }
    var costs: [[Int128]] = []
    for from in values.indices {
      var row: [Int128] = []
      for to in values.indices where to >= from { row.append(cost(values[from...to])) }
      costs.append(row)
    }
    // best[c][n]: the least cost of the first n values in c runs, and where the last run begins.
    var best = [[0: (cost: Int128(0), start: 0)]]
    for runs in 1...k {
      var row: [Int: (cost: Int128, start: Int)] = [:]
      for end in runs...max(runs, values.count) {
        for start in (runs - 1)..<end {
          guard let before = best[runs - 1][start] else { continue }
          let sum = before.cost + costs[start][end - 1 - start]
          if sum < row[end]?.cost ?? .max { row[end] = (sum, start) }
        }
      }
      best.append(row)
    }
    var (end, places) = (values.count, [RankedItem]())
    for runs in stride(from: k, to: 0, by: -1) {
      let start = best[runs][end]?.start ?? 0
      let run = values[start..<end]
      let weight = run.reduce(0) { $0 + $1.value }
      places.append(
        RankedItem(
          item: [field(middle(run))], count: Int64(weight),
          share: Double(weight) / Double(total)))
      end = start
    }
    return .ranking(places.reversed())
  }

  private func middle(_ run: ArraySlice<(key: Int64, value: Int128)>) -> Int64 {
    let half = run.reduce(0) { $0 + $1.value }
    var below: Int128 = 0
    for (value, count) in run {
      below += count
      if 2 * below >= half { return value }
    }
    preconditionFailure("a run has values")
  }

  private func cost(_ run: ArraySlice<(key: Int64, value: Int128)>) -> Int128 {
    let centre = Int128(middle(run))
    return run.reduce(0) { $0 + abs(Int128($1.key) - centre) * $1.value }
  }

  /// Keeps the leading binary digits that the accuracy asks for.
  private func rounded(_ value: Int64, _ accuracy: Accuracy) -> Int64 {
    guard case .within(let epsilon, _) = accuracy else { return value }
    var kept = 1
    while 1 / Double(1 << kept) > epsilon { kept += 1 }
    var step: UInt64 = 1
    while value.magnitude / step >= 1 << UInt64(kept) { step *= 2 }
    let size = Int64(clamping: value.magnitude / step * step)
    return value < 0 ? -size : size
  }
}

/// The hash by which `sample` draws, written down once more from its definition.
enum NaiveHash {
  static func rank(_ item: [Value]) -> UInt64 { item.flatMap(words).reduce(0, hash) }

  private static func words(_ value: Value) -> [UInt64] {
    switch value {
    case .bool(let bit): [bit ? 1 : 0]
    case .integer(let number), .time(let number), .duration(let number):
      [UInt64(bitPattern: number)]
    case .real(let number): [number.bitPattern]
    case .mac(let number): [number]
    case .address(let address): [UInt64(address.family), address.high, address.low]
    case .text(let text): text.utf8.map(UInt64.init)
    case .missing, .ranking: [0]
    }
  }

  /// NH of two words under multiples of the seed "SAL", then MurmurHash3's finaliser.
  private static func hash(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let seed: UInt64 = 0x53414C
    func halves(_ word: UInt64, _ key: UInt64) -> UInt64 {
      let low = UInt32(truncatingIfNeeded: word) &+ UInt32(truncatingIfNeeded: key)
      let high = UInt32(truncatingIfNeeded: word >> 32) &+ UInt32(truncatingIfNeeded: key >> 32)
      return UInt64(low) &* UInt64(high)
    }
    var x =
      (halves(a, seed &* 0x243f_6a88_85a3_08d3) &+ halves(b, seed &* 0x1319_8a2e_0370_7345)) ^ seed
    for factor: UInt64 in [0xff51_afd7_ed55_8ccd, 0xc4ce_b9fe_1a85_ec53] {
      x = (x ^ (x >> 33)) &* factor
    }
    return x ^ (x >> 33)
  }
}
