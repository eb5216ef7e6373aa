public import DataModel
import Glibc

/// Records of lines that are JSON objects (NDJSON), plain or gzipped, from a file, a pipe or a
/// connection. Columns are found by name; a line that is no object, or has no time, is malformed.
public final class JSONReader: RecordReader {
  public var issues: RecordIssues { noted.with(reconnections: source.reconnections) }
  private var noted = RecordIssues()

  private let source: ReadAhead
  private let length: UInt64
  private let timeName: String
  private var scanner: JSONScanner
  /// The columns of a member, by its name.
  private var places: [Place] = []
  private var types: [ScalarType] = []
  /// The column of the batch that takes the service, and what the line has told of it.
  private var serviceColumn: Int?
  private var service = ServiceParts()
  private var line: UInt64 = 0
  private var nextOrder: UInt64 = 0
  private var isSkipping = false

  private struct Place {
    let name: [UInt8]
    /// The column of the batch; -1 where only the time is wanted.
    let column: Int
    let isTime: Bool
    /// Which part of the service it is: protocol, source port, destination port.
    var part: ServiceParts.Part?
  }

  private static let lineMax = 1 << 20

  /// Opens a file of records of the schema, to read these of its columns.
  public init(
    path: String, schema: RecordSchema, fields: [FieldID]
  ) throws(CaptureError) {
    let (stream, length) = try openByteStream(path)
    self.length = length
    source = ReadAhead(stream)
    timeName = schema.time.field.name
    scanner = JSONScanner()
    for (index, id) in fields.enumerated() {
      guard let column = id.record else {
        preconditionFailure("\(id) is a field of packets, and records are read")
      }
      if column.origin == .service, let parts = schema.serviceParts {
        serviceColumn = index
        add(parts.protocol, -1, isTime: false, part: .protocolNumber)
        add(parts.source, -1, isTime: false, part: .source)
        add(parts.dest, -1, isTime: false, part: .dest)
        continue
      }
      add(column, index, isTime: column == schema.time)
    }
    if !fields.contains(schema.time.id) { add(schema.time, -1, isTime: true) }
    types = fields.map(\.field.type)
  }

  deinit { scanner.deallocate() }

  private func add(
    _ column: RecordColumn, _ index: Int, isTime: Bool, part: ServiceParts.Part? = nil
  ) {
    for name in [column.field.name] + column.field.aliases {
      places.append(Place(name: Array(name.utf8), column: index, isTime: isTime, part: part))
    }
  }

  public var progress: (read: UInt64, total: UInt64) { (source.fileOffset, length) }

  public func nextBatch(into batch: TupleBatch) throws(CaptureError) -> Bool {
    batch.count = 0
    batch.texts?.renew()
    while true {
      if line == 0 { source.consumeByteOrderMark() }
      let run = source.ready
      source.consume(read(run, isLast: false, into: batch))
      if batch.count > 0 { break }
      let left = source.ready.count
      if left > Self.lineMax {
        if !isSkipping { noteMalformed("longer than \(Self.lineMax) bytes") }
        isSkipping = true
        source.consume(left)
      }
      if try source.refill(toward: source.ready.count + 1) { continue }
      let rest = source.ready
      source.consume(read(rest, isLast: true, into: batch))
      if batch.count == 0 { return false }
      break
    }
    for row in 0..<batch.count { batch.orders[row] = nextOrder &+ UInt64(row) }
    nextOrder += UInt64(batch.count)
    batch.selectAll()
    return true
  }

  /// Reads lines until the batch is full or the run has no whole one any more; the bytes used.
  private func read(_ run: ByteRun, isLast: Bool, into batch: TupleBatch) -> Int {
    let base = run.base.assumingMemoryBound(to: UInt8.self)
    var at = 0
    while at < run.count, batch.count < TupleBatch.capacity {
      var end = run.count
      if let found = memchr(run.base + at, 10, run.count - at) {
        end = UnsafeRawPointer(found) - run.base
      } else if !isLast {
        break
      }
      line += 1
      if isSkipping { isSkipping = false } else { take(base + at, end - at, into: batch) }
      at = min(end + 1, run.count)
    }
    return at
  }

  private func take(_ bytes: UnsafePointer<UInt8>, _ count: Int, into batch: TupleBatch) {
    if (0..<count).allSatisfy({ JSONScanner.isBlank(bytes[$0]) }) { return }
    let row = batch.count
    for column in batch.columns { column.setMissing(row) }
    service = ServiceParts()
    var time: Int64?
    let isObject = scanner.scan(bytes, count) { path, value, length, _ in
      for place in places where length > 0 && place.name.elementsEqual(path) {
        if place.isTime { time = FieldText.time(value, length) }
        if let part = place.part { service.set(part, value, length) }
        guard place.column >= 0 else { continue }
        let column = batch.columns[place.column]
        if !TextValue.put(value, length, types[place.column], column, row) {
          noteUnreadable(batch.fields[place.column].field)
        }
      }
    }
    if let serviceColumn, let code = service.code {
      batch.columns[serviceColumn].set(row, code)
    }
    guard isObject else { return noteMalformed("no JSON object") }
    guard let time else { return noteMalformed("no \(timeName), or one that is no time") }
    batch.times[row] = time
    batch.count = row + 1
  }

  private func noteMalformed(_ what: String) {
    noted.noteMalformed("line \(line): \(what)")
  }

  private func noteUnreadable(_ field: PacketField) {
    // Any text is one; it can only lack room.
    if field.type == .text { return noted.noteWithoutRoom(1, "line \(line): \(field.name)") }
    noted.noteUnreadable(1, "line \(line): \(field.name) is no \(field.type)")
  }
}
