import BPFModel

/// Lays out `struct sal_half` and declares what stands in it, with assertions of every offset.
struct HalfBuilder {
  private(set) var members: [CMember] = []
  private(set) var assertions: [CDeclaration] = []
  private(set) var outcomes: [ProgramLayout.Counter] = []
  private(set) var counters: [ProgramLayout.Counter] = []
  private(set) var tables: [ProgramLayout.Table] = []
  private(set) var streams: [ProgramLayout.Stream] = []
  private var bytes = 0
  private var alignment = 8

  /// The structure's name.
  static let name: CIdentifier = "sal_half"
  /// `struct sal_outcomes`.
  private static let outcomesBytes = 64
  /// `struct sal_staging`: two counters of loss, then `struct sal_batch`.
  static let stagingBytes = 32
  private static let batchOffset = 16
  private static let lostTuplesOffset = 8

  init() {
    let start = add(
      CMember(.structure("sal_outcomes"), "outcomes"), bytes: Self.outcomesBytes, alignment: 8)
    // struct sal_outcomes: packets, then a counter for each way to end.
    outcomes = [
      ProgramLayout.Counter(.tuple, offset: start + 8),
      ProgramLayout.Counter(.malformed, offset: start + 16),
      ProgramLayout.Counter(.malformed, offset: start + 24),
      ProgramLayout.Counter(.malformed, offset: start + 32),
    ]
  }

  /// Where all packets are counted.
  static let packetsOffset = 0

  @discardableResult
  private mutating func add(_ member: CMember, bytes size: Int, alignment wanted: Int) -> Int {
    alignment = max(alignment, wanted)
    let offset = Self.rounded(bytes, to: wanted)
    members.append(member)
    expect(.offsetOf(.structure(Self.name), .name(member.name)), offset, "\(member.name) moved")
    bytes = offset + size
    return offset
  }

  private mutating func expect(_ value: CExpression, _ number: Int, _ reason: String) {
    assertions.append(
      .staticAssert(.binary(.equal, value, .integer(UInt64(number))), reason: reason))
  }

  static func rounded(_ value: Int, to alignment: Int) -> Int {
    (value + alignment - 1) / alignment * alignment
  }

  /// A counter of its own; returns its place.
  mutating func addCounter(_ name: CIdentifier, note: String) -> Int {
    add(CMember(.u64, name, note: note), bytes: 8, alignment: 8)
  }

  /// What a counter's place says; one place can say several things.
  mutating func declare(_ meaning: ProgramLayout.Counter.Meaning, offset: Int) {
    counters.append(ProgramLayout.Counter(meaning, offset: offset))
  }

  /// Words that the host does not read.
  mutating func addScratch(_ type: CIdentifier, _ name: CIdentifier, words: Int) {
    add(CMember(.structure(type), name), bytes: words * 8, alignment: 8)
  }

  /// An array of words that the host does not read.
  mutating func addScratch(_ name: CIdentifier, words: Int) {
    add(CMember(.u64, name, counts: [words]), bytes: words * 8, alignment: 8)
  }

  /// The one entry of a global aggregation.
  mutating func addTotal(aggregation: Int, _ name: CIdentifier, words: Int, note: String) {
    let offset = add(
      CMember(.u64, name, counts: [words], note: note), bytes: words * 8, alignment: 8)
    tables.append(
      ProgramLayout.Table(
        owner: .aggregation(aggregation),
        form: .partials(
          sets: 1, keyWords: 0, accumulatorWords: words, setStride: words * 8, countShift: nil),
        offset: offset, bytes: words * 8))
  }

  /// A structure of its own that begins with a staging area; returns its offset.
  mutating func addStaged(
    _ type: CIdentifier, _ name: CIdentifier, bytes size: Int, alignment wanted: Int,
    content: ProgramLayout.Stream.Content, recordWords: Int
  ) -> Int {
    let offset = add(CMember(.structure(type), name), bytes: size, alignment: wanted)
    counters.append(
      ProgramLayout.Counter(.lost(stream: streams.count), offset: offset + Self.lostTuplesOffset))
    streams.append(
      ProgramLayout.Stream(
        content: content, recordWords: recordWords, stagingOffset: offset + Self.batchOffset))
    return offset
  }

  /// A member of another layout, such as a keyed table, with its place for the host.
  mutating func addTable(
    _ table: ProgramLayout.Table, in member: CIdentifier, field: CIdentifier
  ) {
    tables.append(table)
    expect(
      .offsetOf(.structure(Self.name), .member(.name(member), field)), table.offset,
      "\(member).\(field) moved")
  }

  /// A member without staging; returns its offset.
  mutating func addPlain(
    _ type: CIdentifier, _ name: CIdentifier, bytes size: Int, alignment wanted: Int
  ) -> Int {
    add(CMember(.structure(type), name), bytes: size, alignment: wanted)
  }

  /// The layout, and the assertion of the structure's size.
  mutating func finish(sets: [ProgramLayout.MembershipSet]) -> ProgramLayout {
    let total = Self.rounded(bytes, to: alignment)
    expect(.sizeOf(.structure(Self.name)), total, "struct sal_half has another size")
    return ProgramLayout(
      halfBytes: total, outcomes: outcomes, counters: counters, tables: tables, streams: streams,
      sets: sets)
  }

  /// Bytes of staging before a table's sets: `struct sal_staging` and the records.
  static func stagedBytes(recordWords: Int, alignment: Int) -> Int {
    rounded(
      stagingBytes + ProgramLayout.Stream.batchRecords * recordWords * 8, to: alignment)
  }
}
