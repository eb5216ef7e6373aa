import DataModel
import Plan

/// The tuples of ANTI AFTER joins, kept whole: every pair is tried.
struct NaiveUnanswered {
  struct Kept {
    let key: [Value]
    let packet: NaivePacket
  }

  /// By the node of the join, the tuples that wait and those that answer.
  var waiting: [Int: [Kept]] = [:]
  var answers: [Int: [Kept]] = [:]
  /// By the node of the join, the time before which it has been settled.
  var settled: [Int: Int64] = [:]
  /// Tuples handed on so far.
  var released = 0
}

extension NaiveEvaluator {
  /// Keeps a tuple for the joins that wait for it, or for what it waits for.
  mutating func holdBack(_ packet: NaivePacket, _ passed: [Bool], mayBeLate: Bool) {
    let tuple = NaiveTuple(packet: packet) { _, _, _ in false }
    for (index, node) in plan.nodes.enumerated() {
      guard case .unanswered(let join) = node.operation, let input = node.input,
        passed[input] || passed[join.other]
      else { continue }
      if mayBeLate, isClosed(join.tick.start(of: packet.time) + join.tick.length) {
        countLate()
        continue
      }
      if passed[input], let key = tuple.key(join.key) {
        unanswered.waiting[index, default: []].append(.init(key: key, packet: packet))
      }
      if passed[join.other], let key = tuple.key(join.otherKey) {
        unanswered.answers[index, default: []].append(.init(key: key, packet: packet))
      }
    }
  }

  /// Hands on the tuples whose wait ended before the last step that ended by `time`.
  mutating func settle(_ join: Unanswered, at node: Int, until time: Int64) {
    let until = time == .max ? time : join.tick.start(of: time)
    let from = unanswered.settled[node] ?? .min
    guard until > from else { return }
    unanswered.settled[node] = until
    let answers = unanswered.answers[node] ?? []
    let due = (unanswered.waiting[node] ?? []).filter { kept in
      let end = kept.packet.time + join.within
      return (from..<until).contains(end)
        && !answers.contains {
          $0.key == kept.key && $0.packet.time >= kept.packet.time && $0.packet.time <= end
        }
    }
    for kept in due.sorted(by: {
      ($0.packet.time, $0.packet.order) < ($1.packet.time, $1.packet.order)
    }) {
      unanswered.released += 1
      let due = kept.packet.time + join.within
      let end = join.isOfRows ? join.tick.start(of: due) + join.tick.length : due
      clock = end
      run(kept.packet.released(at: end, order: unanswered.released), from: node)
    }
  }

  /// The first join of rows that may be settled by `time`, and the end of the step in which the
  /// next wait ends.
  func nextWait(by time: Int64) -> (end: Int64, node: Int, join: Unanswered)? {
    var found: (end: Int64, node: Int, join: Unanswered)?
    for (index, node) in plan.nodes.enumerated() {
      guard case .unanswered(let join) = node.operation, join.isOfRows else { continue }
      let from = unanswered.settled[index] ?? .min
      let dues = (unanswered.waiting[index] ?? []).map { $0.packet.time + join.within }
      guard let due = dues.filter({ $0 >= from }).min() else { continue }
      let end = join.tick.start(of: due) + join.tick.length
      if end <= time, end < found?.end ?? .max { found = (end, index, join) }
    }
    return found
  }
}
