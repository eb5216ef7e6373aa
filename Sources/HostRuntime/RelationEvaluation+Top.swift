import DataModel

// TOP n: which rows of a close have the largest values.
extension RelationEvaluation {
  private struct Candidate {
    let index: Int
    let number: RowNumber
    let bound: Bound?

    /// The bound, a point where the value is exact.
    var range: Bound { bound ?? Bound(low: number.double, high: number.double) }
  }

  func takeTop(
    _ count: Int, _ per: [Int], at end: Int64, into rows: inout RelationRows
  ) {
    guard let input, let program else { return }
    let candidates = input.rows(at: end)
    if per.isEmpty, takeLargest(count, of: candidates, by: program, at: end, into: &rows) {
      return
    }
    var chosen: [(index: Int, isUncertain: Bool)] = []
    var leftOut: UInt64 = 0
    candidates.keys.withUnsafeBufferPointer { keys in
      guard let base = keys.baseAddress else { return }
      var places: [[Value]: Int] = [:]
      var groups: [(key: [Value], members: [Candidate])] = per.isEmpty ? [([], [])] : []
      for index in 0..<candidates.count {
        let key = base + index * candidates.keyWords
        let value = program.evaluate(RowView(key: key, end: end))
        guard let number = value.number else { continue }
        var place = 0
        if !per.isEmpty {
          let group = per.map { layout.value(of: $0, in: key) }
          place = places[group, default: groups.count]
          if place == groups.count {
            places[group] = place
            groups.append((group, []))
          }
        }
        groups[place].members.append(
          Candidate(index: index, number: number, bound: value.bound))
      }
      for group in groups.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
        leftOut += choose(count, group.members, candidates, base, &chosen)
      }
      for place in chosen {
        rows.append(base + place.index * candidates.keyWords, isUncertain: place.isUncertain)
      }
    }
    noteUncertain(leftOut, at: end)
  }

  /// Takes the rows with the largest values where these are words as they stand; false where they
  /// are not, and rows have to be asked one by one.
  private func takeLargest(
    _ count: Int, of candidates: RelationRows, by program: RowExpressionProgram, at end: Int64,
    into rows: inout RelationRows
  ) -> Bool {
    let width = candidates.keyWords
    return candidates.keys.withUnsafeBufferPointer { keys in
      guard let base = keys.baseAddress,
        let values = program.words(at: base, count: candidates.count, end: end)
      else { return false }
      let best = Array(values.indices).first(count) { a, b in
        if values[a] != values[b] { return values[a] > values[b] }
        return order.precedes(base + a * width, base + b * width)
      }
      guard let last = best.last else { return true }
      for place in best {
        rows.append(base + place * width, isUncertain: candidates.isUncertain[place])
      }
      // Those that tie with the last are as good; which of them are rows is their keys' order.
      let least = values[last]
      let ties = values.count { $0 == least } - best.count { values[$0] == least }
      noteUncertain(UInt64(ties), at: end)
      return true
    }
  }

  /// Chooses the largest of a group, ties by key; returns how many left out tie with the last
  /// chosen, or may be larger within their bounds.
  private func choose(
    _ count: Int, _ group: [Candidate], _ candidates: RelationRows,
    _ base: UnsafePointer<UInt64>, _ chosen: inout [(index: Int, isUncertain: Bool)]
  ) -> UInt64 {
    func precedes(_ a: Candidate, _ b: Candidate) -> Bool {
      if RowNumber.less(b.number, a.number) { return true }
      if RowNumber.less(a.number, b.number) { return false }
      return order.precedes(
        base + a.index * candidates.keyWords, base + b.index * candidates.keyWords)
    }
    let best = group.first(count, by: precedes)
    guard let last = best.last else { return 0 }
    let isBounded = group.contains { $0.bound != nil }
    let rest = group.count > best.count ? group.filter { precedes(last, $0) } : []
    let highest = isBounded ? rest.map(\.range.high).max() ?? -.infinity : -.infinity
    for place in best {
      let isDoubtful = isBounded && place.range.low < highest
      chosen.append((place.index, candidates.isUncertain[place.index] || isDoubtful))
    }
    return UInt64(
      rest.count {
        isBounded
          ? $0.range.high >= last.range.low : !RowNumber.less($0.number, last.number)
      })
  }
}
