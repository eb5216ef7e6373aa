import DataModel
import Kernels
import Plan

/// A TRANSFORM ready to run: a ring of earlier values for each key, and the new columns.
final class TransformRun {
  private let transform: Transform
  private let packer: KeyPacker
  private let columns: [Column]
  private let table: KeyedTable
  private let depth: Int
  /// Words of an earlier tuple: a value and whether it is there, for each kept field.
  private let width: Int
  private var rings: [UInt64] = []
  private var seen: [Int] = []
  private let keys: UnsafeMutablePointer<UInt64>
  private let slots: UnsafeMutablePointer<UInt32>
  private let fresh: UnsafeMutablePointer<UInt8>
  private let scratch: BatchScratch
  /// Tuples of keys beyond the limit, which do not pass.
  var withoutRoom: UInt64 { table.otherTuples }

  private enum Column {
    case number(ExpressionProgram)
    /// What features and real numbers are part of, computed tuple by tuple.
    case beside(RowExpressionProgram)
  }

  init(
    _ transform: Transform, _ sources: RowSources, _ relations: [RelationEvaluation],
    _ scratch: BatchScratch
  ) {
    self.scratch = scratch
    let configuration = sources.configuration
    self.transform = transform
    packer = KeyPacker(key: transform.key)
    columns = transform.columns.map { column in
      if case .number(let number) = column.value { return .number(ExpressionProgram(number)) }
      return .beside(
        RowExpressionProgram(
          .tuple(column.value), layout: KeyLayout(types: []), graph: sources, asking: relations))
    }
    table = KeyedTable(
      keyWords: packer.layout.wordCount, identity: [0, 0], seed: configuration.seed,
      limit: configuration.limits.keys)
    depth = transform.depth
    width = transform.previous.count * 2
    let n = TupleBatch.capacity
    keys = .allocate(capacity: n * max(1, packer.layout.wordCount))
    slots = .allocate(capacity: n)
    fresh = .allocate(capacity: n)
  }

  deinit {
    keys.deallocate()
    slots.deallocate()
    fresh.deallocate()
  }

  /// Computes the columns of the tuples that have the key and enough before them, which are kept.
  func run(
    _ batch: TupleBatch, rows: UnsafePointer<UInt16>, count: Int,
    kept: UnsafeMutablePointer<UInt16>
  ) -> (kept: Int, lost: UInt64) {
    // Readers want the columns also where no tuple came so far.
    for id in transform.previous.map(\.into) + transform.columns.map(\.into) {
      _ = batch.derivedColumn(id)
    }
    var n = packer.pack(batch, rows: rows, count: count, kept: kept, keys: keys)
    guard n > 0 else { return (0, 0) }
    let before = table.otherTuples
    if depth > 0 { n = recall(batch, kept, n) }
    for (column, program) in zip(transform.columns, columns) {
      let target = batch.derivedColumn(column.into)
      switch program {
      case .number(let program):
        let result = program.evaluate(batch)
        for index in 0..<n {
          let row = Int(kept[index])
          target.lane0[row] = UInt64(bitPattern: result.values[row])
          target.validity[row] = result.validity[row]
        }
      case .beside(let program):
        program.prepare(batch, rows: kept, count: n)
        for index in 0..<n {
          let row = Int(kept[index])
          let cell = program.evaluate(RowView(key: scratch.keys, end: 0, tuple: row))
          let type = column.into.field.type
          target.set(RowOutput.value(cell, as: type), of: type, at: row)
        }
      }
    }
    return (n, table.otherTuples - before)
  }

  /// Gives the tuples the values of earlier ones, and keeps theirs for later ones.
  private func recall(_ batch: TupleBatch, _ kept: UnsafeMutablePointer<UInt16>, _ n: Int) -> Int {
    table.locate(keys: keys, count: n, slots: slots, fresh: fresh)
    let sources = transform.previous.map { previous in
      guard let column = batch.column(previous.field) else {
        preconditionFailure("the batch has every field that the graph reads: \(previous.field)")
      }
      return column
    }
    let targets = transform.previous.map { batch.derivedColumn($0.into) }
    var passed = 0
    for index in 0..<n {
      guard let id = number(of: slots[index]) else { continue }
      let row = kept[index]
      let ring = id * depth * width
      if seen[id] >= depth {
        for (place, previous) in transform.previous.enumerated() {
          let entry = ring + (seen[id] - previous.back) % depth * width + place * 2
          targets[place].lane0[Int(row)] = rings[entry]
          targets[place].validity[Int(row)] = UInt8(rings[entry + 1])
        }
        kept[passed] = row
        passed += 1
      }
      let entry = ring + seen[id] % depth * width
      for (place, source) in sources.enumerated() {
        rings[entry + place * 2] = source.lane0[Int(row)]
        rings[entry + place * 2 + 1] = source.validity[Int(row)] == 0 ? 0 : 1
      }
      seen[id] += 1
    }
    return passed
  }

  /// The rows that the columns ask for their tuples.
  var rowsInEffect: [RowsInEffect] {
    columns.flatMap { column in
      if case .beside(let program) = column { program.rowsInEffect } else { [RowsInEffect]() }
    }
  }

  /// The number of a key, in the order of first tuples; nil for keys beyond the limit.
  private func number(of slot: UInt32) -> Int? {
    guard Int(slot) != table.otherSlot else { return nil }
    let entry = table.entry(Int(slot)) + table.keyWords
    if entry[1] == 0 {
      seen.append(0)
      rings.append(contentsOf: repeatElement(0, count: depth * width))
      entry[1] = UInt64(seen.count)
    }
    return Int(entry[1]) - 1
  }
}
