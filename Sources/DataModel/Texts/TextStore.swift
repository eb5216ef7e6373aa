/// Texts with codes, the generation in which each was looked up last, and who holds which; for one
/// thread at a time.
///
/// Open addressing with linear probing; a slot has half of the text's hash, so that others are told
/// apart without looking at them. Once a quarter is full, a hand that goes round looks at a few
/// entries with each new text for some that nobody can hold; where all is full, at as many as it
/// takes, once round after the oldest that is held has changed.
/// - Cost: a text that is there is three cache lines; a new one also takes memory of its own.
struct TextStore: ~Copyable, @unchecked Sendable {
  // The memory is its own, and whoever changes it has it alone.
  struct Usage {
    var texts: Int
    var bytes: Int
    var textsMax: Int
    var bytesMax: Int
  }

  private struct Entry: BitwiseCopyable {
    /// The text; nil of a code without one.
    var bytes: UnsafeMutableRawPointer?
    /// Its length; of a code without a text the next such code.
    var count: UInt32
    /// When it was looked up last.
    var generation: UInt32
  }

  /// The generation of texts that are never forgotten.
  private static let pinned = UInt32.max
  /// Entries that the hand looks at for each new text.
  private static let stride = 8

  private(set) var generation: UInt32 = 1
  private var textsMax: Int
  private var bytesMax: Int
  private let seed: UInt64

  private var entries: UnsafeMutablePointer<Entry>
  private var capacity = 1 << 10
  /// One more than the largest code that was ever given.
  private var given = 1
  /// The first code without a text below ``given``; 0 where there is none.
  private var free: UInt32 = 0
  private var texts = 0
  private var bytes = 0

  /// Code and half of the hash, 0 where free; a power of two, at most half full.
  private var slots: UnsafeMutablePointer<UInt64>
  private var slotMask = (1 << 11) - 1

  /// Since which generation each holder holds.
  private var holders: [UInt32] = []
  private var freeHolders: [Int] = []
  private var holdsHaveChanged = false
  /// What is older is held by nobody.
  private var oldest: UInt32 = 1
  /// The next code that the hand looks at, and how many it has since ``oldest`` changed.
  private var hand = 1
  private var passed = 0
  /// New texts of this generation, and their bytes.
  private var newTexts = 0
  private var newBytes = 0

  init(textsMax: Int, bytesMax: Int) {
    self.textsMax = textsMax
    self.bytesMax = bytesMax
    // Names come from strangers, who must not choose which of them collide.
    seed = UInt64.random(in: .min ... .max)
    entries = .allocate(capacity: capacity)
    slots = .allocate(capacity: slotMask + 1)
    slots.initialize(repeating: 0, count: slotMask + 1)
  }

  deinit {
    for code in 1..<given { entries[code].bytes?.deallocate() }
    entries.deallocate()
    slots.deallocate()
  }

  var usage: Usage {
    Usage(texts: texts, bytes: bytes, textsMax: textsMax, bytesMax: bytesMax)
  }

  mutating func limit(textsMax: Int, bytesMax: Int) {
    (self.textsMax, self.bytesMax) = (textsMax, bytesMax)
  }

  // MARK: Texts and codes

  /// The code of a text, which becomes one of this generation; nil where there is no room.
  mutating func code(_ text: UnsafeRawBufferPointer, isPinned: Bool) -> UInt64? {
    let hash = hash(text)
    let tag = hash & ~0xFFFF_FFFF
    var place = Self.home(tag) & slotMask
    while slots[place] != 0 {
      let slot = slots[place]
      if slot & ~0xFFFF_FFFF == tag {
        let entry = entries + Int(slot & 0xFFFF_FFFF)
        if Self.isEqual(entry.pointee, text) {
          if entry.pointee.generation < generation {
            entry.pointee.generation = isPinned ? Self.pinned : generation
          } else if isPinned {
            entry.pointee.generation = Self.pinned
          }
          return slot & 0xFFFF_FFFF
        }
      }
      place = (place &+ 1) & slotMask
    }
    return add(text, tag, isPinned)
  }

  /// The text of a code; nil of one without, which is a mistake of who ought to have held it.
  func text(_ code: Int) -> String? {
    guard code > 0, code < given, let bytes = entries[code].bytes else {
      assertionFailure("a code is a text's for as long as anybody holds it")
      return nil
    }
    return String(
      decoding: UnsafeRawBufferPointer(start: bytes, count: Int(entries[code].count)),
      as: UTF8.self)
  }

  mutating func renew(_ code: Int) {
    assert(
      code > 0 && code < given && entries[code].bytes != nil,
      "a code is a text's for as long as anybody holds it")
    if code < given, entries[code].generation < generation { entries[code].generation = generation }
  }

  @inline(never)
  private mutating func add(
    _ text: UnsafeRawBufferPointer, _ tag: UInt64, _ isPinned: Bool
  ) -> UInt64? {
    guard makeRoom(for: text.count) else { return nil }
    let code: Int
    if free > 0 {
      code = Int(free)
      free = entries[code].count
    } else {
      if given == capacity { growEntries() }
      code = given
      given += 1
    }
    let own = UnsafeMutableRawPointer.allocate(byteCount: max(1, text.count), alignment: 8)
    if let base = text.baseAddress { own.copyMemory(from: base, byteCount: text.count) }
    entries[code] = Entry(
      bytes: own, count: UInt32(text.count), generation: isPinned ? Self.pinned : generation)
    texts += 1
    bytes += text.count
    if 2 * texts > slotMask { growSlots() }
    var place = Self.home(tag) & slotMask
    while slots[place] != 0 { place = (place &+ 1) & slotMask }
    slots[place] = tag | UInt64(code)
    noteNew(text.count)
    return UInt64(code)
  }

