import DataModel
import Kernels
import Plan

/// Makes a tuple of each entry of the tuples of a batch, behind that batch.
final class UnfoldRun {
  let node: Int
  let input: Int?
  private let entries: Unfolding
  private let sources: RowSources
  private let reader: RepeatedReader
  /// The entries' own columns, in the reader's order.
  private let targets: [TupleColumn]
  /// Of these those that are named, of which an entry has one.
  private let named: [Int]
  /// Columns of other nodes that are read behind this one.
  private let computed: [FieldID]
  private let made: PanedBatch
  private var taken: [UInt16] = []
  private var handedOut: [UInt16] = []

  /// `fields` are read of the tuples that it makes.
  init(
    _ node: Int, behind input: Int?, _ entries: Unfolding, reading fields: Set<FieldID>,
    _ sources: RowSources
  ) {
    self.node = node
    self.input = input
    self.entries = entries
    self.sources = sources
    let read = entries.columns.indices.filter {
      fields.contains(entries.columns[$0]) || entries.named.contains($0)
    }
    reader = RepeatedReader(entries.group, members: read)
    named = read.indices.filter { entries.named.contains(read[$0]) }
    let made = PanedBatch(fields: fields.filter { $0.derived == nil }.sorted())
    self.made = made
    targets = read.map { made.batch.derivedColumn(entries.columns[$0]) }
    computed = fields.filter { $0.derived != nil && !entries.columns.contains($0) }.sorted()
  }

  /// Notes tuples of the batch at hand.
  func take(_ rows: UnsafePointer<UInt16>, _ count: Int) {
    taken.append(contentsOf: UnsafeBufferPointer(start: rows, count: count))
  }

  /// What was taken since the last call.
  func takeAll() -> [UInt16] {
    swap(&taken, &handedOut)
    taken.removeAll(keepingCapacity: true)
    return handedOut
  }

  /// Whether anything was taken since.
  var hasTaken: Bool { !taken.isEmpty }

  /// Hands the entries of tuples of a batch on, in batches that share a pane.
  func push(
    _ rows: [UInt16], of source: TupleBatch, pane: Window?, _ pass: (TupleBatch) -> Void
  ) {
    let batch = made.batch
    // What a node behind makes itself is no column of the source's.
    let copied =
      zip(batch.fields, batch.columns).compactMap { id, to in
        source.column(id).map { (from: $0, to: to) }
      }
      + computed.compactMap { id in
        source.column(id).map { (from: $0, to: batch.derivedColumn(id)) }
      }
    reader.turn(to: source)
    for row in rows.map(Int.init) {
      let isWhole = reader.read(row) { values in
        guard named.isEmpty || named.contains(where: { values[$0].validity != 0 }) else { return }
        let n = made.append(at: source.times[row], in: pane, pass)
        for (from, to) in copied { to.copy(n, from: from, row) }
        for (value, to) in zip(values, targets) { to.set(value, n) }
      }
      if !isWhole, let pane {
        sources.lose(1, from: reader, pane: pane, at: source.times[row])
      }
    }
    made.flush(pass)
  }
}

/// Whether any entry of a tuple satisfies a condition: a batch of entries at a time.
final class ExaminationRun {
  private let examination: Examination
  private let sources: RowSources
  private let reader: RepeatedReader
  private let condition: PredicateProgram
  /// The entries at hand, and the tuples that they are of.
  private let entries: TupleBatch
  private var owners: [Int] = []
  private let targets: [TupleColumn]
  private let kept: UnsafeMutablePointer<UInt16>
  /// Fields of the tuple itself that the condition reads.
  private let beside: [FieldID]
  private let pane: Window?

  init(_ examination: Examination, _ sources: RowSources) {
    self.examination = examination
    self.sources = sources
    pane = sources.plan.pane
    let columns = examination.entries.columns
    let read = examination.condition.fields
    let members = columns.indices.filter { read.contains(columns[$0]) }
    reader = RepeatedReader(examination.entries.group, members: members)
    condition = PredicateProgram(examination.condition, sets: sources.sets)
    beside = read.subtracting(columns).sorted()
    let entries = TupleBatch(fields: beside.filter { $0.derived == nil })
    self.entries = entries
    targets = members.map { entries.derivedColumn(columns[$0]) }
    kept = .allocate(capacity: TupleBatch.capacity)
  }

  deinit { kept.deallocate() }

  /// Writes the column of the tuples `rows[0..<count]`.
  func run(_ batch: TupleBatch, rows: UnsafePointer<UInt16>, count: Int) {
    let answer = batch.derivedColumn(examination.into)
    let copied = beside.map { id -> (from: TupleColumn, to: TupleColumn) in
      guard let from = batch.column(id) else {
        preconditionFailure("the batch has every field that the graph reads: \(id)")
      }
      return (from, entries.column(id) ?? entries.derivedColumn(id))
    }
    reader.turn(to: batch)
    var lost: UInt64 = 0
    for place in 0..<count {
      let row = Int(rows[place])
      answer.lane0[row] = 0
      answer.validity[row] = 1
      let isWhole = reader.read(row) { values in
        if entries.count == TupleBatch.capacity { judge(answer) }
        let n = entries.count
        entries.times[n] = batch.times[row]
        entries.orders[n] = batch.orders[row]
        for (from, to) in copied { to.copy(n, from: from, row) }
        for (value, to) in zip(values, targets) { to.set(value, n) }
        entries.count = n + 1
        owners.append(row)
      }
      if !isWhole { lost += 1 }
    }
    // A batch lies in one pane.
    if lost > 0, let pane { sources.lose(lost, from: reader, pane: pane, at: batch.times[0]) }
    judge(answer)
  }

  /// Judges the entries at hand.
  private func judge(_ answer: TupleColumn) {
    guard entries.count > 0 else { return }
    entries.selectAll()
    let n = condition.filter(
      entries, rows: UnsafePointer(entries.selection), count: entries.count, kept: kept)
    for place in 0..<n { answer.lane0[owners[Int(kept[place])]] = 1 }
    entries.count = 0
    owners.removeAll(keepingCapacity: true)
  }
}

extension RowSources {
  /// Counts tuples of which entries were lost, and says why where no message is to blame.
  fileprivate func lose(
    _ count: UInt64, from reader: RepeatedReader, pane: Window, at time: Int64
  ) {
    let start = pane.start(of: time)
    ledger.lose(.unparsed, count, pane: start)
    if reader.takeLackOfTexts() {
      ledger.note(
        start: start, end: start + pane.length, reason: "names are missing: \(TextTable.whyFull)")
    }
  }
}

extension TupleColumn {
  /// Writes a value of an entry.
  fileprivate func set(_ value: RepeatedReader.Lanes, _ row: Int) {
    lane0[row] = value.lane0
    if lane1 != lane0 { lane1[row] = value.lane1 }
    validity[row] = value.validity
  }
}
