/// The candidate that `name` most likely was meant to be, or nil if none is near.
///
/// Near: equal but for case, or at most one edit (insertion, deletion, replacement, swap of
/// neighbours) per three characters. Ties go to the candidate that comes first.
public func nearest(to name: String, in candidates: some Sequence<String>) -> String? {
  let wanted = Array(name.lowercased().unicodeScalars.prefix(128))
  guard !wanted.isEmpty else { return nil }
  var best: String?
  var bestDistance = Int.max
  for candidate in candidates where candidate != name {
    let other = Array(candidate.lowercased().unicodeScalars.prefix(128))
    let limit = max(1, max(wanted.count, other.count) / 3)
    guard abs(wanted.count - other.count) <= limit else { continue }
    // A name of one or two letters is one edit from everything; only its case may differ.
    let distance = editDistance(wanted, other)
    guard distance == 0 || min(wanted.count, other.count) > 2 else { continue }
    if distance <= limit, distance < bestDistance {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/// The optimal string alignment distance: Levenshtein's, with swaps of neighbours as one edit.
func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
  var beforeLast = [Int](repeating: 0, count: right.count + 1)
  var last = Array(0...right.count)
  for (row, scalar) in left.enumerated() {
    var current = [row + 1]
    current.reserveCapacity(right.count + 1)
    for (column, other) in right.enumerated() {
      var distance = min(
        last[column + 1] + 1, current[column] + 1, last[column] + (scalar == other ? 0 : 1))
      if row > 0, column > 0, scalar == right[column - 1], left[row - 1] == other {
        distance = min(distance, beforeLast[column - 1] + 1)
      }
      current.append(distance)
    }
    beforeLast = last
    last = current
  }
  return last[right.count]
}
