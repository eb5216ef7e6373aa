public import DataModel

/// The reductions of an aggregation, compiled to one update loop and one merge loop each.
///
/// `.tuples` is kept by the table itself (``KeyedTable/locate``), so a count costs no loop here.
/// Sums saturate and stay saturated; squares saturate in 128 bits.
/// - Cost: about 1 ns a tuple and reduction behind the lookup, whose lines are in the cache.
public final class ReductionProgram {
  private enum Operation {
    case present, sum, sumOfSquares, minimum, maximum, bitOr, first, last, reals
    case ordered(OrderedFold)
  }

  private struct Step {
    let operation: Operation
    let offset: Int
    /// Where the layout counts the operand's values: 0 there means that the words hold none,
    /// whatever they are (the data path leaves them as they were).
    let presentOffset: Int?
    let operand: ExpressionProgram
  }

  private let steps: [Step]

  /// Compiles the reductions of a layout.
  public init(_ layout: AccumulatorLayout) {
    steps = zip(layout.reductions, layout.offsets).compactMap { reduction, offset in
      let operation: Operation
      switch reduction {
      case .tuples: return nil
      case .present: operation = .present
      case .sum: operation = .sum
      case .sumOfSquares: operation = .sumOfSquares
      case .minimum: operation = .minimum
      case .maximum: operation = .maximum
      case .bitOr: operation = .bitOr
      case .first: operation = .first
      case .last: operation = .last
      case .reals: operation = .reals
      case .ordered(let fold, _): operation = .ordered(fold)
      }
      guard let operand = reduction.operand else { return nil }
      return Step(
        operation: operation, offset: offset,
        presentOffset: layout.offset(of: .present(operand)), operand: ExpressionProgram(operand))
    }
  }

  /// Folds the tuples `rows[0..<n]` into the entries that ``KeyedTable/locate`` found for them.
  public func update(
    _ table: KeyedTable, slots: UnsafePointer<UInt32>, _ batch: TupleBatch,
    rows: UnsafePointer<UInt16>, count n: Int
  ) {
    let stride = table.stride
    for step in steps {
      let words = table.entries + (table.keyWords + step.offset)
      let column = step.operand.evaluate(batch)
      let (values, valid) = (column.values, column.validity)
      switch step.operation {
      case .present:
        for index in 0..<n {
          words[Int(slots[index]) &* stride] &+= UInt64(valid[Int(rows[index])])
        }
      case .sum:
        for index in 0..<n {
          let row = Int(rows[index])
          Fold.add(values[row] & (0 &- Int64(valid[row])), to: words + Int(slots[index]) &* stride)
        }
      case .sumOfSquares:
        for index in 0..<n {
          let row = Int(rows[index])
          let value = values[row] & (0 &- Int64(valid[row]))
          let square = value.magnitude.multipliedFullWidth(by: value.magnitude)
          Fold.addWide(square.low, square.high, to: words + Int(slots[index]) &* stride)
        }
      case .minimum:
        for index in 0..<n {
          let row = Int(rows[index])
          let missing = 0 &- Int64(valid[row] ^ 1)
          // Int64.max, the identity, where the value is missing.
          let value = (values[row] & ~missing) | (missing & Int64.max)
          Fold.keepLess(value, in: words + Int(slots[index]) &* stride)
        }
      case .maximum:
        for index in 0..<n {
          let row = Int(rows[index])
          let missing = 0 &- Int64(valid[row] ^ 1)
          let value = (values[row] & ~missing) | (missing & Int64.min)
          Fold.keepGreater(value, in: words + Int(slots[index]) &* stride)
        }
      case .bitOr:
        for index in 0..<n {
          let row = Int(rows[index])
          words[Int(slots[index]) &* stride] |=
            UInt64(bitPattern: values[row] & (0 &- Int64(valid[row])))
        }
      case .first, .last, .reals, .ordered:
        Self.fold(step.operation, into: words, stride, slots, column, batch, rows, n)
      }
    }
  }

  /// Folds the values that are there one by one, as where it is their order that counts.
  private static func fold(
    _ operation: Operation, into words: UnsafeMutablePointer<UInt64>, _ stride: Int,
    _ slots: UnsafePointer<UInt32>, _ column: ComputedColumn, _ batch: TupleBatch,
    _ rows: UnsafePointer<UInt16>, _ n: Int
  ) {
    let (values, valid) = (column.values, column.validity)
    switch operation {
    case .first:
      for index in 0..<n where valid[Int(rows[index])] != 0 {
        let row = Int(rows[index])
        Fold.keepEarlier(
          batch.times[row], batch.orders[row], UInt64(bitPattern: values[row]),
          in: words + Int(slots[index]) &* stride)
      }
    case .last:
      for index in 0..<n where valid[Int(rows[index])] != 0 {
        let row = Int(rows[index])
        Fold.keepLater(
          batch.times[row], batch.orders[row], UInt64(bitPattern: values[row]),
          in: words + Int(slots[index]) &* stride)
      }
    case .reals:
      for index in 0..<n where valid[Int(rows[index])] != 0 {
        RealFold.add(values[Int(rows[index])], to: words + Int(slots[index]) &* stride)
      }
    case .ordered(let fold):
      for index in 0..<n where valid[Int(rows[index])] != 0 {
        fold.update(words + Int(slots[index]) &* stride, values[Int(rows[index])])
      }
    case .present, .sum, .sumOfSquares, .minimum, .maximum, .bitOr:
      preconditionFailure("sums and extremes are folded without branches")
    }
  }

