import DataModel
import Kernels
import Plan

/// `ANTI AFTER` ready to run: tuples wait until one of equal key answers them or their time is up.
///
/// Steps of time are settled when nothing earlier can come any more, their tuples in the order of
/// time; at one instant those that wait come before those that answer. So an answer ends all that
/// wait under its key, and what has waited long enough leaves in the order in which it came.
final class UnansweredRun: SettlingRun {
  let node: Int
  let inputs: [Int]
  var tick: Window { waiting.tick }
  var settlesBehindRows: Bool { waiting.isOfRows }
  private let waiting: Unanswered
  private let packers: [KeyPacker]
  private let keys: VertexTable
  private let held: HeldTuples
  private let limit: Int
  /// Tuples of steps that are not settled, by step, ascending.
  private var steps: [Step] = []
  /// Tuples of all those steps.
  private var stepped = 0
  /// What waits for answers, the oldest first, from `first` on; answered ones among them.
  private var queue: [Entry] = []
  private var first = 0
  private var alive = 0
  /// By key, the last tuple that waits under it.
  private var lastOfKey: [UInt32: HeldTuple] = [:]
  private let kept: UnsafeMutablePointer<UInt16>
  private let words: UnsafeMutablePointer<UInt64>
  private var withoutRoom: UInt64 = 0
  private var evicted: UInt64 = 0

  private struct Entry {
    let time: Int64
    let order: UInt64
    let key: UInt32
    /// What waits; nil where it answers.
    let held: HeldTuple?

    static func precedes(_ a: Entry, _ b: Entry) -> Bool {
      if a.time != b.time { return a.time < b.time }
      if (a.held == nil) != (b.held == nil) { return a.held != nil }
      return a.order < b.order
    }
  }

  private struct Step {
    let start: Int64
    var entries: [Entry] = []
  }

  init(
    _ node: Int, _ waiting: Unanswered, of input: Int, fields: Set<FieldID>,
    _ configuration: HostConfiguration
  ) {
    self.node = node
    self.waiting = waiting
    inputs = [input, waiting.other]
    packers = [KeyPacker(key: waiting.key), KeyPacker(key: waiting.otherKey)]
    let width = max(1, packers[0].layout.wordCount)
    keys = VertexTable(words: width, seed: configuration.seed)
    held = HeldTuples(fields: fields)
    limit = min(configuration.limits.edges, Int(Int32.max))
    kept = .allocate(capacity: TupleBatch.capacity)
    words = .allocate(capacity: TupleBatch.capacity * width)
  }

  deinit {
    kept.deallocate()
    words.deallocate()
  }

  func take(
    _ batch: TupleBatch, _ rows: UnsafePointer<UInt16>, _ count: Int, input: Int, horizon: Int64
  ) {
    guard count > 0 else { return }
    let start = tick.start(of: batch.times[0])
    guard start + tick.length > horizon else { return }
    var n = packers[input].pack(batch, rows: rows, count: count, kept: kept, keys: words)
    let room = max(0, limit - stepped)
    if n > room {
      withoutRoom &+= UInt64(n - room)
      n = room
    }
    guard n > 0 else { return }
    stepped += n
    let step = place(of: start)
    var entries: [Entry] = []
    swap(&entries, &steps[step].entries)
    let columns = held.columns(of: batch)
    for index in 0..<n {
      let row = Int(kept[index])
      entries.append(
        Entry(
          time: batch.times[row], order: batch.orders[row],
          key: keys.retain(words + index &* keys.words),
          held: input == 0 ? held.hold(columns, row) : nil))
    }
    swap(&entries, &steps[step].entries)
  }

  private func place(of start: Int64) -> Int {
    var place = steps.count
    while place > 0, steps[place - 1].start > start { place -= 1 }
    if place > 0, steps[place - 1].start == start { return place - 1 }
    steps.insert(Step(start: start), at: place)
    return place
  }

  var nextEnd: Int64? {
    let ends = [
      steps.first?.start,
      first < queue.count ? tick.start(of: waiting.release(of: queue[first].time)) : nil,
    ]
    return ends.compactMap(\.self).min().map { $0 + tick.length }
  }

  func settle(until time: Int64, pane: Window?, emit: (TupleBatch) -> Void) {
    while let end = nextEnd, end <= time {
      if let step = steps.first, step.start + tick.length == end {
        steps.removeFirst()
        stepped -= step.entries.count
        for entry in step.entries.sorted(by: Entry.precedes) {
          release(before: entry.time, pane, emit)
          if let tuple = entry.held { wait(entry, tuple) } else { answer(entry) }
        }
      }
      release(before: end, pane, emit)
      held.flush(emit)
    }
  }

  private func wait(_ entry: Entry, _ tuple: HeldTuple) {
    if alive >= limit { evictOldest() }
    held.link(tuple, behind: lastOfKey.updateValue(tuple, forKey: entry.key))
    queue.append(entry)
    alive += 1
    // Answered ones are forgotten before they outnumber those that wait.
    if queue.count - first > 2 * alive + 8192 { thinOut() }
  }

  private func thinOut() {
    var rest: [Entry] = []
    rest.reserveCapacity(alive)
    for entry in queue[first...] {
      if isWaiting(entry) { rest.append(entry) } else { keys.release(entry.key) }
    }
    queue = rest
    first = 0
  }

  private func isWaiting(_ entry: Entry) -> Bool { entry.held.map(held.isHeld) ?? false }

  /// Ends the wait of everything under the key.
  private func answer(_ entry: Entry) {
    var next = lastOfKey.removeValue(forKey: entry.key)
    while let tuple = next, held.isHeld(tuple) {
      next = held.previous(of: tuple)
      held.leave(tuple)
      alive -= 1
    }
    keys.release(entry.key)
  }

  /// Hands on what has waited long enough before `time`.
  private func release(before time: Int64, _ pane: Window?, _ emit: (TupleBatch) -> Void) {
    while first < queue.count {
      let due = waiting.release(of: queue[first].time)
      guard due < time else { return }
      takeOldest { held.append($0, at: waiting.time(released: due), pane, emit) }
    }
  }

  private func evictOldest() {
    let before = evicted
    while first < queue.count, evicted == before { takeOldest { _ in evicted &+= 1 } }
  }

  /// Takes the oldest out of the queue; where it still waits, it is used and waits no longer.
  private func takeOldest(_ use: (HeldTuple) -> Void) {
    let entry = queue[first]
    if let tuple = entry.held, held.isHeld(tuple) {
      use(tuple)
      if lastOfKey[entry.key] == tuple { lastOfKey[entry.key] = nil }
      held.leave(tuple)
      alive -= 1
    }
    keys.release(entry.key)
    first += 1
    if first > 4096, first * 2 > queue.count {
      queue.removeFirst(first)
      first = 0
    }
  }

  func takeLosses() -> [(count: UInt64, reason: String)] {
    defer { (withoutRoom, evicted) = (0, 0) }
    return [
      (withoutRoom, "more tuples wait than there is room for"),
      (evicted, "more tuples wait for an answer than fit, the oldest were forgotten"),
    ]
  }
}
