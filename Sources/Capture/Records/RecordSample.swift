public import DataModel
import Glibc

/// Finds out what columns a file of records has, by its first records.
///
/// A column has the first of these types that all its values have: `u64`, `i64`, `duration`
/// (numbers with decimals), `ip`, `bool`, `time` (dates); else it is a `string`. The record's time
/// is the first column of dates, else the first one whose name speaks of time and whose numbers are
/// seconds since 1970. What later records have otherwise is unreadable, and counted as such.
public enum RecordSample {
  /// Records that are looked at, and bytes (unpacked ones of a `.gz`).
  public static let recordsMax = 1000
  static let bytesMax = 1 << 20

  /// Looks at a file.
  public static func look(_ question: SchemaQuestion) -> SchemaAnswer {
    do {
      guard try isFile(question.place) else {
        return .reason("only a file can be looked at before it is read")
      }
      let lines = try lines(of: question.place)
      guard !lines.isEmpty else { return .reason("it is empty") }
      switch question.form {
      case .objects: return objects(lines, question.place)
      case .lines(let separator): return delimited(lines, separator, question.place)
      }
    } catch {
      return .reason(error.reasonText)
    }
  }

  /// Whether a path is a regular file, which can be opened as often as one likes.
  static func isFile(_ path: String) throws(CaptureError) -> Bool {
    guard path != "-" else { return false }
    var status = stat()
    guard stat(path, &status) == 0 else { throw CaptureError(path, .unreadable(errno: errno)) }
    return status.st_mode & S_IFMT == S_IFREG
  }

  /// The first lines, without their ends; one that is cut short is left out.
  private static func lines(of path: String) throws(CaptureError) -> [[UInt8]] {
    let (stream, _) = try openByteStream(path)
    let space = UnsafeMutableRawBufferPointer.allocate(byteCount: bytesMax, alignment: 1)
    defer { space.deallocate() }
    var count = 0
    var isWhole = false
    while count < bytesMax, !isWhole {
      let rest = UnsafeMutableRawBufferPointer(rebasing: space[count...])
      let got = try stream.read(into: rest)
      count += got
      isWhole = got == 0
    }
    let mark = ByteOrderMark.length(space[..<count])
    let parts = space[mark..<count].split(
      separator: 10, maxSplits: recordsMax + 1, omittingEmptySubsequences: false)
    var lines = parts.prefix(recordsMax + 1).map { line in
      Array(line.last == 13 ? line.dropLast() : line)
    }
    if parts.count <= recordsMax + 1, !isWhole { lines.removeLast() }
    return lines.filter { line in !line.allSatisfy { [32, 9].contains($0) } }
  }

  // MARK: Lines of fields

  private static let separators: [UInt8] = [",", ";", "\t", "|"].map { UInt8(ascii: $0) }

  private static func delimited(
    _ lines: [[UInt8]], _ given: UInt8?, _ place: String
  ) -> SchemaAnswer {
    let header = lines[0]
    // The separator that makes most of the header.
    let separator =
      given
      ?? separators.max { a, b in
        fields(of: header, a).count < fields(of: header, b).count
      } ?? UInt8(ascii: ",")
    let names = fields(of: header, separator).map { String(decoding: $0, as: UTF8.self) }
    guard names.count < SplitLine.fieldsMax else {
      return .reason("it has more than \(SplitLine.fieldsMax - 1) columns")
    }
    if let value = names.first(where: { GuessedColumn.isValue(Array($0.utf8)) }) {
      return .reason("its first line has values such as ‘\(value)’, and no names of columns")
    }
    var columns = names.map { GuessedColumn($0) }
    var records = 0
    for line in lines.dropFirst() {
      let values = fields(of: line, separator)
      guard values.count == columns.count else { continue }
      records += 1
      for (index, value) in values.enumerated() { columns[index].take(value) }
    }
    // A reader takes the first column of a name.
    let first = columns.indices.filter { names.firstIndex(of: names[$0]) == $0 }
    return schema(
      DescribedFormat.lines.rawValue, .delimited(separator: separator, optional: 0),
      first.map { columns[$0] },
      records, place)
  }

  /// The fields of a line, without blanks around them and without quotes.
  private static func fields(of line: [UInt8], _ separator: UInt8) -> [[UInt8]] {
    var splitter = FieldSplitter(separator: separator)
    defer { splitter.deallocate() }
    return line.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress, splitter.split(base, bytes.count) else { return [] }
      return (0..<splitter.count).map { index in
        let (at, length) = splitter.line.field(index)
        return Array(UnsafeBufferPointer(start: at, count: length))
      }
    }
  }

  // MARK: Objects

  private static func objects(_ lines: [[UInt8]], _ place: String) -> SchemaAnswer {
    var scanner = JSONScanner()
    defer { scanner.deallocate() }
    var columns: [GuessedColumn] = []
    var placeOf: [String: Int] = [:]
    var records = 0
    for line in lines.prefix(recordsMax) {
      let isObject = line.withUnsafeBufferPointer { bytes in
        guard let base = bytes.baseAddress else { return false }
        return scanner.scan(base, bytes.count) { path, value, length, _ in
          let name = String(decoding: path, as: UTF8.self)
          let index = placeOf[name] ?? columns.count
          if index == columns.count {
            guard index < SplitLine.fieldsMax else { return }
            columns.append(GuessedColumn(name))
            placeOf[name] = index
          }
          columns[index].take(Array(UnsafeBufferPointer(start: value, count: length)))
        }
      }
      if isObject { records += 1 }
    }
    guard records > 0 else { return .reason("none of its first lines is a JSON object") }
    return schema(DescribedFormat.objects.rawValue, .json, columns, records, place)
  }

  // MARK: The schema

  private static func schema(
    _ source: String, _ encoding: RecordEncoding, _ columns: [GuessedColumn], _ records: Int,
    _ place: String
  ) -> SchemaAnswer {
    guard records > 0 else { return .reason("it has no records behind its header") }
    let names = GuessedColumn.names(of: columns)
    var types = columns.map(\.type)
    let time =
      types.firstIndex(of: .time) ?? columns.firstIndex { $0.mayBeTheTime }
    guard let time else {
      return .reason(
        "none of its columns is the record's time, by dates or by a name such as ‘ts’ and seconds "
          + "since 1970: " + names.joined(separator: ", "))
    }
    types[time] = .time
    let rows = columns.indices.map { index -> RecordSchema.Row in
      let own = columns[index].name
      return (
        names[index], own == names[index] ? [] : [own], types[index],
        "The column ‘\(own)’ of the file."
      )
    }
    return .schema(
      RecordSchema(
        source, "Records of \(place)", encoding: encoding, time: names[time], sampled: records,
        rows))
  }
}
