/// What a data path offers: the limits that placement and code generation keep to.
public struct TargetProfile: Sendable, Hashable {
  /// The name, as EXPLAIN prints it.
  public var name: String
  /// Entries of each keyed table for one CPU and epoch, a power of two, at least 16.
  public var tableEntries: Int
  /// Entries of each first-seen table: more, as one is a third of a keyed table's.
  public var firstSeenEntries: Int { Self.firstSeenShare * tableEntries }
  /// How many times the entries of a keyed table a first-seen table has, a power of two.
  public static let firstSeenShare = 2
  /// Most bytes of state for one CPU and epoch.
  public var halfBytesMax: Int
  /// Most bytes of stack; the kernel's MAX_BPF_STACK.
  public var stackBytesMax: Int
  /// Most instructions; the kernel's BPF_COMPLEXITY_LIMIT_INSNS is on those that it walks.
  public var instructionsMax: Int

  /// XDP on Linux 6.1 and later. Tables of 512 KiB for the usual key stay in a core's own cache,
  /// and what they evict costs less than their misses would: `Docs/Decisions/0065`.
  public static let xdp = TargetProfile(
    name: "xdp", tableEntries: 1 << 15, halfBytesMax: 64 << 20, stackBytesMax: 512,
    instructionsMax: 1_000_000)

  /// Creates a profile.
  public init(
    name: String, tableEntries: Int, halfBytesMax: Int, stackBytesMax: Int, instructionsMax: Int
  ) {
    self.name = name
    self.tableEntries = tableEntries
    self.halfBytesMax = halfBytesMax
    self.stackBytesMax = stackBytesMax
    self.instructionsMax = instructionsMax
  }
}
