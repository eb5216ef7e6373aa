import Compiler
import DataModel
import Glibc
import Plan
import Reference
import Session

extension Verification {
  /// What tuples are called.
  var unit: String {
    switch input {
    case .captureOnHost: "packets"
    case .records: "records"
    default: "tuples"
    }
  }

  /// What was read, for people.
  var inputName: String {
    query.plan.sources.map { node in
      switch place(of: node) {
      case .capture(let path): path
      case .records(let source): "\(source.origin)"
      case .interfaces(let names): names.joined(separator: ", ")
      }
    }.joined(separator: ", ")
  }

  /// What a source of the plan reads, which the command line may have said.
  private func place(of node: Int) -> Source {
    guard case .source(let source) = query.plan.nodes[node].operation else {
      preconditionFailure("n\(node) is no source")
    }
    switch (input, source) {
    case (.captureOnHost(let path), _): return .capture(path)
    case (.records(let origin), .records(let own)):
      return .records(RecordSource(own.schema, from: origin))
    default: return source
    }
  }

  /// The exact answer, and how many tuples it is of; of records as salc's own readers have them.
  func exactRows() throws -> (rows: [NaiveRow], tuples: Int, remarks: [String]) {
    let available = memory ?? Self.availableMemory()
    var left = available
    var tuples: [Int: [NaivePacket]] = [:]
    var remarks: [String] = []
    for node in query.plan.sources {
      let own: [NaivePacket]
      switch place(of: node) {
      case .capture(let path): own = try packets(of: path, &left, available)
      case .records(let source): (own, remarks) = try records(of: source, &left, available, remarks)
      case .interfaces: throw SessionError.unsupported("verify reads files")
      }
      tuples[node] = own
    }
    let tables = try query.readTables(tableFiles)
    let rows = NaiveEvaluator.rows(of: query.plan, merging: tuples) {
      tables[$0].attribute($1, of: $2)
    }
    return (rows, tuples.values.reduce(0) { $0 + $1.count }, remarks)
  }

  private func packets(
    of path: String, _ left: inout Int, _ available: Int
  ) throws -> [NaivePacket] {
    guard let bytes = try Session.contents(ofCapture: path, limit: left) else {
      throw TooLarge(packets: 0, needed: available, available: available, path: path)
    }
    var count = 0
    CaptureFile.forEachFrame(of: bytes) { _ in count += 1 }
    // Two copies of each frame: the file's, and the tuple's.
    let needed = 2 * bytes.count + count * Self.bytesPerTuple(of: query.plan)
    guard needed <= left else {
      throw TooLarge(packets: count, needed: needed, available: available, path: path)
    }
    left -= needed
    var packets: [NaivePacket] = []
    packets.reserveCapacity(count)
    CaptureFile.forEachFrame(of: bytes) { packets.append(NaivePacket($0, order: packets.count)) }
    return packets
  }

  private func records(
    of source: RecordSource, _ left: inout Int, _ available: Int, _ remarks: [String]
  ) throws -> ([NaivePacket], [String]) {
    let each =
      2 * MemoryLayout<Value>.stride * source.schema.columns.count + 200
      + Self.bytesPerTuple(of: query.plan)
    guard let found = try Session.records(of: source, limit: left / each) else {
      throw TooLarge(
        packets: 0, needed: available, available: available, path: "\(source.origin)")
    }
    left -= found.records.count * each
    let packets = found.records.enumerated().map { order, record in
      NaivePacket(record: record.values, time: record.time, order: order)
    }
    return (packets, remarks + found.remarks)
  }

  /// What the exact evaluator keeps of a tuple at most: a state for a key of its own in each
  /// aggregation and DISTINCT, a value for each feature (an item where it counts items), a row for
  /// each stream of tuples. 650 to 800 bytes were measured where every tuple has a key of its own.
  static func bytesPerTuple(of plan: LogicalPlan) -> Int {
    var bytes = 0
    for node in plan.nodes {
      if case .distinct = node.operation { bytes += 300 }
    }
    bytes += plan.aggregations.count * 500
    bytes += plan.features.count * 500
    for output in plan.outputs {
      if case .tuples(_, let columns) = output.content { bytes += 600 + 150 * columns.count }
    }
    return bytes
  }

  /// Bytes that the machine can still give; all of an address space where that is not known.
  private static func availableMemory() -> Int {
    guard let file = fopen("/proc/meminfo", "r") else { return .max / 2 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let words = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        .split(separator: UInt8(ascii: " "))
        .map { String(decoding: $0, as: UTF8.self) }
      if words.first == "MemAvailable:", words.count > 1, let kilobytes = Int(words[1]) {
        return kilobytes * 1024
      }
    }
    return .max / 2
  }
}