  /// The columns of the steps, for ``write(row:_:to:)``.
  public func columns(_ batch: TupleBatch) -> [ComputedColumn] {
    steps.map { $0.operand.evaluate(batch) }
  }

  /// Writes the words of one tuple alone, over the layout's identity; `.tuples` is the caller's.
  public func write(
    row: Int, _ columns: [ComputedColumn], to words: UnsafeMutablePointer<UInt64>
  ) {
    for (step, column) in zip(steps, columns) where column.validity[row] != 0 {
      let value = column.values[row]
      let place = words + step.offset
      switch step.operation {
      case .present: place[0] = 1
      case .sum, .minimum, .maximum, .bitOr: place[0] = UInt64(bitPattern: value)
      case .sumOfSquares:
        (place[1], place[0]) = value.magnitude.multipliedFullWidth(by: value.magnitude)
      case .reals: RealFold.add(value, to: place)
      case .ordered(let fold): fold.update(place, value)
      case .first, .last: preconditionFailure("one tuple alone has no order")
      }
    }
  }

  /// Merges one partial's words into another's; `.tuples` is the caller's.
  public func merge(
    _ other: UnsafePointer<UInt64>, into words: UnsafeMutablePointer<UInt64>
  ) {
    for step in steps {
      if let present = step.presentOffset, other[present] == 0 { continue }
      Self.merge(step, other + step.offset, into: words + step.offset)
    }
  }

  @inline(__always)
  private static func merge(
    _ step: Step, _ other: UnsafePointer<UInt64>, into words: UnsafeMutablePointer<UInt64>
  ) {
    switch step.operation {
    case .present: words[0] &+= other[0]
    case .sum: Fold.add(Int64(bitPattern: other[0]), to: words)
    case .sumOfSquares: Fold.addWide(other[0], other[1], to: words)
    case .minimum: Fold.keepLess(Int64(bitPattern: other[0]), in: words)
    case .maximum: Fold.keepGreater(Int64(bitPattern: other[0]), in: words)
    case .bitOr: words[0] |= other[0]
    case .first: Fold.keepEarlier(Int64(bitPattern: other[0]), other[1], other[2], in: words)
    case .last: Fold.keepLater(Int64(bitPattern: other[0]), other[1], other[2], in: words)
    case .reals: RealFold.merge(other, into: words)
    case .ordered(let fold): fold.append(words, later: other)
    }
  }

  /// Merges partials into the entries that ``KeyedTable/locate`` found for them.
  ///
  /// - Parameters:
  ///   - partials: the accumulator words of the first partial.
  ///   - partialStride: words from one partial to the next.
  public func merge(
    _ table: KeyedTable, slots: UnsafePointer<UInt32>, partials: UnsafePointer<UInt64>,
    stride partialStride: Int, count n: Int
  ) {
    for step in steps {
      let base = table.entries + (table.keyWords + step.offset)
      let from = partials + step.offset
      for index in 0..<n {
        let words = base + Int(slots[index]) &* table.stride
        let other = from + index &* partialStride
        if let present = step.presentOffset, partials[index &* partialStride &+ present] == 0 {
          continue
        }
        Self.merge(step, other, into: words)
      }
    }
  }
}

/// What one value, or one partial, does to the words of an entry.
private enum Fold {
  /// Adds; a sum that left Int64 stays at its end.
  @inline(__always)
  static func add(_ value: Int64, to word: UnsafeMutablePointer<UInt64>) {
    let old = Int64(bitPattern: word[0])
    let (sum, overflow) = old.addingReportingOverflow(value)
    // old + 1 - min is 0 or 1 exactly for max and min.
    let isSaturated = UInt64(bitPattern: old &+ 1 &- Int64.min) < 2
    if _slowPath(overflow || isSaturated) {
      if !isSaturated { word[0] = UInt64(bitPattern: value < 0 ? Int64.min : Int64.max) }
    } else {
      word[0] = UInt64(bitPattern: sum)
    }
  }

  @inline(__always)
  static func addWide(_ low: UInt64, _ high: UInt64, to words: UnsafeMutablePointer<UInt64>) {
    let old = UInt128(words[1]) << 64 | UInt128(words[0])
    let (sum, overflow) = old.addingReportingOverflow(UInt128(high) << 64 | UInt128(low))
    let kept = overflow ? UInt128.max : sum
    words[0] = UInt64(truncatingIfNeeded: kept)
    words[1] = UInt64(truncatingIfNeeded: kept >> 64)
  }

  @inline(__always)
  static func keepLess(_ value: Int64, in word: UnsafeMutablePointer<UInt64>) {
    word[0] = UInt64(bitPattern: min(Int64(bitPattern: word[0]), value))
  }

  @inline(__always)
  static func keepGreater(_ value: Int64, in word: UnsafeMutablePointer<UInt64>) {
    word[0] = UInt64(bitPattern: max(Int64(bitPattern: word[0]), value))
  }

  @inline(__always)
  static func keepEarlier(
    _ time: Int64, _ order: UInt64, _ value: UInt64, in words: UnsafeMutablePointer<UInt64>
  ) {
    let old = Int64(bitPattern: words[0])
    guard time < old || (time == old && order < words[1]) else { return }
    words[0] = UInt64(bitPattern: time)
    words[1] = order
    words[2] = value
  }

  @inline(__always)
  static func keepLater(
    _ time: Int64, _ order: UInt64, _ value: UInt64, in words: UnsafeMutablePointer<UInt64>
  ) {
    let old = Int64(bitPattern: words[0])
    guard time > old || (time == old && order > words[1]) else { return }
    words[0] = UInt64(bitPattern: time)
    words[1] = order
    words[2] = value
  }
}
