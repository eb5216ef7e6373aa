extension Array {
  /// The first `count` in a total order, in that order: of many few are kept sorted.
  func first(_ count: Int, by precedes: (Element, Element) -> Bool) -> [Element] {
    guard count <= 64, self.count > count else {
      return Array(sorted(by: precedes).prefix(count))
    }
    var best: [Element] = []
    best.reserveCapacity(count)
    for element in self {
      if best.count == count {
        guard let last = best.last, precedes(element, last) else { continue }
        best.removeLast()
      }
      best.insert(element, at: best.firstPlace { precedes(element, $0) })
    }
    return best
  }

  /// The first place where `isBehind` holds, in an array where it does not hold before and holds
  /// from there on.
  private func firstPlace(_ isBehind: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
