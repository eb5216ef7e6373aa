import DataModel
import Sinks

/// What a query that runs in another process has to tell, in the order of a sink's calls.
enum SharedResult {
  /// What runs: enough for the other end, which compiles the text itself.
  struct Meta: Hashable {
    var query: String
    var placement: String
    var attach: String?
    var seed: UInt64
  }

  case meta(Meta)
  case row(Row)
  case loss(LossRecord)
  case progress(RunProgress)
  case end(RunTotals)

  /// The bytes: a kind, then what belongs to it.
  var encoded: [UInt8] {
    var writer = ResultWriter()
    switch self {
    case .meta(let meta):
      writer.put(UInt8(0))
      writer.put(meta.query)
      writer.put(meta.placement)
      writer.put(list: meta.attach.map { [$0] } ?? []) { $0.put($1) }
      writer.put(meta.seed)
    case .row(let row):
      writer.put(UInt8(1))
      writer.put(row)
    case .loss(let record):
      writer.put(UInt8(2))
      writer.put(record.start)
      writer.put(record.end)
      writer.put(record.lost)
      writer.put(record.uncertain)
      writer.put(record.reason)
    case .progress(let progress):
      writer.put(UInt8(3))
      writer.put(progress.packets)
      writer.put(progress.elapsedSeconds)
      writer.put(list: progress.flows) {
        $0.put($1.node)
        $0.put($1.count)
        $0.put($1.unit)
      }
    case .end(let totals):
      writer.put(UInt8(4))
      writer.put(totals.packets)
      writer.put(totals.rows)
      writer.put(totals.lost)
      writer.put(list: totals.unkeyed.sorted { $0.key < $1.key }) {
        $0.put($1.key)
        $0.put($1.value)
      }
      writer.put(totals.elapsedSeconds)
    }
    return writer.bytes
  }

  /// Reads the bytes of one result.
  init(_ bytes: ArraySlice<UInt8>) throws(ResultReader.Malformed) {
    var reader = ResultReader(bytes)
    switch try reader.byte() {
    case 0:
      self = .meta(
        Meta(
          query: try reader.text(), placement: try reader.text(),
          attach: try reader.list { (reader) throws(ResultReader.Malformed) in
            try reader.text()
          }.first, seed: try reader.unsigned()))
    case 1: self = .row(try reader.row())
    case 2:
      self = .loss(
        LossRecord(
          start: try reader.signed(), end: try reader.signed(), lost: try reader.lost(),
          uncertain: try reader.unsigned(), reason: try reader.text()))
    case 3:
      self = .progress(
        RunProgress(
          packets: try reader.unsigned(), elapsedSeconds: try reader.real(),
          flows: try reader.list { (reader) throws(ResultReader.Malformed) in
            RunProgress.Flow(
              node: try reader.text(), count: try reader.unsigned(), unit: try reader.text())
          }))
    case 4:
      var totals = RunTotals(
        packets: try reader.unsigned(), rows: try reader.unsigned(), lost: try reader.lost())
      let unkeyed = try reader.list { (reader) throws(ResultReader.Malformed) in
        (try reader.text(), try reader.unsigned())
      }
      totals.unkeyed = Dictionary(unkeyed) { $1 }
      totals.elapsedSeconds = try reader.real()
      self = .end(totals)
    default: throw ResultReader.Malformed()
    }
    guard reader.isAtEnd else { throw ResultReader.Malformed() }
  }
}

extension ResultWriter {
  fileprivate mutating func put(_ row: Row) {
    put(UInt64(row.output))
    put(row.start)
    put(row.end)
    put(list: row.values) { $0.put($1) }
    put(list: row.bounds.sorted { $0.key < $1.key }) {
      $0.put(UInt64($1.key))
      $0.put($1.value.low)
      $0.put($1.value.high)
    }
    put(row.quality.rawValue)
    put(UInt8(row.isUncertain ? 1 : 0))
  }

  fileprivate mutating func put(_ lost: [LossCause: UInt64]) {
    put(list: lost.sorted { $0.key < $1.key }) {
      $0.put($1.key.rawValue)
      $0.put($1.value)
    }
  }
}

extension ResultReader {
  fileprivate mutating func row() throws(Malformed) -> Row {
    guard let output = Int(exactly: try unsigned()) else { throw Malformed() }
    let (start, end) = (try signed(), try signed())
    let values = try list { (reader) throws(Malformed) in try reader.value() }
    let bounds = try list { (reader) throws(Malformed) in
      (try reader.unsigned(), Bound(low: try reader.real(), high: try reader.real()))
    }
    guard bounds.allSatisfy({ $0.0 < UInt64(values.count) }),
      let quality = Quality(rawValue: try text())
    else { throw Malformed() }
    return Row(
      output: output, start: start, end: end, values: values,
      bounds: Dictionary(bounds.map { (Int($0.0), $0.1) }) { $1 }, quality: quality,
      isUncertain: try byte() != 0)
  }

  fileprivate mutating func lost() throws(Malformed) -> [LossCause: UInt64] {
    let counts = try list { (reader) throws(Malformed) in
      guard let cause = LossCause(rawValue: try reader.text()) else { throw Malformed() }
      return (cause, try reader.unsigned())
    }
    return Dictionary(counts) { $1 }
  }
}
