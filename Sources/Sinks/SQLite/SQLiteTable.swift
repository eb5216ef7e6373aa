#if SQLite
  import DataModel

  /// The table of an output: `window_start`, `window_end` (or `time`), the output's columns, then
  /// `quality`, `uncertain`, `bounds` and `run`.
  struct SQLiteTable {
    let name: String
    /// Names and types, in order.
    let columns: [(name: String, type: String)]
    private let schema: OutputSchema

    init(_ schema: OutputSchema) {
      self.schema = schema
      name = schema.name
      let times = schema.isWindowed ? ["window_start", "window_end"] : ["time"]
      columns =
        times.map { ($0, "INTEGER") } + schema.columns.map { ($0.name, Self.type($0.type)) }
        + [("quality", "TEXT"), ("uncertain", "INTEGER"), ("bounds", "TEXT"), ("run", "INTEGER")]
    }

    private static func type(_ type: ScalarType) -> String {
      switch type {
      case .bool, .unsigned, .signed, .time: "INTEGER"
      case .float, .duration: "REAL"
      case .ipv4, .ipv6, .ip, .mac, .string, .service, .text, .ranking: "TEXT"
      }
    }

    /// Makes the table, its index and its view with times as text.
    var definition: String {
      let list = columns.map { "\(Self.quoted($0.name)) \($0.type)" }.joined(separator: ", ")
      let time = columns[0].name
      let isTime = columns.map { column in
        column.name == time || column.name == "window_end" && schema.isWindowed
          || schema.columns.contains { $0.name == column.name && $0.type == .time }
      }
      let shown = zip(columns, isTime).map { column, isTime in
        isTime
          ? "\(Self.isoTime(column.name)) AS \(Self.quoted(column.name))" : Self.quoted(column.name)
      }
      return """
        CREATE TABLE IF NOT EXISTS \(Self.quoted(name)) (\(list));
        CREATE INDEX IF NOT EXISTS \(Self.quoted(name + "_" + time)) \
        ON \(Self.quoted(name)) (\(Self.quoted(time)));
        CREATE VIEW IF NOT EXISTS \(Self.quoted(name + "_iso")) AS SELECT \
        \(shown.joined(separator: ", ")) FROM \(Self.quoted(name));
        """
    }

    /// A row's insertion.
    var insertion: String {
      let places = columns.map { _ in "?" }.joined(separator: ", ")
      return "INSERT INTO \(Self.quoted(name)) VALUES (\(places))"
    }

    private static func isoTime(_ column: String) -> String {
      let name = quoted(column)
      return "strftime('%Y-%m-%dT%H:%M:%S', \(name) / 1000000000, 'unixepoch')"
        + " || printf('.%09dZ', \(name) % 1000000000)"
    }

    static func quoted(_ name: String) -> String {
      "\"" + name.replacing("\"", with: "\"\"") + "\""
    }

    /// Binds a row's values.
    func bind(_ row: Row, run: Int64, to statement: borrowing SQLiteStatement) {
      var place: Int32 = 1
      statement.bind(row.start, at: place)
      if schema.isWindowed {
        place += 1
        statement.bind(row.end, at: place)
      }
      for value in row.values {
        place += 1
        switch value {
        case .missing: statement.bindNull(at: place)
        case .bool(let value): statement.bind(Int64(value ? 1 : 0), at: place)
        case .integer(let value), .time(let value): statement.bind(value, at: place)
        // SQLite has no NaN.
        case .real(let value) where value.isNaN: statement.bindNull(at: place)
        case .real(let value): statement.bind(value, at: place)
        case .duration(let value): statement.bind(Double(value) / 1e9, at: place)
        case .address, .mac, .text: statement.bind(value.description, at: place)
        case .ranking: statement.bind(ByteWriter.text { $0.put(json: value) }, at: place)
        }
      }
      statement.bind(row.quality.rawValue, at: place + 1)
      statement.bind(Int64(row.isUncertain ? 1 : 0), at: place + 2)
      if row.bounds.isEmpty {
        statement.bindNull(at: place + 3)
      } else {
        statement.bind(ByteWriter.text { $0.put(json: row.bounds, schema) }, at: place + 3)
      }
      statement.bind(run, at: place + 4)
    }
  }
#endif
