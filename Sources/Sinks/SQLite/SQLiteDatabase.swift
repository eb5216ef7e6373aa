#if SQLite
  import CSQLite

  /// A connection to a database file, closed with the value.
  struct SQLiteDatabase: ~Copyable {
    private let handle: OpaquePointer
    private let path: String

    /// How long another writer is waited for, milliseconds.
    private static let busyMilliseconds: Int32 = 5000

    /// Opens, or creates, the database of a file.
    init(path: String) throws(SinkError) {
      var handle: OpaquePointer?
      let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
      let code = sqlite3_open_v2(path, &handle, flags, nil)
      guard code == SQLITE_OK, let handle else {
        let error = Self.error(handle, code, path)
        sqlite3_close_v2(handle)
        throw error
      }
      self.handle = handle
      self.path = path
      sqlite3_extended_result_codes(handle, 1)
      sqlite3_busy_timeout(handle, Self.busyMilliseconds)
    }

    deinit { sqlite3_close_v2(handle) }

    /// Runs statements that take no values and whose rows nobody wants.
    func run(_ text: String) throws(SinkError) {
      let code = sqlite3_exec(handle, text, nil, nil, nil)
      if code != SQLITE_OK { throw error(code) }
    }

    /// Compiles a statement.
    func prepare(_ text: String) throws(SinkError) -> SQLiteStatement {
      var statement: OpaquePointer?
      let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
      let code = sqlite3_prepare_v3(handle, text, -1, flags, &statement, nil)
      guard code == SQLITE_OK, let statement else { throw error(code) }
      return SQLiteStatement(statement)
    }

    /// Runs a statement to its end and makes it ready for new values.
    func run(_ statement: borrowing SQLiteStatement) throws(SinkError) {
      let code = statement.step()
      statement.reset()
      if code != SQLITE_DONE && code != SQLITE_ROW { throw error(code) }
    }

    /// Whether a transaction is open; an error may have rolled it back.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// The rowid of the last row that was inserted.
    var lastRow: Int64 { sqlite3_last_insert_rowid(handle) }

    private func error(_ code: Int32) -> SinkError { Self.error(handle, code, path) }

    private static func error(_ handle: OpaquePointer?, _ code: Int32, _ path: String) -> SinkError
    {
      let text =
        handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
      let remedy =
        switch code & 0xFF {
        case SQLITE_NOTADB: "; name a new file, or one that SQLite has written"
        case SQLITE_CANTOPEN: "; is its directory there, and may this user write it?"
        case SQLITE_READONLY: "; name a file that this user may write, in a directory that it may"
        case SQLITE_BUSY, SQLITE_LOCKED: "; another process has been writing it for too long"
        case SQLITE_FULL: "; make room on the disk"
        default: ""
        }
      return .refused("sqlite(\"\(path)\"): \(text)\(remedy)")
    }
  }

  /// A compiled statement, finalized with the value.
  struct SQLiteStatement: ~Copyable {
    private let handle: OpaquePointer

    fileprivate init(_ handle: OpaquePointer) { self.handle = handle }

    deinit { sqlite3_finalize(handle) }

    /// What `step` answers where a row is at hand.
    static let hasRow = SQLITE_ROW

    func step() -> Int32 { sqlite3_step(handle) }

    func reset() { sqlite3_reset(handle) }

    /// The text of a column of the row at hand; empty for NULL.
    func text(_ column: Int32) -> String {
      sqlite3_column_text(handle, column).map { String(cString: $0) } ?? ""
    }

    func bind(_ value: Int64, at place: Int32) { sqlite3_bind_int64(handle, place, value) }

    func bind(_ value: Double, at place: Int32) { sqlite3_bind_double(handle, place, value) }

    func bindNull(at place: Int32) { sqlite3_bind_null(handle, place) }

    /// Binds a copy of the text.
    func bind(_ text: String, at place: Int32) {
      // A null pointer would be NULL; with its end the text is never without a byte.
      var text = text + "\0"
      text.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) { characters in
          // SQLITE_TRANSIENT, a cast that C's macros do not bring along.
          let copy = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
          _ = sqlite3_bind_text64(
            handle, place, characters.baseAddress, sqlite3_uint64(characters.count - 1),
            copy, UInt8(SQLITE_UTF8))
        }
      }
    }
  }
#endif
