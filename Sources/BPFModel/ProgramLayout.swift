/// Where everything stands that an emitted program shares with the host.
///
/// One `struct sal_half` holds one CPU's state of one epoch (map `sal_state`, index
/// `cpu * 2 + epoch`); offsets are in bytes from its start and multiples of 8. The emitted C
/// asserts every one of them with `_Static_assert`, so the two sides cannot drift.
public struct ProgramLayout: Sendable, Hashable {
  /// `sizeof(struct sal_half)`.
  public var halfBytes: Int
  /// Counters of how packets ended; their sum is the number of packets.
  public var outcomes: [Counter]
  /// Other counters, such as tuples that reached an aggregation, or were unkeyed.
  public var counters: [Counter]
  /// Keyed tables, first-seen tables and registers.
  public var tables: [Table]
  /// Ring streams; a record's `sal_batch.stream` is the index.
  public var streams: [Stream]
  /// Membership sets in `.bss`, by the plan's set index.
  public var sets: [MembershipSet]

  /// Creates a layout.
  public init(
    halfBytes: Int, outcomes: [Counter], counters: [Counter], tables: [Table], streams: [Stream],
    sets: [MembershipSet]
  ) {
    self.halfBytes = halfBytes
    self.outcomes = outcomes
    self.counters = counters
    self.tables = tables
    self.streams = streams
    self.sets = sets
  }

  /// A u64 counter in the half.
  public struct Counter: Sendable, Hashable {
    /// What a counter says.
    public enum Meaning: Sendable, Hashable {
      /// The packet was decoded and offered to the query.
      case tuple
      /// A header that the frame announces is cut or malformed; offered all the same.
      case malformed
      /// Tuples that reached an aggregation.
      case reached(aggregation: Int)
      /// Tuples without a component of an aggregation's key.
      case unkeyed(aggregation: Int)
      /// Tuples lost because the ring was full, by stream.
      case lost(stream: Int)
    }

    /// What it says.
    public var meaning: Meaning
    /// Bytes from the half's start.
    public var offset: Int

    /// Creates a counter.
    public init(_ meaning: Meaning, offset: Int) {
      self.meaning = meaning
      self.offset = offset
    }
  }

  /// State of an aggregation or of a DISTINCT node.
  public struct Table: Sendable, Hashable {
    /// What owns the table.
    public enum Owner: Sendable, Hashable {
      case aggregation(Int)
      case node(Int)
    }

    /// How the table is kept.
    public enum Form: Sendable, Hashable {
      /// Sets of 4 ways, `setStride` bytes apart (`sal/table.h`): the ways' key words, then the
      /// ways' accumulator words, of which the first counts tuples and is 0 in a free way. With a
      /// `countShift` the count stands in the last key word instead, above that many bits of key.
      /// With 0 key words it is one entry of accumulator words.
      ///
      /// Read it with ``gather(from:into:)``.
      case partials(
        sets: Int, keyWords: Int, accumulatorWords: Int, setStride: Int, countShift: Int?)
      /// First-seen keys; the host never reads it, new keys leave through the table's stream.
      case firstSeen(sets: Int, keyWords: Int)
      /// HyperLogLog registers of a global distinct count, after one u64 that counts tuples.
      case registers(precision: Int)
    }

    /// What owns the table.
    public var owner: Owner
    /// How it is kept.
    public var form: Form
    /// Bytes from the half's start.
    public var offset: Int
    /// Bytes in the half.
    public var bytes: Int

    /// Creates a table.
    public init(owner: Owner, form: Form, offset: Int, bytes: Int) {
      self.owner = owner
      self.form = form
      self.offset = offset
      self.bytes = bytes
    }
  }

  /// Records that leave through the ring in batches, staged in the half.
  public struct Stream: Sendable, Hashable {
    /// What a record is.
    public enum Content: Sendable, Hashable {
      /// An evicted partial: key words, then accumulator words.
      case partials(aggregation: Int)
      /// A first-seen (key, item) pair: the table key's words.
      case pairs(aggregation: Int)
      /// A tuple of an export (see `Export.wordCount` in Plan).
      case tuples(export: Int)
    }

    /// What a record is.
    public var content: Content
    /// 64-bit words of a record.
    public var recordWords: Int
    /// Bytes from the half's start to `struct sal_batch` (16 bytes: stream, count, cpu, epoch)
    /// which the staged records follow, ``batchRecords`` of them.
    public var stagingOffset: Int

    /// Creates a stream.
    public init(content: Content, recordWords: Int, stagingOffset: Int) {
      self.content = content
      self.recordWords = recordWords
      self.stagingOffset = stagingOffset
    }

    /// Records of a full batch.
    public static let batchRecords = 32
  }

  /// A set in `.bss` that the host writes (`sal/set.h`).
  public struct MembershipSet: Sendable, Hashable {
    /// The C variable.
    public var variable: String
    /// Slots, a power of two.
    public var slots: Int
    /// Words of a key.
    public var keyWords: Int

    /// Creates a set.
    public init(variable: String, slots: Int, keyWords: Int) {
      self.variable = variable
      self.slots = slots
      self.keyWords = keyWords
    }
  }
}
