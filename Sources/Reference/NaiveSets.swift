import DataModel
import Plan

// Sets that rows feed back.
extension NaiveEvaluator {
  private struct SetQuestion: Hashable {
    let set: SetID
    let key: [Value]
    let within: Int64
  }

  /// Whether a packet satisfies a predicate, sets included.
  mutating func satisfies(_ predicate: TuplePredicate, _ packet: NaivePacket) -> Bool {
    var answers: [SetQuestion: Bool] = [:]
    answer(predicate, packet, into: &answers)
    let known = answers
    return NaiveTuple(packet: packet) { id, key, within in
      known[SetQuestion(set: id, key: key, within: within)] ?? false
    }.satisfies(predicate)
  }

  /// Whether the relation has a row with this key at a close.
  mutating func hasRow(_ relation: Int, _ key: [Value], at end: Int64) -> Bool {
    let place = WindowKey(index: ~relation, start: end)
    if let known = setCache[place] { return known.contains(key) }
    let found = Set(keys(of: relation, at: end).map(\.key))
    setCache[place] = found
    return found.contains(key)
  }

  /// Answers every set test of a predicate for this packet.
  private mutating func answer(
    _ predicate: TuplePredicate, _ packet: NaivePacket, into answers: inout [SetQuestion: Bool]
  ) {
    switch predicate {
    case .inSet(let id, let components, let within, _):
      let tuple = NaiveTuple(packet: packet) { _, _, _ in false }
      guard let key = tuple.key(components) else { return }
      answers[SetQuestion(set: id, key: key, within: within)] = holds(
        id, key, at: packet.time, within: within)
    case .and(let parts), .or(let parts):
      for part in parts { answer(part, packet, into: &answers) }
    case .not(let part): answer(part, packet, into: &answers)
    default: return
    }
  }

  /// Whether a key is in the set that is effective at `time`, or was within the last `within`.
  mutating func holds(_ id: SetID, _ key: [Value], at time: Int64, within: Int64) -> Bool {
    let set = plan.sets[id.index]
    let length = plan.relations[set.relation].window.slide
    // The set of the window that ends at `end` is in effect from its close + lag until the next is.
    var end = plan.relations[set.relation].window.start(of: time - plan.effectLag)
    let oldest = within > 0 ? time - within : time
    repeat {
      if members(id.index, at: end).contains(key) { return true }
      end -= length
    } while end + plan.effectLag + length > oldest && end + length > 0
    return false
  }

  private mutating func members(_ index: Int, at end: Int64) -> Set<[Value]> {
    let place = WindowKey(index: index, start: end)
    if let known = setCache[place] { return known }
    let set = plan.sets[index]
    let keys = keys(of: set.relation, at: end).filter { !$0.isOptional }
    let members = Set(keys.map { found in set.columns.map { found.key[$0] } })
    setCache[place] = members
    return members
  }
}
