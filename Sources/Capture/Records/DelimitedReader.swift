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
  private let separator: UInt8
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
    self.separator = separator
    splitter = FieldSplitter(separator: separator)
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
    batch.texts?.renew()
    while true {
      if line == 0 { source.consumeByteOrderMark() }
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
    while at < run.count, batch.count < TupleBatch.capacity {
      if !hasQuotes, !isSkipping {
        let lines = block.index(
          base + at, readable: run.count - at, separator: separator,
          most: TupleBatch.capacity - batch.count)
        if lines > 0 {
          try take(lines, into: batch)
          at += block.length(of: lines)
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
        try takeSlowly(base + at, end - at, into: batch)
      }
      at = min(end + 1, run.count)
    }
    return at
  }

  /// Takes the lines that are indexed.
  private func take(_ lines: Int, into batch: TupleBatch) throws(CaptureError) {
    // A line of one field may be empty, and is no record then.
    var usual = fieldCount > 1 ? fieldCount : -1
    for index in 0..<lines {
      line += 1
      if block.fieldCount(of: index) == usual {
        let (at, width) = block.field(timeField, ofIndexed: index)
        if width > 0, let time = FieldText.paddedTime(at, width) {
          block.keep(index, time: time, number: line)
          continue
        }
      }
      // What is wrong with a line is noted behind what is wrong with those before it.
      readBlock(into: batch)
      try takeUnusual(index)
      usual = fieldCount > 1 ? fieldCount : -1
    }
    readBlock(into: batch)
  }

  /// Reads the lines that are split into the next rows of the batch.
  private func readBlock(into batch: TupleBatch) {
    if block.count == 0 { return }
    var first: (line: Int, column: Int)?
    for index in 0..<columns.columns.count {
      let found = columns.read(index, block, into: batch.columns[index], first: batch.count)
      if found.count > 0, batch.fields[index].field.type == .text {
        let line = block.numbers[found.firstLine]
        noted.noteWithoutRoom(
          Int(found.count), "line \(line): \(batch.fields[index].field.name)")
        continue
      }
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
    _ bytes: UnsafePointer<UInt8>, _ length: Int, into batch: TupleBatch
  ) throws(CaptureError) {
    let count = length > 0 && bytes[length - 1] == 13 ? length - 1 : length
    if count == 0 { return }
    guard splitter.split(bytes, count) else {
      return noteMalformed("a quote stays open", line: line)
    }
    block.setLine(splitter)
    try takeUnusual(0)
    readBlock(into: batch)
  }

  /// Takes an indexed line that may have another number of fields than those before it, or no time.
  private func takeUnusual(_ index: Int) throws(CaptureError) {
    let found = block.line(index)
    if found.isEmpty { return }
    if found.count != fieldCount {
      guard try begin(found) else { return }
    }
    let (at, width) = found.field(timeField)
    guard width > 0, let time = FieldText.paddedTime(at, width) else {
      return noteMalformed(
        "its \(schema.time.field.name) ‘\(Self.text(found, timeField))’ is no time", line: line)
    }
    block.keep(index, time: time, number: line)
  }

  // MARK: The first line

  /// Whether a line of another number of fields is a record: decides the layout at the first that
  /// may be.
  private func begin(_ found: SplitLine) throws(CaptureError) -> Bool {
    let most = schema.writtenCount
    let fields = found.count
    let isFirst = fieldCount == 0
    if isFirst, try readHeader(found) { return false }
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
  private func readHeader(_ found: SplitLine) throws(CaptureError) -> Bool {
    let fields = found.count
    guard line == 1, fields < SplitLine.fieldsMax else { return false }
    for index in 0..<fields {
      let (at, count) = found.field(index)
      if count > 0, FieldText.time(at, count) != nil { return false }
    }
    let names = (0..<fields).map { Self.text(found, $0) }
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

  private static func text(_ line: SplitLine, _ field: Int) -> String {
    let (at, count) = line.field(field)
    let shown = UnsafeBufferPointer(start: at, count: min(count, 80))
    return String(decoding: shown, as: UTF8.self)
  }

  @inline(never)
  private func noteMalformed(_ what: String, line: UInt64) {
    noted.malformed += 1
    if noted.firstMalformed == nil { noted.firstMalformed = "line \(line): \(what)" }
  }
}
