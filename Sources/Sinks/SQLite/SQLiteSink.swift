#if SQLite
  import DataModel
  import Glibc

  /// A database file (SQLite, WAL): a table an output, and what a run was and lost in tables whose
  /// names begin with `salc_`.
  ///
  /// Rows of a window appear together: a transaction ends where the window does, or where no row
  /// came for a while. What a failed transaction held is lost and told in `salc_loss` as soon as
  /// the database takes it; until then the rows before are as safe as ever.
  final class SQLiteSink: Sink {
    /// Rows of one transaction at most, where windows are long or there are none.
    private static let transactionRows: UInt64 = 100_000
    private static let layout: Int64 = 1

    private let database: SQLiteDatabase
    private let target: SinkTarget
    private let outputs: [(index: Int, schema: OutputSchema)]
    private let tables: [SQLiteTable]
    private var insertions: [Insertion?]
    private var lossInsertion: Insertion?
    private var run: Int64 = 0
    private var windowEnd = Int64.min
    private var rowsInTransaction: UInt64 = 0
    private var written: UInt64 = 0
    /// What failed transactions held, by the windows they were of.
    private var owed: LossRecord?

    /// A statement that lives as long as the sink.
    private final class Insertion {
      let statement: SQLiteStatement
      init(_ statement: consuming SQLiteStatement) { self.statement = statement }
    }

    /// Opens the database and checks that its tables have the outputs' columns.
    init(_ request: SinkFactory.Request) throws(SinkError) {
      target = request.target
      outputs = request.outputs
      tables = outputs.map { SQLiteTable($0.schema) }
      insertions = Array(repeating: nil, count: (outputs.map(\.index).max() ?? -1) + 1)
      database = try SQLiteDatabase(path: target.target)
      for table in tables { try check(table) }
      // Made and taken back: all that may stand against it shows before anything runs.
      try database.run("BEGIN IMMEDIATE")
      for table in tables { try database.run(table.definition) }
      try database.run("ROLLBACK")
    }

    deinit { if database.isInTransaction { try? database.run("COMMIT") } }

    var writtenRows: UInt64? { written }

    func begin(_ meta: RunMeta) throws(SinkError) {
      try database.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE")
      try database.run(Self.bookkeeping)
      for (table, output) in zip(tables, outputs) {
        try database.run(table.definition)
        insertions[output.index] = Insertion(try database.prepare(table.insertion))
      }
      lossInsertion = Insertion(
        try database.prepare("INSERT INTO salc_loss VALUES (?, ?, ?, ?, ?, ?)"))
      let statement = try database.prepare(
        "INSERT INTO salc_runs (layout, query, placement, attach, seed, started) "
          + "VALUES (?, ?, ?, ?, ?, ?)")
      statement.bind(Self.layout, at: 1)
      statement.bind(meta.query, at: 2)
      statement.bind(meta.placement, at: 3)
      if let attach = meta.attach {
        statement.bind(attach, at: 4)
      } else {
        statement.bindNull(at: 4)
      }
      statement.bind(Int64(bitPattern: meta.seed), at: 5)
      statement.bind(Self.now, at: 6)
      try database.run(statement)
      run = database.lastRow
      try database.run("COMMIT")
    }

    func row(_ row: Row) throws(SinkError) {
      guard let insertion = insertions[row.output] else { return }
      if row.end > windowEnd || rowsInTransaction >= Self.transactionRows {
        windowEnd = max(windowEnd, row.end)
        try commit()
      }
      try write(LossRecord(start: row.start, end: row.end, lost: [.sink: 1])) {
        () throws(SinkError) in
        tables[table(of: row.output)].bind(row, run: run, to: insertion.statement)
        try database.run(insertion.statement)
      }
      rowsInTransaction += 1
    }

    func loss(_ record: LossRecord) throws(SinkError) {
      try write(record) { () throws(SinkError) in try insert(record) }
    }

    func flush() throws(SinkError) { try commit() }

    func end(_ totals: RunTotals) throws(SinkError) {
      try commit()
      let statement = try database.prepare(
        "UPDATE salc_runs SET ended = ?, packets = ?, rows = ?, lost = ? WHERE id = ?")
      statement.bind(Self.now, at: 1)
      statement.bind(Int64(clamping: totals.packets), at: 2)
      statement.bind(Int64(clamping: totals.rows), at: 3)
      statement.bind(Int64(clamping: totals.lostTuples), at: 4)
      statement.bind(run, at: 5)
      try database.run(statement)
    }

    // MARK: Transactions

    /// Writes inside a transaction; what fails takes the whole transaction with it.
    private func write(
      _ atStake: LossRecord, _ body: () throws(SinkError) -> Void
    ) throws(SinkError) {
      do {
        if !database.isInTransaction {
          try database.run("BEGIN IMMEDIATE")
          if let record = owed { try insert(record) }
        }
        try body()
      } catch {
        rollBack(atStake)
        throw error
      }
    }

    private func commit() throws(SinkError) {
      guard database.isInTransaction else { return }
      do { try database.run("COMMIT") } catch {
        rollBack(nil)
        throw error
      }
      written &+= rowsInTransaction
      rowsInTransaction = 0
      owed = nil
    }

    private func rollBack(_ atStake: LossRecord?) {
      if database.isInTransaction { try? database.run("ROLLBACK") }
      var record = owed ?? atStake ?? LossRecord(start: windowEnd, end: windowEnd, lost: [:])
      if let atStake, owed != nil {
        record.start = min(record.start, atStake.start)
        record.end = max(record.end, atStake.end)
        record.lost.merge(atStake.lost, uniquingKeysWith: &+)
      }
      if rowsInTransaction > 0 { record.lost[.sink, default: 0] &+= rowsInTransaction }
      record.reason = "the database refused these rows"
      owed = record
      rowsInTransaction = 0
    }

    private func insert(_ record: LossRecord) throws(SinkError) {
      guard let insertion = lossInsertion else { return }
      var causes = record.lost.sorted { $0.key < $1.key }.map { ($0.key.rawValue, $0.value) }
      if record.uncertain > 0 { causes.append(("uncertain", record.uncertain)) }
      if causes.isEmpty { causes.append(("", 0)) }
      for (cause, count) in causes {
        insertion.statement.bind(run, at: 1)
        insertion.statement.bind(record.start, at: 2)
        insertion.statement.bind(record.end, at: 3)
        insertion.statement.bind(cause, at: 4)
        insertion.statement.bind(Int64(clamping: count), at: 5)
        insertion.statement.bind(record.reason, at: 6)
        try database.run(insertion.statement)
      }
    }

    // MARK: Tables

    private func table(of output: Int) -> Int { outputs.firstIndex { $0.index == output } ?? 0 }

    /// Refuses a table that another program, or another query, has made with other columns.
    private func check(_ table: SQLiteTable) throws(SinkError) {
      let statement = try database.prepare("SELECT name, type FROM pragma_table_info(?)")
      statement.bind(table.name, at: 1)
      var found: [String] = []
      while statement.step() == SQLiteStatement.hasRow {
        found.append("\(statement.text(0)) \(statement.text(1))")
      }
      let wanted = table.columns.map { "\($0.name) \($0.type)" }
      guard found.isEmpty || found == wanted else {
        let (has, needs) = (found.joined(separator: ", "), wanted.joined(separator: ", "))
        throw .refused(
          "\(target) has a table ‘\(table.name)’ of other columns (\(has)) than this query's "
            + "(\(needs)): name another file, or the output otherwise")
      }
    }

    private static let bookkeeping = """
      CREATE TABLE IF NOT EXISTS salc_runs (id INTEGER PRIMARY KEY, layout INTEGER, query TEXT, \
      placement TEXT, attach TEXT, seed INTEGER, started INTEGER, ended INTEGER, packets INTEGER, \
      rows INTEGER, lost INTEGER);
      CREATE TABLE IF NOT EXISTS salc_loss (run INTEGER, window_start INTEGER, \
      window_end INTEGER, cause TEXT, count INTEGER, reason TEXT);
      """

    private static var now: Int64 {
      var time = timespec()
      clock_gettime(CLOCK_REALTIME, &time)
      return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
  }
#endif
