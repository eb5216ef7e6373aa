import DataModel
import Glibc

/// The projected columns of records that are text: which field each is, and how it is read.
///
/// - Cost: 5–15 ns a field.
struct FieldColumns {
  /// What became of a field.
  enum Outcome { case present, missing, unreadable }

  private enum Form: UInt8 { case unsigned, signed, duration, time, address, text, service }

  private struct Step {
    var form: Form
    /// The field's place in the line; -1 where the line does not have it.
    var field: Int
    var limit: UInt64
    /// The text of this column that was read last, and its code.
    var lastText: (bytes: UnsafePointer<UInt8>?, count: Int, code: UInt64)
  }

  /// The columns of the schema that are read, in the order of the batch.
  let columns: [RecordColumn]
  /// The fields that tell a service, where a column has it.
  private let service: ServiceFields?
  private let steps: UnsafeMutablePointer<Step>
  private let texts: UnsafeMutablePointer<UInt8>
  private static let keptText = 64

  /// Reads `fields`; `parts` are the columns that tell a service.
  init(
    _ fields: [FieldID],
    _ parts: (protocol: RecordColumn, source: RecordColumn, dest: RecordColumn)?
  ) {
    let isAsked = fields.contains { $0.record?.origin == .service }
    service = isAsked ? parts.map { ServiceFields($0) } : nil
    columns = fields.map { id in
      guard let column = id.record else {
        preconditionFailure("\(id) is a field of packets, and records are read")
      }
      return column
    }
    let count = columns.count
    texts = .allocate(capacity: max(1, count * Self.keptText))
    steps = .allocate(capacity: max(1, count))
    for (index, column) in columns.enumerated() {
      steps[index] = Step(
        form: Self.form(column.field.type), field: -1, limit: Self.limit(column.field.type),
        lastText: (UnsafePointer(texts + index * Self.keptText), -1, 0))
    }
  }

  func deallocate() {
    steps.deallocate()
    texts.deallocate()
    service?.deallocate()
  }

  private static func form(_ type: ScalarType) -> Form {
    switch type {
    case .unsigned, .bool: return .unsigned
    case .signed: return .signed
    case .duration: return .duration
    case .time: return .time
    case .ip: return .address
    case .text: return .text
    case .service: return .service
    default: preconditionFailure("no record has a column of \(type)")
    }
  }

  private static func limit(_ type: ScalarType) -> UInt64 {
    switch type {
    case .unsigned(let bits): (1 << UInt64(bits)) - 1
    case .bool: 1
    default: UInt64(Int64.max)
    }
  }

  /// Says which field of the line each column of the schema is.
  func place(_ fieldOfColumn: [Int]) {
    for (index, column) in columns.enumerated() {
      steps[index].field = fieldOfColumn[column.position]
    }
    service?.place(fieldOfColumn)
  }

  /// Reads column `index` of the batch out of a split line, into `row`.
  @inline(__always)
  func read(
    _ index: Int, _ line: borrowing FieldSplitter, into column: TupleColumn, _ row: Int
  ) -> Outcome {
    let step = steps[index]
    if step.form == .service, let service { return service.read(line, into: column, row) }
    column.lane0[row] = 0
    column.lane1[row] = 0
    column.validity[row] = 0
    guard step.field >= 0 else { return .missing }
    let (at, count) = line.field(step.field)
    if count == 0 || (count == 1 && at[0] == UInt8(ascii: "-")) { return .missing }
    let value: UInt64?
    switch step.form {
    case .unsigned: value = FieldText.paddedUnsigned(at, count, limit: step.limit)
    case .signed: value = FieldText.signed(at, count).map { UInt64(bitPattern: $0) }
    case .duration: value = FieldText.paddedSeconds(at, count).map { UInt64(bitPattern: $0) }
    case .time: value = FieldText.paddedTime(at, count).map { UInt64(bitPattern: $0) }
    case .text: value = text(index, at, count)
    case .address:
      if let address = FieldText.paddedIPv4(at, count) {
        column.lane1[row] = address
        column.validity[row] = 4
        return .present
      }
      guard let (high, low) = FieldText.ipv6(at, count) else { return .unreadable }
      column.lane0[row] = high
      column.lane1[row] = low
      column.validity[row] = 6
      return .present
    case .service: return .missing
    }
    guard let value else { return .unreadable }
    column.lane0[row] = value
    column.validity[row] = 1
    return .present
  }

  /// A text's code; that of the same text again without looking it up.
  private func text(_ index: Int, _ at: UnsafePointer<UInt8>, _ count: Int) -> UInt64? {
    let last = steps[index].lastText
    if last.count == count, let bytes = last.bytes, memcmp(bytes, at, count) == 0 {
      return last.code
    }
    guard let code = TextTable.code(UnsafeRawBufferPointer(start: at, count: count)) else {
      return nil
    }
    if count <= Self.keptText {
      (texts + index * Self.keptText).update(from: at, count: count)
      steps[index].lastText.count = count
      steps[index].lastText.code = code
    }
    return code
  }
}
