/// Sets of records that came before their template, kept for a while: bounded by bytes, and the
/// oldest make room.
struct HeldSets {
  struct Key: Hashable {
    var session: ExporterSession.Key
    var template: UInt16
  }

  /// A set's own copy of its bytes.
  final class Storage {
    let bytes: Octets
    private let memory: UnsafeMutablePointer<UInt8>

    init(_ original: Octets) {
      memory = .allocate(capacity: max(1, original.count))
      memory.update(from: original.base, count: original.count)
      bytes = Octets(memory, original.count)
    }

    deinit { memory.deallocate() }
  }

  struct HeldSet {
    let key: Key
    let storage: Storage
    let context: RecordTiming.Header
  }

  private var sets: [HeldSet] = []
  private var bytesHeld = 0

  static let bytesMax = 1 << 20
  static let setsMax = 1024

  /// Keeps a copy; returns the sets that had to go for it, itself where it is too large.
  mutating func hold(
    _ bytes: Octets, _ key: Key, _ context: RecordTiming.Header
  ) -> [Key] {
    guard bytes.count <= Self.bytesMax / 4 else { return [key] }
    sets.append(HeldSet(key: key, storage: Storage(bytes), context: context))
    bytesHeld += bytes.count
    var gone: [Key] = []
    while bytesHeld > Self.bytesMax || sets.count > Self.setsMax {
      let first = sets.removeFirst()
      bytesHeld -= first.storage.bytes.count
      gone.append(first.key)
    }
    return gone
  }

  /// The sets that a template lets be read.
  mutating func release(_ key: Key) -> [HeldSet] {
    guard sets.contains(where: { $0.key == key }) else { return [] }
    let found = sets.filter { $0.key == key }
    sets.removeAll { $0.key == key }
    bytesHeld -= found.reduce(0) { $0 + $1.storage.bytes.count }
    return found
  }

  /// Those that nothing came for.
  mutating func releaseAll() -> [Key] {
    defer { (sets, bytesHeld) = ([], 0) }
    return sets.map(\.key)
  }
}
