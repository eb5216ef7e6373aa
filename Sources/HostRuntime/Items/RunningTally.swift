import DataModel
import Kernels
import Operators

/// How often each item occurs among some tuples, or the sum of its weight there, with what answers
/// read of it at hand after every change.
///
/// - Cost: a look-up a change; log n comparisons where the largest or the heaviest are wanted. An
///   answer of the counts' groups costs a sort of them, at most √2n.
struct RunningTally {
  /// What is kept up to date, by what answers read.
  struct Wanted: OptionSet {
    let rawValue: UInt8
    static let norms = Wanted(rawValue: 1)
    static let sizes = Wanted(rawValue: 2)
    static let order = Wanted(rawValue: 4)
    static let groups = Wanted(rawValue: 8)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(_ readings: [TallyReading]) {
      self = readings.reduce(into: []) { wanted, reading in
        switch reading {
        case .items: break
        case .norms: wanted.insert(.norms)
        case .largest: wanted.insert(.sizes)
        case .heaviest: wanted.insert(.order)
        case .counts: wanted.insert(.groups)
        }
      }
    }
  }

  /// An item: how many tuples have it, and their weight.
  struct Entry {
    var code: Int64
    var uses: Int32
    var weight: Int128

    var count: Int64 { Int64(clamping: weight) }
  }

  private let wanted: Wanted
  private(set) var entries: [Entry] = []
  /// The entries' numbers by code, once they are many.
  private var index: [Int64: Int32] = [:]
  private(set) var total: Int128 = 0
  private(set) var norms = TallyNorms()
  /// How many items have each count.
  private var groups: [Int64: Int64] = [:]
  private var bySize = EntryHeap()
  private var byCount = EntryHeap()

  /// Items that there is memory for: few without asking a budget, then what it gave.
  private(set) var room = 4

  /// Entries that are found by looking at each.
  private static let few = 8
  /// Octets of an item's entry, with its places in the index, the groups and the heaps.
  static let entryBytes = 80

  init(_ wanted: Wanted) { self.wanted = wanted }

  /// Makes room for an item; false where it is a new one and the budget has no more.
  mutating func makeRoom(for code: Int64, _ budget: MemoryBudget) -> Bool {
    guard entries.count == room, find(code) == nil else { return true }
    guard budget.take(room * Self.entryBytes) else { return false }
    room *= 2
    entries.reserveCapacity(room)
    return true
  }

  /// A tuple with the item comes.
  mutating func add(_ code: Int64, _ weight: Int64, _ codes: ItemCodes) {
    total += Int128(weight)
    if let number = find(code) {
      entries[number].uses += 1
      return change(number, by: Int128(weight), codes)
    }
    entries.append(Entry(code: code, uses: 1, weight: Int128(weight)))
    noteLast()
    sumUp(from: nil, to: weight)
    let entries = self.entries
    if wanted.contains(.sizes) { bySize.append { Self.isLarger(entries[$0], entries[$1]) } }
    if wanted.contains(.order) {
      byCount.append { Self.isHeavier(entries[$0], entries[$1], codes) }
    }
  }

  /// A tuple with the item goes; its code has to be known until then.
  mutating func remove(_ code: Int64, _ weight: Int64, _ codes: ItemCodes) {
    guard let number = find(code) else { preconditionFailure("an item leaves that came") }
    total -= Int128(weight)
    entries[number].uses -= 1
    guard entries[number].uses == 0 else { return change(number, by: -Int128(weight), codes) }
    sumUp(from: entries[number].count, to: nil)
    forget(number, codes)
  }

  private mutating func change(_ number: Int, by weight: Int128, _ codes: ItemCodes) {
    let old = entries[number].count
    entries[number].weight += weight
    let new = entries[number].count
    guard new != old else { return }
    sumUp(from: old, to: new)
    let entries = self.entries
    if wanted.contains(.sizes) { bySize.update(number) { Self.isLarger(entries[$0], entries[$1]) } }
    if wanted.contains(.order) {
      byCount.update(number) { Self.isHeavier(entries[$0], entries[$1], codes) }
    }
  }

  /// An item's count becomes another; nil where it is not there.
  private mutating func sumUp(from old: Int64?, to new: Int64?) {
    if wanted.contains(.norms) {
      if let old { norms.remove(old) }
      if let new { norms.add(new) }
    }
    guard wanted.contains(.groups) else { return }
    if let old {
      let left = groups[old, default: 0] - 1
      groups[old] = left == 0 ? nil : left
    }
    if let new { groups[new, default: 0] += 1 }
  }

  /// Removes an entry; the last one takes its number.
  private mutating func forget(_ number: Int, _ codes: ItemCodes) {
    removeFromHeaps(number, codes)
    let isIndexed = !index.isEmpty
    if isIndexed { index[entries[number].code] = nil }
    let last = entries.removeLast()
    guard number < entries.count else { return }
    entries[number] = last
    if isIndexed { index[last.code] = Int32(number) }
  }

  private mutating func removeFromHeaps(_ number: Int, _ codes: ItemCodes) {
    let entries = self.entries
    if wanted.contains(.sizes) { bySize.remove(number) { Self.isLarger(entries[$0], entries[$1]) } }
    if wanted.contains(.order) {
      byCount.remove(number) { Self.isHeavier(entries[$0], entries[$1], codes) }
    }
  }

  // MARK: Entries by code

  private func find(_ code: Int64) -> Int? {
    index.isEmpty ? entries.firstIndex { $0.code == code } : index[code].map { Int($0) }
  }

  /// The last entry is new.
  private mutating func noteLast() {
    guard entries.count > Self.few || !index.isEmpty else { return }
    let first = index.isEmpty ? 0 : entries.count - 1
    for number in first..<entries.count { index[entries[number].code] = Int32(number) }
  }

  // MARK: Order

  private static func isLarger(_ a: Entry, _ b: Entry) -> Bool {
    a.count.magnitude > b.count.magnitude
  }

  private static func isHeavier(_ a: Entry, _ b: Entry, _ codes: ItemCodes) -> Bool {
    let (first, second) = (a.count, b.count)
    return first != second ? first > second : codes.precedes(a.code, b.code)
  }

  // MARK: Answers

  /// What an operator evaluates that reads so much of the tally.
  func state(_ reading: TallyReading, _ codes: ItemCodes) -> KeyState {
    switch reading {
    case .norms: return .norms(norms)
    case .counts:
      let all = groups.map { ItemsOfCount(count: $0.key, items: $0.value) }
      return .counts(all.sorted { $0.count < $1.count })
    case .largest:
      let largest = bySize.first.map { [(item: [Value](), count: entries[$0].count)] }
      return .tally(items: largest ?? [], total: Int64(clamping: total))
    case .heaviest(let count):
      let best = byCount.first(count) { Self.isHeavier(entries[$0], entries[$1], codes) }
      return tally(best.map { entries[$0] }, codes)
    case .items: return tally(entries, codes)
    }
  }

  private func tally(_ entries: [Entry], _ codes: ItemCodes) -> KeyState {
    .tally(
      items: entries.map { (item: codes.item($0.code), count: $0.count) },
      total: Int64(clamping: total))
  }
}
