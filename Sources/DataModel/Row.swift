/// What a value or a row is worth, best first; a row's is that of its worst field.
public enum Quality: String, Hashable, Sendable, Comparable, CaseIterable {
  case exact
  case approximate
  case atLeast = "at_least"
  case partial

  public static func < (a: Quality, b: Quality) -> Bool { a.order < b.order }

  private var order: Int {
    switch self {
    case .exact: 0
    case .approximate: 1
    case .atLeast: 2
    case .partial: 3
    }
  }
}

/// The bound of an approximate value: the truth lies in it with the declared confidence.
public struct Bound: Hashable, Sendable {
  /// The least value that the truth can have.
  public let low: Double
  /// The greatest.
  public let high: Double

  /// The interval from `low` to `high`.
  public init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }
}

/// A value with what it is worth.
public struct Estimate: Hashable, Sendable {
  /// The value.
  public var value: Value
  /// Its quality.
  public var quality: Quality
  /// Its bound, where the quality is `approximate`.
  public var bound: Bound?

  /// Creates an estimate; exact unless said otherwise.
  public init(_ value: Value, _ quality: Quality = .exact, bound: Bound? = nil) {
    self.value = value
    self.quality = quality
    self.bound = bound
  }
}

/// A column of an output.
public struct OutputColumn: Hashable, Sendable {
  /// The column's name.
  public let name: String
  /// The type of its values.
  public let type: ScalarType

  /// Creates a column.
  public init(name: String, type: ScalarType) {
    self.name = name
    self.type = type
  }
}

/// An output's name and columns, as sinks and NDJSON's `meta` record need them.
public struct OutputSchema: Hashable, Sendable {
  /// The output's name.
  public let name: String
  /// Its columns: key first, then features or expressions.
  public let columns: [OutputColumn]
  /// Whether rows belong to windows; false for tuple streams, whose rows carry a time.
  public let isWindowed: Bool
  /// How many of the first columns are the key: they tell a window's rows apart.
  public let keyCount: Int

  /// Creates a schema.
  public init(name: String, columns: [OutputColumn], isWindowed: Bool, keyCount: Int = 0) {
    precondition(keyCount <= columns.count, "the key is part of the columns")
    self.name = name
    self.columns = columns
    self.isWindowed = isWindowed
    self.keyCount = keyCount
  }
}

/// A result row.
public struct Row: Hashable, Sendable {
  /// Index into the query's outputs.
  public var output: Int
  /// The window's start; for a tuple row the tuple's time. Nanoseconds since the Unix epoch.
  public var start: Int64
  /// The window's end (exclusive); equal to `start` for a tuple row.
  public var end: Int64
  /// One value a column.
  public var values: [Value]
  /// Bounds by column, for approximate values.
  public var bounds: [Int: Bound]
  /// The row's quality.
  public var quality: Quality
  /// Whether a bound straddles a threshold that decided about the row.
  public var isUncertain: Bool

  /// Creates a row.
  public init(
    output: Int, start: Int64, end: Int64, values: [Value], bounds: [Int: Bound] = [:],
    quality: Quality = .exact, isUncertain: Bool = false
  ) {
    self.output = output
    self.start = start
    self.end = end
    self.values = values
    self.bounds = bounds
    self.quality = quality
    self.isUncertain = isUncertain
  }
}

/// Why tuples did not reach the answer; each counts once.
public enum LossCause: String, Hashable, Sendable, CaseIterable, Comparable {
  /// The ring buffer was full.
  case ring
  /// A table reached its declared limit; the tuples are summed in its `other` remainder.
  case table
  /// The tuple came after its window closed.
  case late
  /// The header could not be parsed where the query needed it.
  case unparsed
  /// The sink could not take the row.
  case sink
  /// A line or datagram was no record of its format.
  case malformed
  /// A set of records came without the template that says what they are.
  case template
  /// Exporters sent it, by their sequence numbers, and it never came: records, or datagrams where
  /// the protocol counts those.
  case gap

  /// The cause with so many of what it counts, for people: a sink loses rows, all else tuples.
  public func text(_ count: UInt64) -> String {
    let tuples = "\(count) tuple" + (count == 1 ? "" : "s")
    return switch self {
    case .ring: "\(tuples) at the ring"
    case .table: "\(tuples) at a full table"
    case .late: "\(tuples) late"
    case .unparsed: "\(tuples) unparsed"
    case .malformed: "\(count) malformed record" + (count == 1 ? "" : "s")
    case .template: "\(count) set" + (count == 1 ? "" : "s") + " of records without a template"
    case .gap: "\(count) missing by the exporters' sequence"
    case .sink: "\(count) row" + (count == 1 ? "" : "s") + " at the sink"
    }
  }

  public static func < (a: LossCause, b: LossCause) -> Bool { a.rawValue < b.rawValue }
}

/// What a window lost.
public struct LossRecord: Hashable, Sendable {
  /// The window's start and end, nanoseconds since the Unix epoch.
  public var start: Int64
  public var end: Int64
  /// Lost tuples by cause.
  public var lost: [LossCause: UInt64]
  /// Keys left out although their bound reached the threshold.
  public var uncertain: UInt64
  /// Why the window is partial, in words; empty where only `lost` says it.
  public var reason: String

  /// Creates a record.
  public init(
    start: Int64, end: Int64, lost: [LossCause: UInt64], uncertain: UInt64 = 0, reason: String = ""
  ) {
    self.start = start
    self.end = end
    self.lost = lost
    self.uncertain = uncertain
    self.reason = reason
  }
}
