import DataModel
import Glibc

/// The projected columns of records that are text: which field each is, and how it is read.
///
/// - Cost: 3–10 ns a field.
struct FieldColumns {
  /// The fields of a column that could not be read: how many, and the line of the first.
  struct Unreadable {
    var count: UInt64 = 0
    var firstLine = -1
  }

  private enum Form: UInt8 { case unsigned, signed, bool, duration, time, address, text, service }

  private struct Step {
    var form: Form
    /// The field's place in the line; -1 where the line does not have it.
    var field: Int
    var limit: UInt64
    /// The text of this column that was looked up last, its code, and the generation of that.
    var lastText: (bytes: UnsafePointer<UInt8>?, count: Int, code: UInt64, generation: UInt32)
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
        lastText: (UnsafePointer(texts + index * Self.keptText), -1, 0, 0))
    }
  }

  func deallocate() {
    steps.deallocate()
    texts.deallocate()
    service?.deallocate()
  }

  private static func form(_ type: ScalarType) -> Form {
    switch type {
    case .unsigned: return .unsigned
    case .bool: return .bool
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

  /// Reads column `index` of the batch out of the lines of a block, into the rows from `first` on.
  func read(
    _ index: Int, _ block: LineBlock, into column: TupleColumn, first: Int
  ) -> Unreadable {
    let step = steps[index]
    if step.form == .service, let service {
      service.read(block, into: column, first: first)
      return Unreadable()
    }
    guard step.field >= 0 else {
      for row in first..<first + block.count { Self.clear(column, row) }
      return Unreadable()
    }
    let (field, limit) = (step.field, step.limit)
    switch step.form {
    case .unsigned:
      return each(field, block, column, first) {
        FieldText.paddedUnsigned($0, $1, limit: limit)
      }
    case .signed:
      return each(field, block, column, first) {
        FieldText.signed($0, $1).map { UInt64(bitPattern: $0) }
      }
    case .bool:
      return each(field, block, column, first) { FieldText.bool($0, $1) }
    case .duration:
      return each(field, block, column, first) {
        FieldText.paddedSeconds($0, $1).map { UInt64(bitPattern: $0) }
      }
    case .time:
      return each(field, block, column, first) {
        FieldText.paddedTime($0, $1).map { UInt64(bitPattern: $0) }
      }
    case .text:
      let generation = TextTable.generation
      return each(field, block, column, first) { text(index, $0, $1, in: generation) }
    case .address: return addresses(field, block, column, first)
    case .service: preconditionFailure("a service has no field of its own")
    }
  }

  @inline(__always)
  private static func clear(_ column: TupleColumn, _ row: Int) {
    column.lane0[row] = 0
    column.lane1[row] = 0
    column.validity[row] = 0
  }

  @inline(__always)
  private static func isMissing(_ at: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    count == 0 || (count == 1 && at[0] == UInt8(ascii: "-"))
  }

  /// Reads a column of one lane.
  @inline(__always)
  private func each(
    _ field: Int, _ block: LineBlock, _ column: TupleColumn, _ first: Int,
    _ value: (UnsafePointer<UInt8>, Int) -> UInt64?
  ) -> Unreadable {
    var unreadable = Unreadable()
    let (values, validity) = (column.lane0 + first, column.validity + first)
    for line in 0..<block.count {
      let (at, count) = block.field(field, of: line)
      if !Self.isMissing(at, count) {
        if let value = value(at, count) {
          values[line] = value
          validity[line] = 1
          continue
        }
        if unreadable.count == 0 { unreadable.firstLine = line }
        unreadable.count += 1
      }
      values[line] = 0
      validity[line] = 0
    }
    return unreadable
  }

  private func addresses(
    _ field: Int, _ block: LineBlock, _ column: TupleColumn, _ first: Int
  ) -> Unreadable {
    var unreadable = Unreadable()
    let families = column.validity + first
    (column.lane0 + first).update(repeating: 0, count: block.count)
    if block.addresses(field, column.lane1 + first, families) == 0 { return unreadable }
    for line in 0..<block.count where families[line] == 0 {
      let (at, count) = block.field(field, of: line)
      let row = first &+ line
      Self.clear(column, row)
      if Self.isMissing(at, count) { continue }
      if let address = FieldText.ipv4(at, count) {
        column.lane1[row] = address
        column.validity[row] = 4
      } else if let (high, low) = FieldText.ipv6(at, count) {
        column.lane0[row] = high
        column.lane1[row] = low
        column.validity[row] = 6
      } else {
        if unreadable.count == 0 { unreadable.firstLine = line }
        unreadable.count += 1
      }
    }
    return unreadable
  }

  /// A text's code; that of the same text again without looking it up, once a generation of the
  /// table, which otherwise could not know that the text is still used.
  private func text(
    _ index: Int, _ at: UnsafePointer<UInt8>, _ count: Int, in generation: UInt32
  ) -> UInt64? {
    let last = steps[index].lastText
    if last.count == count, last.generation == generation, let bytes = last.bytes,
      memcmp(bytes, at, count) == 0
    {
      return last.code
    }
    guard let code = TextTable.code(UnsafeRawBufferPointer(start: at, count: count)) else {
      return nil
    }
    if count <= Self.keptText {
      (texts + index * Self.keptText).update(from: at, count: count)
      steps[index].lastText.count = count
      steps[index].lastText.code = code
      steps[index].lastText.generation = generation
    }
    return code
  }
}
