/// A column of up to ``TupleBatch/capacity`` values of one field: lanes and validity bytes.
public struct TupleColumn: @unchecked Sendable {
  /// The first (or only) lane.
  public let lane0: UnsafeMutablePointer<UInt64>
  /// The second lane; the same memory as the first for one-lane types.
  public let lane1: UnsafeMutablePointer<UInt64>
  /// 0 missing, 1 present; for `ip` the family, 4 or 6.
  public let validity: UnsafeMutablePointer<UInt8>
  /// Of ``PacketBytes`` the bytes, ``PacketBytes/limit`` a row, of which the lane's are there.
  public let bytes: UnsafeMutablePointer<UInt8>?

  /// A column in memory that outlives it.
  public init(
    lane0: UnsafeMutablePointer<UInt64>, lane1: UnsafeMutablePointer<UInt64>,
    validity: UnsafeMutablePointer<UInt8>, bytes: UnsafeMutablePointer<UInt8>? = nil
  ) {
    self.lane0 = lane0
    self.lane1 = lane1
    self.validity = validity
    self.bytes = bytes
  }

  /// The bytes of a row.
  public func bytes(_ row: Int) -> UnsafeMutableRawBufferPointer {
    guard let bytes else { preconditionFailure("the column holds bytes") }
    return UnsafeMutableRawBufferPointer(
      start: bytes + row * PacketBytes.limit, count: Int(lane0[row]))
  }

  /// Copies a value of a column of the same field.
  @inline(__always)
  public func copy(_ row: Int, from source: TupleColumn, _ other: Int) {
    lane0[row] = source.lane0[other]
    validity[row] = source.validity[other]
    if lane1 != lane0 { lane1[row] = source.lane1[other] }
    if bytes != nil, source.bytes != nil {
      bytes(row).copyMemory(from: UnsafeRawBufferPointer(source.bytes(other)))
    }
  }
}

/// Tuples in columns: the projected fields, the time, the arrival order and a selection.
///
/// The batch owns its memory. One pane a batch: the reader cuts batches so that no two tuples
/// lie in different panes, and window indices are computed once a batch.
public final class TupleBatch {
  /// The most tuples that a batch holds.
  public static let capacity = 1024

  /// The projected fields, in column order.
  public let fields: [FieldID]
  /// One column a projected field.
  public let columns: [TupleColumn]
  /// Each tuple's timestamp, nanoseconds since the Unix epoch.
  public let times: UnsafeMutablePointer<Int64>
  /// Each tuple's place in the order of arrival.
  public let orders: UnsafeMutablePointer<UInt64>
  /// Indices of the tuples that passed so far, ascending; the first `selected` count.
  public let selection: UnsafeMutablePointer<UInt16>
  /// Tuples in the columns.
  public var count = 0
  /// Entries of ``selection``.
  public var selected = 0
  /// Keeps the texts of the columns from being forgotten; nil where no column is of texts. Who
  /// fills the batch renews it before the first text, and who is done with the tuples lets go.
  public let texts: TextHold?

  private let columnByField: [FieldID: Int]
  private var derived: [FieldID: TupleColumn] = [:]

  /// Makes room for ``capacity`` tuples of these fields.
  public init(fields: [FieldID]) {
    self.fields = fields
    texts = fields.contains { $0.field.type == .text } ? TextHold() : nil
    let n = Self.capacity
    columns = fields.map { Self.makeColumn(of: $0) }
    times = .allocate(capacity: n)
    times.initialize(repeating: 0, count: n)
    orders = .allocate(capacity: n)
    orders.initialize(repeating: 0, count: n)
    selection = .allocate(capacity: n)
    selection.initialize(repeating: 0, count: n)
    var index: [FieldID: Int] = [:]
    for (column, id) in fields.enumerated() { index[id] = column }
    columnByField = index
  }

  private static func makeColumn(of id: FieldID) -> TupleColumn {
    let type = id.field.type
    let n = capacity
    let first = UnsafeMutablePointer<UInt64>.allocate(capacity: n)
    let second =
      type.laneCount == 2 ? UnsafeMutablePointer<UInt64>.allocate(capacity: n) : first
    first.initialize(repeating: 0, count: n)
    if second != first { second.initialize(repeating: 0, count: n) }
    let validity = UnsafeMutablePointer<UInt8>.allocate(capacity: n)
    validity.initialize(repeating: 0, count: n)
    var bytes: UnsafeMutablePointer<UInt8>?
    if id.bytes != nil {
      bytes = .allocate(capacity: n * PacketBytes.limit)
      bytes?.initialize(repeating: 0, count: n * PacketBytes.limit)
    }
    return TupleColumn(lane0: first, lane1: second, validity: validity, bytes: bytes)
  }

  deinit {
    for column in columns + Array(derived.values) {
      if column.lane1 != column.lane0 { column.lane1.deallocate() }
      column.lane0.deallocate()
      column.validity.deallocate()
      column.bytes?.deallocate()
    }
    times.deallocate()
    orders.deallocate()
    selection.deallocate()
  }

  /// The column of a projected field.
  public func column(_ id: FieldID) -> TupleColumn? {
    columnByField[id].map { columns[$0] } ?? derived[id]
  }

  /// The column of a derived field, made on first use.
  public func derivedColumn(_ id: FieldID) -> TupleColumn {
    if let known = derived[id] { return known }
    let made = Self.makeColumn(of: id)
    derived[id] = made
    return made
  }

  /// Makes this batch the tuples `rows` of another one of the same fields, in that order, all
  /// selected.
  public func take(_ rows: UnsafeBufferPointer<UInt16>, of other: TupleBatch) {
    precondition(fields == other.fields, "tuples are copied between batches of the same fields")
    if let theirs = other.texts { texts?.hold(since: theirs.since) }
    for (to, from) in zip(columns, other.columns) {
      if to.bytes != nil {
        for (index, row) in rows.enumerated() { to.copy(index, from: from, Int(row)) }
        continue
      }
      for (index, row) in rows.enumerated() {
        to.lane0[index] = from.lane0[Int(row)]
        to.validity[index] = from.validity[Int(row)]
      }
      if to.lane1 != to.lane0 {
        for (index, row) in rows.enumerated() { to.lane1[index] = from.lane1[Int(row)] }
      }
    }
    for (index, row) in rows.enumerated() {
      times[index] = other.times[Int(row)]
      orders[index] = other.orders[Int(row)]
    }
    count = rows.count
    selectAll()
  }

  /// Selects all tuples.
  public func selectAll() {
    for index in 0..<count { selection[index] = UInt16(truncatingIfNeeded: index) }
    selected = count
  }
}
