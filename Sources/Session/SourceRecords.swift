import Capture
public import DataModel
public import Plan

extension Session {
  /// A record, read: its time, and a value for each column of its schema.
  public struct ReadRecord: Sendable {
    /// Nanoseconds since 1970.
    public let time: Int64
    /// The values, missing ones too, in the order of the schema.
    public let values: [Value]
  }

  /// Every record of a file, in its order, and what was wrong with others; nil where there are more
  /// than `limit`.
  public static func records(
    of source: RecordSource, limit: Int
  ) throws(SessionError) -> (records: [ReadRecord], remarks: [String])? {
    guard let place = source.origin.place else {
      throw .unsupported("nothing says what \(source.schema.source) reads")
    }
    let columns = source.schema.columns
    var records: [ReadRecord] = []
    do throws(CaptureError) {
      let reader = try RecordReaders.open(
        place, schema: source.schema, fields: columns.map(\.id), remark: { _ in })
      let batch = TupleBatch(fields: columns.map(\.id))
      while try reader.nextBatch(into: batch) {
        let rows = TupleRows(
          output: 0, rows: batch.selection, count: batch.count, times: batch.times,
          columns: zip(batch.columns, columns).map { .lanes($0, $1.field.type) })
        for place in 0..<batch.count {
          records.append(ReadRecord(time: rows.time(place), values: rows.row(place).values))
        }
        if records.count > limit { return nil }
      }
      if let error = RecordReaders.complaint(
        of: "\(source.origin)", source.schema, reader.issues, records: UInt64(records.count))
      {
        throw error
      }
      return (records, reader.issues.remarks.map { "\(source.origin): \($0)" })
    } catch { throw .capture(error) }
  }
}
