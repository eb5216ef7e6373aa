public import DataModel
import Glibc

/// Records of lines: fields between separators, plain or gzipped, from a file or a pipe.
///
/// A first line that has names instead of values is a header; where it names the record's time,
/// columns are found by it, else by their order. A line of another number of fields, or whose time
/// cannot be read, is malformed; another field that cannot be read is missing. Only projected
/// columns are read.
public final class DelimitedReader: RecordReader {
  /// What was wrong so far.
  public var issues: RecordIssues { noted.with(reconnections: source.reconnections) }
  private var noted = RecordIssues()

  private let path: String
  private let schema: RecordSchema
  private let optional: Int
  private let source: ReadAhead
  private let length: UInt64
  private var splitter: FieldSplitter
  private let columns: FieldColumns
  private var block = LineBlock()
  /// Fields of a line; 0 before the first line.
  private var fieldCount = 0
  private var timeField = 0
  private var line: UInt64 = 0
  private var nextOrder: UInt64 = 0
  /// How far quotes were looked for, and behind which byte none was found.
  private var quotes: (searched: UInt64, last: UInt64) = (0, 0)
  /// Inside a line that is longer than any record.
  private var isSkipping = false

  /// The longest line that is read.
  private static let lineMax = 1 << 20

  /// Opens a file of records in the encoding of the schema, to read these of its columns.
  public init(
    path: String, schema: RecordSchema, fields: [FieldID]
  ) throws(CaptureError) {
    self.path = path
    self.schema = schema
    guard case .delimited(let separator, let optional) = schema.encoding else {
      preconditionFailure("\(schema.source) has no lines of fields")
    }
    self.optional = optional
    let (stream, length) = try openByteStream(path)
    self.length = length
    source = ReadAhead(stream)
    splitter = FieldSplitter(separator: separator, ends: block.next)
    columns = FieldColumns(fields, schema.serviceParts)
  }

  deinit {
    splitter.deallocate()
    columns.deallocate()
    block.deallocate()
  }

  /// Bytes of the file read so far, and its length (0 where that is not known).
  public var progress: (read: UInt64, total: UInt64) { (source.fileOffset, length) }

  /// Fills `batch` with the next records, all selected; false at the end.
  public func nextBatch(into batch: TupleBatch) throws(CaptureError) -> Bool {
    batch.count = 0
    while true {
      let run = source.ready
      let used = try read(run, isLast: false, into: batch)
      source.consume(used)
      if batch.count > 0 { break }
      let left = run.count - used
      if left > Self.lineMax {
        if !isSkipping { noteMalformed("longer than \(Self.lineMax) bytes", line: line + 1) }
        isSkipping = true
        source.consume(left)
      }
      if try source.refill(toward: source.ready.count + 1) { continue }
      // The last line needs no end.
      let rest = source.ready
      source.consume(try read(rest, isLast: true, into: batch))
      if batch.count == 0 { return false }
      break
    }
    for row in 0..<batch.count { batch.orders[row] = nextOrder &+ UInt64(row) }
    nextOrder += UInt64(batch.count)
    batch.selectAll()
    return true
  }

  /// Reads lines until the batch is full or the run has no whole line any more; the bytes used.
  private func read(
    _ run: ByteRun, isLast: Bool, into batch: TupleBatch
  ) throws(CaptureError) -> Int {
    let base = run.base.assumingMemoryBound(to: UInt8.self)
    let hasQuotes = hasQuotes(run)
    var at = 0
    while at < run.count, batch.count + block.count < TupleBatch.capacity {
      if !hasQuotes, !isSkipping {
        splitter.ends = block.next
        let (fields, length) = splitter.split(base + at, readable: run.count - at)
        if fields > 0 {
          line += 1
          try take(base + at, length, fields)
          if block.isFull { readBlock(into: batch) }
          at += length + 1
          continue
        }
      }
      let end: Int
      if let found = memchr(run.base + at, 10, run.count - at) {
        end = UnsafeRawPointer(found) - run.base
      } else if isLast {
        end = run.count
      } else {
        break
      }
      line += 1
      if isSkipping {
        isSkipping = false
      } else {
        // The text of a line with quotes lasts until the next one's.
        readBlock(into: batch)
        splitter.ends = block.next
        try takeSlowly(base + at, end - at)
        readBlock(into: batch)
      }
      at = min(end + 1, run.count)
    }
    readBlock(into: batch)
    return at
  }

  /// Reads the lines that are split into the next rows of the batch.
  private func readBlock(into batch: TupleBatch) {
    if block.count == 0 { return }
    var first: (line: Int, column: Int)?
    for index in 0..<columns.columns.count {
      let found = columns.read(index, block, into: batch.columns[index], first: batch.count)
      noted.unreadable += found.count
      if found.count > 0, found.firstLine < first?.line ?? .max {
        first = (found.firstLine, index)
      }
    }
    if let first, noted.firstUnreadable == nil {
      let column = columns.columns[first.column].field
      let line = block.numbers[first.line]
      noted.firstUnreadable = "line \(line): \(column.name) is no \(column.type)"
    }
    (batch.times + batch.count).update(from: block.times, count: block.count)
    batch.count += block.count
    block.removeAll()
  }

