public import DataModel
public import Threads

/// RFC 4180 with a header line; losses and totals do not belong to the data and are left out.
///
/// Columns: `window_start,window_end` (or `time`), the output's columns, `quality`. With several
/// outputs each block of rows of one output begins with a header of its own behind an empty line
/// and every line starts with the output's name.
public final class CSVSink: Sink {
  private let out: ByteWriter
  private let blocks: TextBlocks
  private var text = CSVText(schemas: [], isAlone: false)
  /// The output whose rows were put last.
  private var current: Int?

  /// Writes to an open descriptor, which stays open; a reader that does not read is waited for
  /// while `mayWait` says so.
  public convenience init(descriptor: Int32, mayWait: @escaping () -> Bool = { true }) {
    self.init(ByteWriter(descriptor: descriptor, mayWait: mayWait))
  }

  init(_ out: ByteWriter) {
    self.out = out
    blocks = TextBlocks(out)
  }

  public var writtenRows: UInt64? { out.writtenRows }

  public func takeHelp(of crew: Crew) { blocks.crew = crew }

  public func begin(_ meta: RunMeta) throws(SinkError) {
    text = CSVText(schemas: meta.outputs, isAlone: meta.taken.count == 1)
    if let only = meta.taken.first, text.isAlone { text.open(only, turn(to: only), to: out) }
    try out.flush()
  }

  public func row(_ row: Row) throws(SinkError) {
    try blocks.drain()
    try text.put(row, turn(to: row.output), to: out)
  }

  public func rows(_ rows: TupleRows) throws(SinkError) {
    let (text, opening) = (text, turn(to: rows.output))
    try blocks.put(rows) { (rows, out) throws(SinkError) in try text.put(rows, opening, to: out) }
  }

  /// What stands in front of the next row, which is of this output.
  private func turn(to output: Int) -> CSVText.Opening {
    if current == output { return .none }
    defer { current = output }
    return current == nil ? .header : .nextHeader
  }

  public func loss(_ record: LossRecord) throws(SinkError) {}

  public func flush() throws(SinkError) {
    try blocks.drain()
    try out.flush()
  }

  public func end(_ totals: RunTotals) throws(SinkError) { try flush() }
}
