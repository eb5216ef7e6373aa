/// What the compiler and the documentation know of a sink; the module Sinks has its code.
public struct SinkDescription: Sendable {
  /// What a sink's argument names.
  public enum Target: Sendable, Hashable {
    /// None: `stdout`.
    case none
    /// A file.
    case file
    /// An address to listen on.
    case address
    /// Something that no sink may be given.
    case command
  }

  /// The name, as `TO` and `--to` spell it.
  public let name: String
  /// What its argument names.
  public let target: Target
  /// The argument in examples.
  public let example: String
  /// What it does, in a sentence.
  public let summary: String
  /// What its users have to know, for `Docs/Sinks.md`.
  public let details: String
  /// Whether several outputs may share one target.
  public var isShared = true
  /// Whether it shows each key as a series of its own, so that keys have to be few.
  public var needsFewKeys = false
  /// Why the sink is refused; nil where it is not.
  public var refusal: String?

  /// What is wrong with a target, and what is allowed; nil where nothing is.
  public func objection(to text: String) -> String? {
    switch target {
    case .none: text.isEmpty ? nil : "\(name) takes no argument"
    case .file:
      text.isEmpty
        ? "\(name) takes the name of a file: \(name)(\"\(example)\")"
        : text.utf8.contains(0) ? "the name of a file cannot hold the character \\0" : nil
    case .address:
      ListenAddress(text) != nil
        ? nil : "\(name) takes an address to listen on: \(name)(\"\(example)\")"
    case .command: nil
    }
  }
}

/// The sinks; a new one is an entry here, a file in Sources/Sinks and its line in `SinkFactory`.
public enum SinkCatalogue {
  /// All sinks, in the order of the documentation.
  public static let all: [SinkDescription] = [
    SinkDescription(
      name: "stdout", target: .none, example: "",
      summary: "Standard output, in the format of `--format`.",
      details: """
        Where an output goes that names no other sink. `OUTPUT X TO stdout, csv("x.csv");` writes
        its rows to both.
        """),
    SinkDescription(
      name: "csv", target: .file, example: "rows.csv",
      summary: "A CSV file (RFC 4180) of one output.",
      details: """
        The rows as `--format csv` prints them. The file is replaced when the run begins, as by `>`
        in a shell; whether it can be written is known before anything attaches. What is no regular
        file (a pipe, `/dev/stderr`) is written to. One file holds one output: `csv("{output}.csv")`
        names a file for each. When the disk is full, the file ends with the last whole row that
        had room, the rest is counted, and writing goes on where there is room again.
        """,
      isShared: false),
    SinkDescription(
      name: "json", target: .file, example: "rows.ndjson",
      summary: "An NDJSON file: `meta`, `row`, `loss` and `end` records.",
      details: """
        The records as `--format json` prints them. Several outputs may share a file. Replaced,
        and continued after a full disk, as a CSV file is.
        """),
    SinkDescription(
      name: "sqlite", target: .file, example: "rows.db",
      summary: "A SQLite database (WAL) with a table for each output.",
      details: """
        Rows are appended; a table that is there must have the same columns. A table has
        `window_start` and `window_end` (or `time`) in nanoseconds since 1970, indexed, then the
        output's columns: addresses and MACs as text, durations in seconds, rankings as JSON; then
        `quality`, `uncertain`, `bounds` (JSON, as in NDJSON) and `run`. The view `NAME_iso` shows
        times as text. `salc_runs` has a row a run, `salc_loss` what each window lost. A window is
        one transaction (of 100000 rows at most), so readers see all of it or nothing, and a killed
        run leaves a sound database. `sqlite3 rows.db 'SELECT * FROM N_iso'` reads while salc
        writes.
        """),
    SinkDescription(
      name: "prometheus", target: .address, example: ":9435",
      summary: "Metrics for Prometheus: `GET /metrics` shows the last closed window.",
      details: """
        OpenMetrics 1.0.0 or Prometheus' text format, as the scraper asks. Each numeric column is a
        gauge, `sal_OUTPUT_COLUMN` (`sal_OUTPUT` where both names are one) in words of lower case,
        and each key column a label: `sal_n{source_ip="10.0.0.1"} 4`. Durations and times are in
        seconds and say so in their name; approximate values have `…_low` and `…_high` beside them,
        rows that are not exact a series in `…_quality`, and rankings a series an `item` and its
        `…_share`. Series go when two windows' time has passed without rows. `salc_packets_total`,
        `salc_lost_total{cause}`, `salc_rows_total`, `salc_windows_total`, `salc_unread_rows_total`,
        `salc_window_end_timestamp_seconds` and `salc_queued_results` tell of the run itself.

        Without a host it listens on 127.0.0.1 only; `0.0.0.0:9435` serves every network, without
        password or encryption. Keys have to be few, as each is a series that Prometheus keeps for
        weeks: outputs that may have more than 65536 rows a window are refused. A scraper sees
        windows, not every row: the summary counts rows that newer ones replaced unread. At most 64
        clients at a time, and none holds up the run.
        """,
      needsFewKeys: true),
    SinkDescription(
      name: "null", target: .none, example: "",
      summary: "Nothing: rows are computed and counted, and not written.",
      details: """
        `salc run q.sal --csv f.csv --to null` shows what a query costs without the text of its
        rows.
        """),
    SinkDescription(
      name: "command", target: .command, example: "mail root",
      summary: "Refused.",
      details: "Pipe the rows instead: `salc run q.sal --format json | your-command`.",
      refusal: "a query would run commands with the rights of salc, often those of root"),
  ]

  /// The sink of a name; nil where there is none.
  public static func named(_ name: String) -> SinkDescription? { all.first { $0.name == name } }
}
