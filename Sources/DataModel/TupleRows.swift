/// A column of reals computed for every tuple of a batch, one of several that lie side by side:
/// the value of a row is `values[row * stride]`.
public struct RealColumn: @unchecked Sendable {
  /// The values of the first row's; unspecified where missing.
  public let values: UnsafePointer<Double>
  /// From one row's value to the next one's.
  public let stride: Int
  /// The bit of this column in ``present`` and ``saturated``.
  public let bit: UInt64
  /// For each row the bits of the columns that have a value.
  public let present: UnsafePointer<UInt64>
  /// For each row the bits of the columns whose sums left their range: the value is `partial`.
  public let saturated: UnsafePointer<UInt64>
  /// The bounds of approximate values, beside one another: low, high; nil where all are exact.
  public let bounds: UnsafePointer<(low: Double, high: Double)>?

  /// A column in memory that outlives it.
  public init(
    values: UnsafePointer<Double>, stride: Int, bit: UInt64, present: UnsafePointer<UInt64>,
    saturated: UnsafePointer<UInt64>, bounds: UnsafePointer<(low: Double, high: Double)>? = nil
  ) {
    self.values = values
    self.stride = stride
    self.bit = bit
    self.present = present
    self.saturated = saturated
    self.bounds = bounds
  }

  /// The value of a row, with what it is worth.
  public func estimate(_ row: Int) -> Estimate {
    guard present[row] & bit != 0 else { return Estimate(.missing) }
    let value = Value.real(values[row &* stride])
    if saturated[row] & bit != 0 { return Estimate(value, .partial) }
    guard let bound = bound(row) else { return Estimate(value) }
    return Estimate(value, .approximate, bound: bound)
  }

  /// The bound of a row's value; nil where it is exact.
  public func bound(_ row: Int) -> Bound? {
    guard let bounds else { return nil }
    let (low, high) = bounds[row &* stride]
    return low == high ? nil : Bound(low: low, high: high)
  }
}

/// Rows of a tuple output, one a tuple, in columns: those of one batch, so that a sink which
/// writes millions of them need not make a ``Row`` of each.
///
/// The memory is the producer's and holds until the call that hands it on returns; ``copy()``
/// makes it last.
public struct TupleRows: @unchecked Sendable {
  /// One column of the output.
  public enum Column: @unchecked Sendable {
    /// A field of the batch, by the batch's rows.
    case lanes(TupleColumn, ScalarType)
    /// Computed integers, by the batch's rows.
    case integers(UnsafePointer<Int64>, validity: UnsafePointer<UInt8>, ScalarType)
    /// Computed reals, by the batch's rows.
    case reals(RealColumn)
    /// Estimates that many rows share: their places in a table, by the batch's rows.
    case shared(UnsafePointer<Int32>, [Estimate])
    /// Anything else, by the place among the rows.
    case estimates([Estimate])
  }

  /// Index into the query's outputs.
  public let output: Int
  /// How many rows.
  public let count: Int
  /// The row of the batch at each place.
  public let rows: UnsafePointer<UInt16>
  /// The times of the batch's tuples.
  public let times: UnsafePointer<Int64>
  /// The output's columns.
  public let columns: [Column]
  /// The generation of the table of texts that the producer holds the columns' texts since
  /// (``TextHold/since``).
  public let textsSince: UInt32
  /// What some columns have in common: where saturated sums are told, and the bits to look at.
  private let saturations: [(words: UnsafePointer<UInt64>, bits: UInt64)]
  /// Columns whose values may be worth less than `exact` by themselves.
  private let doubtful: [Int]
  /// Keeps the memory of a copy.
  private let owner: Storage?

  /// Rows in memory that outlives them.
  public init(
    output: Int, rows: UnsafePointer<UInt16>, count: Int, times: UnsafePointer<Int64>,
    columns: [Column], textsSince: UInt32 = TextHold.nothing
  ) {
    self.init(output, rows, count, times, columns, textsSince, owner: nil)
  }

  private init(
    _ output: Int, _ rows: UnsafePointer<UInt16>, _ count: Int, _ times: UnsafePointer<Int64>,
    _ columns: [Column], _ textsSince: UInt32, owner: Storage?
  ) {
    self.textsSince = textsSince
    self.output = output
    self.rows = rows
    self.count = count
    self.times = times
    self.columns = columns
    self.owner = owner
    var saturations: [(words: UnsafePointer<UInt64>, bits: UInt64)] = []
    var doubtful: [Int] = []
    for (place, column) in columns.enumerated() {
      switch column {
      case .reals(let reals):
        if let known = saturations.firstIndex(where: { $0.words == reals.saturated }) {
          saturations[known].bits |= reals.bit
        } else {
          saturations.append((reals.saturated, reals.bit))
        }
        if reals.bounds != nil { doubtful.append(place) }
      case .estimates, .shared: doubtful.append(place)
      case .lanes, .integers: break
      }
    }
    self.saturations = saturations
    self.doubtful = doubtful
  }

  /// The time of the row at a place.
  public func time(_ place: Int) -> Int64 { times[Int(rows[place])] }

