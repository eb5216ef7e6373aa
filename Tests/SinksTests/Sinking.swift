import DataModel
import Glibc
import Sinks
import TestSupport

/// The formats, for tests that hold for each.
enum Format: String, CaseIterable {
  case table, json, csv

  func sink(_ descriptor: Int32) -> any Sink {
    switch self {
    case .table: TableSink(descriptor: descriptor)
    case .json: NDJSONSink(descriptor: descriptor)
    case .csv: CSVSink(descriptor: descriptor)
    }
  }
}

/// A file that a sink writes to and a test reads.
final class Target {
  let directory = TemporaryDirectory()
  let descriptor: Int32

  init() {
    descriptor = open(directory.file("output"), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    precondition(descriptor >= 0, "a temporary file can be opened")
  }

  deinit { close(descriptor) }

  var path: String { directory.file("output") }
  var bytes: [UInt8] { FileBytes.read(path) ?? [] }
  var text: String { String(decoding: bytes, as: UTF8.self) }
  /// What stands between line feeds; a carriage return in front of one stays.
  var lines: [String] {
    bytes.split(separator: 10, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// What a Python program, given the file as its first argument, prints; with its exit code.
  func python(_ program: String) -> Tool.Outcome {
    Tool.run("/usr/bin/env", ["python3", "-c", program, path])
  }
}

/// Meta data and rows to write.
enum Sample {
  static let start: Int64 = 1_767_225_600_000_000_000  // 2026-01-01T00:00:00Z
  static let second: Int64 = 1_000_000_000

  static let victims = OutputSchema(
    name: "Victims",
    columns: [
      OutputColumn(name: "DestIp", type: .ip), OutputColumn(name: "Rate", type: .signed),
      OutputColumn(name: "Sources", type: .signed),
    ], isWindowed: true)

  static func meta(
    _ outputs: [OutputSchema], query: String = "OUTPUT x;", attach: String? = nil
  ) -> RunMeta {
    RunMeta(query: query, outputs: outputs, placement: "host", attach: attach, seed: .max)
  }

  /// One column of any type.
  static func schema(_ type: ScalarType, name: String = "x", isWindowed: Bool = true)
    -> OutputSchema
  {
    OutputSchema(
      name: "Out", columns: [OutputColumn(name: name, type: type)], isWindowed: isWindowed)
  }

  static func row(_ values: Value..., output: Int = 0, window: Int64 = 0) -> Row {
    Row(
      output: output, start: start + window * second, end: start + (window + 1) * second,
      values: values)
  }

  static func address(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32) -> Value {
    .address(IPAddress(v4: a << 24 | b << 16 | c << 8 | d))
  }
}

/// Writes a run: begin, rows, end.
func write(_ rows: [Row], _ meta: RunMeta, as format: Format) throws(SinkError) -> Target {
  let target = Target()
  let sink = format.sink(target.descriptor)
  try sink.begin(meta)
  for row in rows { try sink.row(row) }
  try sink.end(RunTotals(packets: 7, rows: UInt64(rows.count)))
  return target
}
