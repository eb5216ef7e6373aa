import DataModel
import Plan

/// A key of a relation at a close, and whether it hangs on an estimate.
struct NaiveFound {
  let key: [Value]
  let isOptional: Bool
}

/// What a join of rows means: for each key the inputs that have it.
enum NaiveJoin {
  static func rows(_ kind: JoinKind, _ inputs: [[NaiveFound]]) -> [NaiveFound] {
    var present: [[Value]: [Int: Bool]] = [:]
    for (index, input) in inputs.enumerated() {
      for found in input { present[found.key, default: [:]][index] = found.isOptional }
    }
    return present.compactMap { key, inputsOfKey in
      let isDoubtful = inputsOfKey.values.contains(true)
      let passes =
        switch kind {
        case .inner: inputsOfKey.count == inputs.count
        case .left: inputsOfKey[0] != nil
        case .outer: true
        // A key that another input only may have is left out only perhaps.
        case .anti: inputsOfKey[0] != nil && inputsOfKey.allSatisfy { $0.key == 0 || $0.value }
        }
      return passes ? NaiveFound(key: key, isOptional: isDoubtful) : nil
    }
  }
}

/// Keys of relations at closes that were computed already.
final class NaivePresence {
  private struct Close: Hashable {
    let relation: Int
    let end: Int64
  }

  private var known: [Close: Set<[Value]>] = [:]

  func keys(of relation: Int, at end: Int64, _ compute: () -> Set<[Value]>) -> Set<[Value]> {
    let close = Close(relation: relation, end: end)
    if let found = known[close] { return found }
    let found = compute()
    known[close] = found
    return found
  }
}
