import DataModel
import Kernels
import Plan

/// One leaf of an expression beside tuples: its value for every tuple of a batch.
final class TupleReader {
  private enum Form {
    case component(KeyComponent)
    case number(ExpressionProgram)
    case condition(PredicateProgram)
    case inEffect(RowsInEffect, KeyPacker)
    case current(ItemReader)
  }

  private let form: Form
  private let kept: UnsafeMutablePointer<UInt16>
  private let keys: UnsafeMutablePointer<UInt64>
  private var values: [RowValue]

  init(_ column: TupleColumnExpression, sets: [IntervalSet]) {
    switch column {
    case .field(let id):
      form = .component(
        KeyComponent(name: id.description, field: id, type: id.field.type))
    case .component(let component): form = .component(component)
    case .number(let number): form = .number(ExpressionProgram(number))
    case .condition(let condition): form = .condition(PredicateProgram(condition, sets: sets))
    case .beside, .current: preconditionFailure("an expression is compiled, not read")
    }
    (kept, keys, values) = Self.room(keyWords: 0)
  }

  init(_ reader: ItemReader) {
    form = .current(reader)
    (kept, keys, values) = Self.room(keyWords: 0)
  }

  init(_ rows: RowsInEffect, key: [KeyComponent]) {
    let packer = KeyPacker(key: key)
    form = .inEffect(rows, packer)
    (kept, keys, values) = Self.room(keyWords: packer.layout.wordCount)
  }

  private static func room(
    keyWords: Int
  ) -> (UnsafeMutablePointer<UInt16>, UnsafeMutablePointer<UInt64>, [RowValue]) {
    let n = TupleBatch.capacity
    return (
      .allocate(capacity: n), .allocate(capacity: max(1, n * keyWords)),
      [RowValue](repeating: RowValue(.missing), count: n)
    )
  }

  deinit {
    kept.deallocate()
    keys.deallocate()
  }

  /// The value of the tuple of this row, after ``prepare(_:rows:count:)``.
  func value(_ row: Int) -> RowValue { values[row] }

  /// Computes the values of the tuples `rows[0..<count]`.
  func prepare(_ batch: TupleBatch, rows: UnsafePointer<UInt16>, count: Int) {
    switch form {
    case .component(let component):
      for index in 0..<count {
        let row = Int(rows[index])
        values[row] = RowValue(Self.value(component, batch, row))
      }
    case .number(let program):
      let column = program.evaluate(batch)
      for index in 0..<count {
        let row = Int(rows[index])
        values[row] = RowValue(
          column.validity[row] == 0 ? .missing : .integer(column.values[row]))
      }
    case .condition(let program):
      for index in 0..<count { values[Int(rows[index])] = RowValue(.bool(false)) }
      let n = program.filter(batch, rows: rows, count: count, kept: kept)
      for index in 0..<n { values[Int(kept[index])] = RowValue(.bool(true)) }
    case .current(let reader):
      for index in 0..<count { values[Int(rows[index])] = reader.value(Int(rows[index])) }
    case .inEffect(let source, let packer):
      for index in 0..<count { values[Int(rows[index])] = RowValue(.missing) }
      let n = packer.pack(batch, rows: rows, count: count, kept: kept, keys: keys)
      let words = packer.layout.wordCount
      for index in 0..<n {
        let row = Int(kept[index])
        if let found = source.value(keys + index * words, at: batch.times[row]) {
          values[row] = found
        }
      }
    }
  }

  private static func value(_ component: KeyComponent, _ batch: TupleBatch, _ row: Int) -> Value {
    guard let column = batch.column(component.field) else {
      preconditionFailure("the batch has every field that the graph reads: \(component.field)")
    }
    let validity = column.validity[row]
    if validity == 0 {
      guard let fallback = component.fallback else { return .missing }
      return Value(
        lanes: (UInt64(bitPattern: fallback), 0), type: component.type, isV6: false)
    }
    let value = Value(
      lanes: (column.lane0[row], column.lane1[row]), type: component.field.field.type,
      isV6: validity == 6)
    guard case .address(let address) = value, let mask = component.mask else { return value }
    return .address(address.masked(v4Bits: mask.v4Bits, v6Bits: mask.v6Bits))
  }
}