  /// Whether there is a quote in the bytes at hand; looked for once in each byte.
  private func hasQuotes(_ run: ByteRun) -> Bool {
    let end = run.offset + UInt64(run.count)
    if end > quotes.searched {
      let fresh = min(run.count, Int(end - max(quotes.searched, run.offset)))
      if memchr(run.base + (run.count - fresh), Int32(UInt8(ascii: "\"")), fresh) != nil {
        quotes.last = end
      }
      quotes.searched = end
    }
    return quotes.last > run.offset
  }

  /// Takes a line that may have quotes, or no end.
  private func takeSlowly(
    _ bytes: UnsafePointer<UInt8>, _ length: Int
  ) throws(CaptureError) {
    let count = length > 0 && bytes[length - 1] == 13 ? length - 1 : length
    if count == 0 { return }
    let fields: Int
    if memchr(bytes, Int32(UInt8(ascii: "\"")), count) != nil {
      guard let found = splitter.splitQuoted(bytes, count) else {
        return noteMalformed("a quote stays open", line: line)
      }
      fields = found
    } else {
      fields = splitter.split(bytes, count: count)
    }
    try takeFields(fields)
  }

  /// Takes a line that is split.
  @inline(__always)
  private func take(
    _ bytes: UnsafePointer<UInt8>, _ length: Int, _ fields: Int
  ) throws(CaptureError) {
    if length > 0, bytes[length - 1] == 13 {
      if length == 1 { return }
      splitter.dropLastByte(of: fields)
    } else if length == 0 {
      return
    }
    try takeFields(fields)
  }

  @inline(__always)
  private func takeFields(_ fields: Int) throws(CaptureError) {
    if fields != fieldCount {
      guard try begin(fields) else { return }
    }
    let (at, width) = splitter.field(timeField)
    guard width > 0, let time = FieldText.paddedTime(at, width) else {
      return noteMalformed(
        "its \(schema.time.field.name) ‘\(text(timeField))’ is no time", line: line)
    }
    block.append(splitter.base, time: time, number: line)
  }

  // MARK: The first line

  /// Whether a line of so many fields is a record: decides the layout at the first that may be.
  private func begin(_ fields: Int) throws(CaptureError) -> Bool {
    let most = schema.writtenCount
    let isFirst = fieldCount == 0
    if isFirst, try readHeader(fields) { return false }
    guard isFirst, fields <= most, fields >= most - optional else {
      let expected = fieldCount > 0 ? "\(fieldCount)" : "\(most)"
      noteMalformed("\(fields) fields where \(expected) are expected", line: line)
      return false
    }
    let left = most - fields
    place(
      schema.columns.map { $0.origin == .record ? $0.position - left : -1 }, of: fields)
    return true
  }

  private func place(_ fieldOfColumn: [Int], of fields: Int) {
    fieldCount = fields
    block.fields = fields
    timeField = fieldOfColumn[schema.time.position]
    columns.place(fieldOfColumn)
  }

  /// Takes the line for a header if its first field that is not empty begins with a letter and none
  /// of its fields can be the record's time.
  private func readHeader(_ fields: Int) throws(CaptureError) -> Bool {
    guard line == 1, fields < FieldSplitter.fieldsMax else { return false }
    for index in 0..<fields {
      let (at, count) = splitter.field(index)
      if count > 0, FieldText.time(at, count) != nil { return false }
    }
    let names = (0..<fields).map { text($0) }
    let start = names.first { !$0.isEmpty }?.utf8.first ?? 0
    let isLetter = (start | 32) >= UInt8(ascii: "a") && (start | 32) <= UInt8(ascii: "z")
    guard isLetter || schema.sampled > 0 else { return false }
    var fieldOfColumn = [Int](repeating: -1, count: schema.columns.count)
    for (index, name) in names.enumerated() {
      let column = (schema.named(name) ?? schema.namedIgnoringCase(name).first)?.record
      if let column, column.origin == .record, fieldOfColumn[column.position] < 0 {
        fieldOfColumn[column.position] = index
      }
    }
    guard fieldOfColumn[schema.time.position] >= 0 else {
      let most = schema.writtenCount
      // Names that say nothing are passed over where the order of columns is known anyway; a line
      // without any of them is no header.
      if fields <= most, fields >= most - optional { return true }
      guard fieldOfColumn.contains(where: { $0 >= 0 }) else { return false }
      throw CaptureError(
        path,
        .damaged(
          offset: 0, expected: "a header with \(schema.time.field.name)",
          found: names.joined(separator: ", ")))
    }
    place(fieldOfColumn, of: fields)
    return true
  }

  // MARK: What is wrong

  private func text(_ field: Int) -> String {
    let (at, count) = splitter.field(field)
    let shown = UnsafeBufferPointer(start: at, count: min(count, 80))
    return String(decoding: shown, as: UTF8.self)
  }

  @inline(never)
  private func noteMalformed(_ what: String, line: UInt64) {
    noted.malformed += 1
    if noted.firstMalformed == nil { noted.firstMalformed = "line \(line): \(what)" }
  }
}
