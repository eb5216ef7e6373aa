import DataModel
import Kernels

/// Fills the columns of records that lie one behind the other, all of one size.
struct RecordFiller {
  let template: Template
  let session: ExporterSession
  let context: RecordTiming.Header
  let bytes: Octets
  /// Where the first record begins.
  let at: Int
  let count: Int
  /// Where each field's value begins in a record, and its bytes.
  let starts: UnsafePointer<Int>
  let lengths: UnsafePointer<Int>
  let exporter: IPAddress?

  private func record(_ index: Int) -> LocatedRecord {
    LocatedRecord(
      bytes: bytes, starts: starts, lengths: lengths, origin: at + index * template.recordBytes)
  }

  func fill(
    _ columns: [ExportedColumn], _ batch: TupleBatch, _ row: Int, _ issues: inout RecordIssues
  ) {
    let times = columns.filter { [.start, .end, .duration].contains($0.value) }
    for index in 0..<count {
      let (start, end, duration) = template.timing.read(record(index), context)
      batch.times[row + index] = start
      for column in times {
        let value: Int64? =
          switch column.value {
          case .start: start
          case .end: end
          default: duration
          }
        batch.columns[column.index].set(row + index, value.map { UInt64(bitPattern: $0) })
      }
    }
    for column in columns {
      let unreadable = fill(column, batch.columns[column.index], row)
      guard unreadable > 0 else { continue }
      if column.form == .text {
        issues.noteWithoutRoom(unreadable, column.name)
      } else {
        issues.noteUnreadable(unreadable, column.name)
      }
    }
  }

  private func fill(_ column: ExportedColumn, _ target: TupleColumn, _ row: Int) -> Int {
    switch column.value {
    case .elements, .estimated:
      let field = template.fieldOfColumn[column.index]
      guard field >= 0 else {
        for index in 0..<count { target.setMissing(row + index) }
        return 0
      }
      let unreadable = column.fill(
        target, row, count, bytes, at + starts[field], stride: template.recordBytes,
        width: lengths[field])
      if case .estimated = column.value { return unreadable + scale(column, target, row) }
      return unreadable
    case .samplingRate: for index in 0..<count { target.set(row + index, UInt64(rate(index))) }
    case .exportTime:
      for index in 0..<count { target.set(row + index, UInt64(bitPattern: context.exported)) }
    case .exporter: for index in 0..<count { target.set(row + index, address: exporter) }
    case .domain: for index in 0..<count { target.set(row + index, UInt64(session.key.domain)) }
    case .service:
      for index in 0..<count {
        guard let ports = template.portFields else {
          target.setMissing(row + index)
          continue
        }
        let record = record(index)
        let number = record.number(ports.number).flatMap { UInt8(exactly: $0) } ?? 0
        let source = record.number(ports.source) ?? 0
        let destination = record.number(ports.destination) ?? 0
        let isPair = source <= 0xFFFF && destination <= 0xFFFF
        target.set(
          row + index, isPair ? PortService.code(protocol: number, source, destination) : nil)
      }
    case .start, .end, .duration: break
    case .header, .record, .sample: preconditionFailure("templates have no \(column.name)")
    }
    return 0
  }

  private func rate(_ index: Int) -> UInt32 {
    if template.sampling.isEmpty { return session.rate(ofSampler: nil) }
    let record = record(index)
    return template.sampling.rate(record)
      ?? session.rate(ofSampler: template.sampling.sampler(record))
  }

  /// Multiplies by the sampling rate; the values that are too large then are missing.
  private func scale(_ column: ExportedColumn, _ target: TupleColumn, _ row: Int) -> Int {
    var unreadable = 0
    for index in 0..<count where target.validity[row + index] != 0 {
      let (product, overflow) = target.lane0[row + index]
        .multipliedReportingOverflow(by: UInt64(rate(index)))
      if overflow || product > column.limit {
        target.setMissing(row + index)
        unreadable += 1
      } else {
        target.set(row + index, product)
      }
    }
    return unreadable
  }
}
