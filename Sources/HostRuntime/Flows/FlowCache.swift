import DataModel
import Kernels
import Plan

/// The flows that have not ended: joins the partials of panes and CPUs, and ends flows by the rules
/// of ``FlowMaking``.
///
/// A hash index over entries in one buffer, and a wheel of lists by the pane's end at which an
/// entry's timeouts are looked at again; an entry whose flow went on moves there.
/// - Cost: one lookup a partial, one visit an entry and timeout.
/// - Memory: 160 bytes an entry and 8 of index, for the most flows that there were at once.
struct FlowCache: ~Copyable {
  private struct Touched {
    var entry: Int32
    var fromA = FlowSums()
    var fromB = FlowSums()
    var last = Int64.min
  }

  /// Records that are to be written, in the order of ``FlowEntry/precedes(_:_:)`` once sorted.
  var finished: [FlowEntry] = []
  /// Records that were written because the cache was full, since this was asked last.
  private(set) var cutShort: UInt64 = 0
  private let making: FlowMaking
  private let limit: Int
  private let seed: UInt64
  private var entries: [FlowEntry] = []
  private var free: [Int32] = []
  /// Entry plus 1, 0 where free; linear probing, at most half full.
  private var index: [Int32]
  private var wheel: [Int32]
  private var touched: [Touched] = []
  /// Flows in the cache.
  private(set) var count = 0

  init(_ making: FlowMaking, limit: Int, seed: UInt64) {
    self.making = making
    self.limit = limit
    self.seed = seed
    index = [Int32](repeating: 0, count: 128)
    var slots = 2
    let longest = max(making.active, making.idle) / making.pane.length + 2
    while slots < min(longest, 1 << 12) { slots *= 2 }
    wheel = [Int32](repeating: -1, count: slots)
  }

  // MARK: partials

  /// Adds a partial of the pane at hand: what A of `key` sent to B.
  mutating func add(_ sent: FlowKey, _ sums: FlowSums, last: Int64) {
    let isForward = !making.isBidirectional || sent.isCanonical
    let place = entry(isForward ? sent : sent.reversed)
    var at = Int(entries[place].touched)
    if at < 0 {
      at = touched.count
      touched.append(Touched(entry: Int32(place)))
      entries[place].touched = Int32(at)
    }
    if isForward { touched[at].fromA.add(sums) } else { touched[at].fromB.add(sums) }
    touched[at].last = max(touched[at].last, last)
  }

  /// Joins what was added to the flows, at the end of the pane, in panes since the epoch.
  mutating func join(at end: Int64) {
    for pane in touched {
      let place = Int(pane.entry)
      let first = min(pane.fromA.first, pane.fromB.first)
      if entries[place].last != .min, first - entries[place].last >= patience(place) {
        finish(place, isForced: false)
        let key = entries[place].key
        unlink(place)
        entries[place] = FlowEntry(key: key)
        entries[place].due = -1
      }
      entries[place].touched = -1
      entries[place].fromA.add(pane.fromA)
      entries[place].fromB.add(pane.fromB)
      entries[place].last = max(entries[place].last, pane.last)
      entries[place].noteFlags()
      schedule(place, notBefore: end)
    }
    touched.removeAll(keepingCapacity: true)
  }

  /// How long the flow may be silent.
  private func patience(_ place: Int) -> Int64 {
    entries[place].hasEnded(isBidirectional: making.isBidirectional) ? making.linger : making.idle
  }

  private mutating func finish(_ place: Int, isForced: Bool) {
    guard !entries[place].isEmpty else { return }
    finished.append(entries[place])
    finished[finished.count - 1].isForced = isForced
  }

  // MARK: timeouts

  /// The next end of a pane, in panes since the epoch, at which a timeout is looked at; nil
  /// without flows.
  func nextDue(after end: Int64) -> Int64? {
    guard count > 0 else { return nil }
    for step in 1...Int64(wheel.count) where wheel[slot(end + step)] >= 0 { return end + step }
    return nil
  }

  /// Ends the flows whose time is up at the end of a pane.
  mutating func expire(at end: Int64) {
    let length = making.pane.length
    let time = end * length
    var next = wheel[slot(end)]
    while next >= 0 {
      let place = Int(next)
      next = entries[place].next
      guard entries[place].due == end else { continue }
      if time - entries[place].last >= patience(place) {
        finish(place, isForced: false)
        remove(place)
        continue
      }
      if !entries[place].isEmpty, time + length > entries[place].first + making.active {
        finish(place, isForced: true)
        entries[place].goOn()
      }
      schedule(place, notBefore: end + 1)
    }
  }