  /// Begins the next generation once enough texts are new: so many that few begin, so few that what
  /// is held a little too long does not matter.
  private mutating func noteNew(_ count: Int) {
    newTexts += 1
    newBytes += count
    guard newTexts > max(textsMax / 64, texts / 8) || newBytes > max(bytesMax / 64, bytes / 8)
    else { return }
    (newTexts, newBytes) = (0, 0)
    generation += 1
    holdsHaveChanged = true
  }

  // MARK: Who holds what

  mutating func addHolder() -> Int {
    if let old = freeHolders.popLast() { return old }
    holders.append(TextHold.nothing)
    return holders.count - 1
  }

  mutating func removeHolder(_ holder: Int) {
    hold(holder, since: TextHold.nothing)
    freeHolders.append(holder)
  }

  mutating func hold(_ holder: Int, since generation: UInt32) {
    assert(generation >= oldest, "what a holder takes over from another was held all the time")
    holders[holder] = generation
    holdsHaveChanged = true
  }

  // MARK: Giving back

  /// Whether there is room for a text of so many bytes, others being forgotten where there is not.
  private mutating func makeRoom(for count: Int) -> Bool {
    guard count <= bytesMax else { return false }
    if holdsHaveChanged { learnOldest() }
    if texts > textsMax / 4 || bytes > bytesMax / 4 {
      for _ in 0..<Self.stride where passed < given - 1 { passEntry() }
    }
    while texts >= textsMax || bytes + count > bytesMax {
      guard passed < given - 1 else { return false }
      passEntry()
    }
    return true
  }

  private mutating func learnOldest() {
    holdsHaveChanged = false
    let held = holders.min() ?? TextHold.nothing
    let found = min(held, generation)
    guard found > oldest else { return }
    oldest = found
    passed = 0
  }

  /// Looks at one entry, which is forgotten if nobody can hold it.
  private mutating func passEntry() {
    passed += 1
    hand = hand < given ? hand : 1
    if entries[hand].bytes != nil, entries[hand].generation < oldest { forget(hand) }
    hand += 1
  }

  private mutating func forget(_ code: Int) {
    guard let text = entries[code].bytes else { return }
    let count = Int(entries[code].count)
    removeSlot(of: code, UnsafeRawBufferPointer(start: text, count: count))
    text.deallocate()
    entries[code] = Entry(bytes: nil, count: free, generation: 0)
    free = UInt32(code)
    texts -= 1
    bytes -= count
  }

  /// Takes a code out of the slots; codes that were probed past it move up.
  private func removeSlot(of code: Int, _ text: UnsafeRawBufferPointer) {
    let tag = hash(text) & ~0xFFFF_FFFF
    var hole = Self.home(tag) & slotMask
    while slots[hole] != tag | UInt64(code) { hole = (hole &+ 1) & slotMask }
    var place = hole
    while true {
      place = (place &+ 1) & slotMask
      if slots[place] == 0 { break }
      let home = Self.home(slots[place]) & slotMask
      // It may move if its home does not lie behind the hole.
      if (place &- home) & slotMask >= (place &- hole) & slotMask {
        slots[hole] = slots[place]
        hole = place
      }
    }
    slots[hole] = 0
  }

  // MARK: Memory

  private mutating func growEntries() {
    let wider = UnsafeMutablePointer<Entry>.allocate(capacity: 2 * capacity)
    wider.update(from: entries, count: given)
    entries.deallocate()
    entries = wider
    capacity *= 2
  }

  private mutating func growSlots() {
    let (old, count) = (slots, slotMask + 1)
    slots = .allocate(capacity: 2 * count)
    slots.initialize(repeating: 0, count: 2 * count)
    slotMask = 2 * count - 1
    for index in 0..<count where old[index] != 0 {
      var place = Self.home(old[index]) & slotMask
      while slots[place] != 0 { place = (place &+ 1) & slotMask }
      slots[place] = old[index]
    }
    old.deallocate()
  }

  // MARK: Hashing

  @inline(__always)
  private static func home(_ slot: UInt64) -> Int { Int(truncatingIfNeeded: slot &>> 32) }

  @inline(__always)
  private static func isEqual(_ entry: Entry, _ text: UnsafeRawBufferPointer) -> Bool {
    let count = text.count
    guard Int(entry.count) == count, let own = entry.bytes else { return false }
    var at = 0
    while at &+ 8 <= count {
      if own.load(fromByteOffset: at, as: UInt64.self)
        != text.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      {
        return false
      }
      at &+= 8
    }
    while at < count {
      if own.load(fromByteOffset: at, as: UInt8.self) != text[at] { return false }
      at &+= 1
    }
    return true
  }

  /// Folds eight bytes at a time by a multiplication to 128 bits, as wyhash does.
  @inline(__always)
  private func hash(_ text: UnsafeRawBufferPointer) -> UInt64 {
    let count = text.count
    var state = seed ^ UInt64(truncatingIfNeeded: count)
    var at = 0
    while at &+ 8 <= count {
      state = Self.fold(state ^ text.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      at &+= 8
    }
    var rest: UInt64 = 0
    if count >= 8 {
      if at < count { rest = text.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self) }
    } else if count >= 4 {
      rest = UInt64(text.loadUnaligned(as: UInt32.self))
      rest |= UInt64(text.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)) &<< 32
    } else {
      while at < count {
        rest = (rest &<< 8) | UInt64(text[at])
        at &+= 1
      }
    }
    return Self.fold(Self.fold(state ^ rest) ^ 0x9E37_79B9_7F4A_7C15)
  }

  @inline(__always)
  private static func fold(_ word: UInt64) -> UInt64 {
    let product = word.multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
    return product.high ^ product.low
  }
}