  /// What the row at a place is worth.
  public func quality(_ place: Int) -> Quality {
    let row = Int(rows[place])
    for (words, bits) in saturations where words[row] & bits != 0 { return .partial }
    var quality = Quality.exact
    for column in doubtful { quality = max(quality, estimate(column, place).quality) }
    return quality
  }

  /// The value of a column at a place, with its bound and quality.
  public func estimate(_ column: Int, _ place: Int) -> Estimate {
    let row = Int(rows[place])
    switch columns[column] {
    case .lanes(let lanes, let type):
      let validity = lanes.validity[row]
      if validity == 0 { return Estimate(.missing) }
      return Estimate(
        Value(lanes: (lanes.lane0[row], lanes.lane1[row]), type: type, isV6: validity == 6))
    case .integers(let values, let validity, let type):
      if validity[row] == 0 { return Estimate(.missing) }
      let lane = UInt64(bitPattern: values[row])
      return Estimate(Value(lanes: (lane, 0), type: type, isV6: false))
    case .reals(let reals): return reals.estimate(row)
    case .shared(let places, let table): return table[Int(places[row])]
    case .estimates(let estimates): return estimates[place]
    }
  }

  /// The row at a place, whole.
  public func row(_ place: Int) -> Row {
    let time = time(place)
    var result = Row(output: output, start: time, end: time, values: [])
    result.values.reserveCapacity(columns.count)
    for column in columns.indices {
      let estimate = estimate(column, place)
      result.values.append(estimate.value)
      result.quality = max(result.quality, estimate.quality)
      result.bounds[column] = estimate.bound
    }
    return result
  }
}

// MARK: - Copies

extension TupleRows {
  /// Memory of a copy, given back with its last user.
  private final class Storage: @unchecked Sendable {
    private var blocks: [UnsafeMutableRawPointer] = []
    private let texts: TextHold?

    /// Holds texts since a generation that the original's producer holds.
    init(textsSince generation: UInt32?) {
      texts = generation.map { _ in TextHold() }
      if let generation { texts?.hold(since: generation) }
    }

    func make<T: BitwiseCopyable>(_ type: T.Type, _ count: Int) -> UnsafeMutablePointer<T> {
      let made = UnsafeMutablePointer<T>.allocate(capacity: max(1, count))
      blocks.append(UnsafeMutableRawPointer(made))
      return made
    }

    deinit { for block in blocks { block.deallocate() } }
  }

  /// The same rows in memory of their own; themselves where that is so already.
  public func copy() -> TupleRows {
    if owner != nil { return self }
    let hasTexts = columns.contains { column in
      switch column {
      case .lanes(_, .text), .integers(_, _, .text): true
      default: false
      }
    }
    let storage = Storage(textsSince: hasTexts ? textsSince : nil)
    let places = storage.make(UInt16.self, count)
    let times = storage.make(Int64.self, count)
    for place in 0..<count {
      places[place] = UInt16(truncatingIfNeeded: place)
      times[place] = self.times[Int(rows[place])]
    }
    var words: [(from: UnsafePointer<UInt64>, to: UnsafePointer<UInt64>)] = []
    func copied(_ from: UnsafePointer<UInt64>) -> UnsafePointer<UInt64> {
      if let known = words.first(where: { $0.from == from }) { return known.to }
      let to = gathered(from, storage)
      words.append((from, to))
      return to
    }
    let columns = self.columns.map { column -> Column in
      switch column {
      case .lanes(let lanes, let type):
        let first = gathered(UnsafePointer(lanes.lane0), storage)
        let second =
          lanes.lane1 == lanes.lane0 ? first : gathered(UnsafePointer(lanes.lane1), storage)
        let validity = gathered(UnsafePointer(lanes.validity), storage)
        return .lanes(
          TupleColumn(
            lane0: UnsafeMutablePointer(mutating: first),
            lane1: UnsafeMutablePointer(mutating: second),
            validity: UnsafeMutablePointer(mutating: validity)), type)
      case .integers(let values, let validity, let type):
        return .integers(
          gathered(values, storage), validity: gathered(validity, storage), type)
      case .reals(let reals):
        return .reals(
          RealColumn(
            values: gathered(reals.values, storage, stride: reals.stride), stride: 1,
            bit: reals.bit, present: copied(reals.present), saturated: copied(reals.saturated),
            bounds: reals.bounds.map { gathered($0, storage, stride: reals.stride) }))
      case .shared(let places, let table):
        return .shared(gathered(places, storage), table)
      case .estimates: return column
      }
    }
    return TupleRows(
      output, UnsafePointer(places), count, UnsafePointer(times), columns, textsSince,
      owner: storage)
  }

  private func gathered<T: BitwiseCopyable>(
    _ values: UnsafePointer<T>, _ storage: Storage, stride: Int = 1
  ) -> UnsafePointer<T> {
    let made = storage.make(T.self, count)
    for place in 0..<count { made[place] = values[Int(rows[place]) &* stride] }
    return UnsafePointer(made)
  }
}