  /// Ends the flows that were silent longest until no more are left than fit.
  mutating func shrink() {
    guard count > limit else { return }
    let surplus = count - limit
    let oldest = entries.indices.filter { entries[$0].last != .min }.sorted { a, b in
      let (x, y) = (entries[a], entries[b])
      return x.last != y.last ? x.last < y.last : FlowKey.precedes(x.key, y.key)
    }.prefix(surplus)
    for place in oldest {
      if !entries[place].isEmpty { cutShort &+= 1 }
      finish(place, isForced: true)
      remove(place)
    }
  }

  /// Ends all flows: the input has ended.
  mutating func expireAll() {
    for place in entries.indices where entries[place].last != .min {
      finish(place, isForced: true)
      remove(place)
    }
  }

  /// Forgets how many records were written because the cache was full.
  mutating func takeCutShort() -> UInt64 {
    defer { cutShort = 0 }
    return cutShort
  }

  // MARK: the wheel

  private func slot(_ end: Int64) -> Int { Int(truncatingIfNeeded: end) & (wheel.count - 1) }

  /// Puts an entry where its timeouts are to be looked at next.
  private mutating func schedule(_ place: Int, notBefore end: Int64) {
    let length = making.pane.length
    let silent = entries[place].last + patience(place)
    // Times of packets are not negative, so this rounds up.
    var due = (silent + length - 1) / length
    if !entries[place].isEmpty { due = min(due, (entries[place].first + making.active) / length) }
    due = min(max(due, end), end + Int64(wheel.count) - 1)
    if entries[place].due == due { return }
    unlink(place)
    entries[place].due = due
    let slot = slot(due)
    entries[place].next = wheel[slot]
    entries[place].previous = -1
    if wheel[slot] >= 0 { entries[Int(wheel[slot])].previous = Int32(place) }
    wheel[slot] = Int32(place)
  }

  private mutating func unlink(_ place: Int) {
    let entry = entries[place]
    guard entry.due >= 0 else { return }
    if entry.next >= 0 { entries[Int(entry.next)].previous = entry.previous }
    if entry.previous >= 0 {
      entries[Int(entry.previous)].next = entry.next
    } else {
      wheel[slot(entry.due)] = entry.next
    }
    entries[place].next = -1
    entries[place].previous = -1
    entries[place].due = -1
  }

  // MARK: the index

  /// The place of a key's entry, made if need be.
  private mutating func entry(_ key: FlowKey) -> Int {
    if 2 * (count + 1) > index.count { grow() }
    var at = home(key)
    while index[at] != 0 {
      let place = Int(index[at]) - 1
      if entries[place].key == key { return place }
      at = (at + 1) & (index.count - 1)
    }
    var fresh = FlowEntry(key: key)
    fresh.due = -1
    count += 1
    if let place = free.popLast() {
      entries[Int(place)] = fresh
      index[at] = place + 1
      return Int(place)
    }
    entries.append(fresh)
    index[at] = Int32(entries.count)
    return entries.count - 1
  }

  private func home(_ key: FlowKey) -> Int {
    Int(truncatingIfNeeded: key.hash(seed)) & (index.count - 1)
  }

  private mutating func grow() {
    let old = index
    index = [Int32](repeating: 0, count: old.count * 2)
    for value in old where value != 0 {
      var at = home(entries[Int(value) - 1].key)
      while index[at] != 0 { at = (at + 1) & (index.count - 1) }
      index[at] = value
    }
  }

  /// Takes an entry out; those behind it in its run move up (Knuth, 6.4, algorithm R).
  private mutating func remove(_ place: Int) {
    unlink(place)
    let mask = index.count - 1
    var hole = home(entries[place].key)
    while index[hole] != Int32(place) + 1 { hole = (hole + 1) & mask }
    var at = (hole + 1) & mask
    while index[at] != 0 {
      let home = home(entries[Int(index[at]) - 1].key)
      if (at - home) & mask >= (at - hole) & mask {
        index[hole] = index[at]
        hole = at
      }
      at = (at + 1) & mask
    }
    index[hole] = 0
    entries[place].last = .min
    free.append(Int32(place))
    count -= 1
  }
}
