import DataModel
import Kernels
import Operators
import Plan

/// Reductions of the last tuples of each key: what comes is added, what leaves is taken away, so a
/// tuple costs the same whatever the window's length. Exact: sums are in 128 bits.
final class WordsItems: ItemStateRun {
  /// Words of an operand's sums: how many, Σx (two), Σx² (two).
  private static let sumWords = 5

  private enum Step {
    case tuples
    case present(Int)
    case sum(Int)
    case squares(Int)
    case extreme(Int)
    case ordered(Int)
  }

  private let window: Int
  private let layout: AccumulatorLayout
  private let operands: [ExpressionProgram]
  private let steps: [(step: Step, offset: Int)]
  private let extremes: [(operand: Int, isMinimum: Bool)]
  private var folds: [OrderedItems] = []
  private let budget: ItemBudget
  /// Words of a ring's entry: the operands' values, and a bit for each that is present.
  private let width: Int
  private var columns: [ComputedColumn] = []

  private var rings: UnsafeMutablePointer<ItemRing>
  private var sums: UnsafeMutablePointer<UInt64>
  private var folded: UnsafeMutablePointer<UInt64>
  private var queues: [ExtremeQueue] = []
  private var capacity = 64
  private var used = 0
  private let answers: UnsafeMutablePointer<UInt64>
  private(set) var shortened = 0

  init(_ layout: AccumulatorLayout, window: Int, asks: Int, budget: ItemBudget) {
    self.window = window
    self.layout = layout
    self.budget = budget
    var expressions: [TupleExpression] = []
    var steps: [(step: Step, offset: Int)] = []
    var extremes: [(operand: Int, isMinimum: Bool)] = []
    var folds: [OrderedItems] = []
    func place(_ expression: TupleExpression) -> Int {
      if let known = expressions.firstIndex(of: expression) { return known }
      expressions.append(expression)
      return expressions.count - 1
    }
    for (reduction, offset) in zip(layout.reductions, layout.offsets) {
      switch reduction {
      case .tuples: steps.append((.tuples, offset))
      case .present(let x): steps.append((.present(place(x)), offset))
      case .sum(let x): steps.append((.sum(place(x)), offset))
      case .sumOfSquares(let x): steps.append((.squares(place(x)), offset))
      case .minimum(let x), .maximum(let x):
        let isMinimum = reduction == .minimum(x)
        extremes.append((place(x), isMinimum))
        steps.append((.extreme(extremes.count - 1), offset))
      case .ordered(let fold, let x):
        folds.append(OrderedItems(fold, operand: place(x)))
        steps.append((.ordered(folds.count - 1), offset))
      case .bitOr, .first, .last, .reals:
        preconditionFailure("windows of whole numbers have neither bits nor order nor reals")
      }
    }
    self.steps = steps
    self.extremes = extremes
    self.folds = folds
    operands = expressions.map { ExpressionProgram($0) }
    precondition(expressions.count <= 64, "a bit for each operand")
    width = expressions.count + 1
    rings = .allocate(capacity: capacity)
    sums = .allocate(capacity: capacity * max(1, expressions.count * Self.sumWords))
    folded = .allocate(capacity: capacity)
    answers = .allocate(capacity: TupleBatch.capacity * layout.wordCount * asks)
  }

  deinit {
    for id in 0..<used { rings[id].deallocate() }
    for queue in queues { queue.deallocate() }
    rings.deallocate()
    sums.deallocate()
    folded.deallocate()
    answers.deallocate()
  }

  func prepare(_ batch: TupleBatch, universe: UnsafePointer<UInt16>, count: Int) {
    columns.removeAll(keepingCapacity: true)
    for operand in operands { columns.append(operand.evaluate(batch)) }
  }

  func fold(
    _ ids: UnsafePointer<Int32>, _ rows: UnsafePointer<UInt16>, places: UnsafePointer<Int32>?,
    count: Int
  ) {
    for index in 0..<count {
      let id = Int(ids[index])
      guard id >= 0 else { continue }
      reserve(id)
      let row = Int(rows[index])
      if Int(rings[id].count) == window { expire(id) } else if rings[id].isFull { makeRoom(id) }
      append(id, row)
      write(id, to: answers + row &* layout.wordCount)
    }
  }

  func look(_ id: Int, row: Int, ask: Int) {
    write(id, to: answers + (ask &* TupleBatch.capacity &+ row) &* layout.wordCount)
  }

  func value(_ feature: ItemEvaluation, row: Int, ask: Int) -> RowValue {
    let words = answers + (ask &* TupleBatch.capacity &+ row) &* layout.wordCount
    let estimate = feature.operation.evaluate(feature.call, .words(words, layout))
    return RowValue(estimate.value, bound: estimate.bound, quality: estimate.quality)
  }

  // MARK: Keys

  private func reserve(_ id: Int) {
    guard id >= used else { return }
    let perKey = operands.count * Self.sumWords
    if id >= capacity {
      let wanted = max(capacity * 2, id + 1)
      rings = Self.moved(rings, used, wanted)
      sums = Self.moved(sums, used * perKey, max(1, wanted * perKey))
      folded = Self.moved(folded, used, wanted)
      capacity = wanted
    }
    while used <= id {
      (rings + used).initialize(to: ItemRing())
      for word in 0..<perKey { sums[used * perKey + word] = 0 }
      folded[used] = 0
      queues += extremes.map { ExtremeQueue(isMinimum: $0.isMinimum) }
      for place in folds.indices { folds[place].addKey() }
      used += 1
    }
  }

  private static func moved<T: BitwiseCopyable>(
    _ old: UnsafeMutablePointer<T>, _ count: Int, _ capacity: Int
  ) -> UnsafeMutablePointer<T> {
    let new = UnsafeMutablePointer<T>.allocate(capacity: capacity)
    new.update(from: old, count: count)
    old.deallocate()
    return new
  }

  /// Makes the ring larger; where memory is used up, the window of the key stays short.
  private func makeRoom(_ id: Int) {
    let new = rings[id].grownCapacity(limit: window) * width * 8
    if rings[id].count == 0 || budget.take(new - rings[id].byteCount(width: width)) {
      rings[id].grow(width: width, limit: window)
    } else {
      shortened += 1
      expire(id)
    }
  }

  // MARK: Tuples

  @inline(__always)
  private func expire(_ id: Int) {
    let entry = rings[id].oldest(width: width)
    let present = entry[width &- 1]
    var sum = sums + id &* operands.count &* Self.sumWords
    for operand in 0..<operands.count {
      if (present >> UInt64(operand)) & 1 != 0 {
        Self.change(sum, by: Int64(bitPattern: entry[operand]), isAdded: false)
      }
      sum += Self.sumWords
    }
    let position = folded[id] &- UInt64(rings[id].count)
    for index in extremes.indices {
      queues[id &* extremes.count &+ index].expire(through: position)
    }
    for place in folds.indices { folds[place].expire(id, rings[id], width: width) }
    rings[id].dropOldest()
  }

  @inline(__always)
  private func append(_ id: Int, _ row: Int) {
    let entry = rings[id].append(width: width)
    var present: UInt64 = 0
    var sum = sums + id &* operands.count &* Self.sumWords
    for operand in 0..<operands.count {
      let column = columns[operand]
      let value = column.values[row]
      entry[operand] = UInt64(bitPattern: value)
      if column.validity[row] != 0 {
        present |= 1 << UInt64(operand)
        Self.change(sum, by: value, isAdded: true)
      }
      sum += Self.sumWords
    }
    entry[width &- 1] = present
    for (index, extreme) in extremes.enumerated()
    where (present >> UInt64(extreme.operand)) & 1 != 0 {
      queues[id &* extremes.count &+ index].append(
        Int64(bitPattern: entry[extreme.operand]), at: folded[id])
    }
    for place in folds.indices where (present >> UInt64(folds[place].operand)) & 1 != 0 {
      folds[place].update(id, Int64(bitPattern: entry[folds[place].operand]))
    }
    folded[id] &+= 1
  }

  /// Adds a value to an operand's sums, or takes it away; 128 bits wrap alike both ways.
  @inline(__always)
  private static func change(
    _ sum: UnsafeMutablePointer<UInt64>, by value: Int64, isAdded: Bool
  ) {
    let square = value.magnitude.multipliedFullWidth(by: value.magnitude)
    let low = UInt64(bitPattern: value)
    let high = UInt64(bitPattern: value >> 63)
    if isAdded {
      sum[0] &+= 1
      add(low, high, to: sum + 1)
      add(square.low, square.high, to: sum + 3)
    } else {
      sum[0] &-= 1
      subtract(low, high, from: sum + 1)
      subtract(square.low, square.high, from: sum + 3)
    }
  }

  @inline(__always)
  private static func add(
    _ low: UInt64, _ high: UInt64, to words: UnsafeMutablePointer<UInt64>
  ) {
    let (sum, carry) = words[0].addingReportingOverflow(low)
    words[0] = sum
    words[1] = words[1] &+ high &+ (carry ? 1 : 0)
  }

  @inline(__always)
  private static func subtract(
    _ low: UInt64, _ high: UInt64, from words: UnsafeMutablePointer<UInt64>
  ) {
    let (difference, borrow) = words[0].subtractingReportingOverflow(low)
    words[0] = difference
    words[1] = words[1] &- high &- (borrow ? 1 : 0)
  }

  /// The accumulator words of a key, as operators read them.
  @inline(__always)
  private func write(_ id: Int, to words: UnsafeMutablePointer<UInt64>) {
    let sums = sums + id &* operands.count &* Self.sumWords
    for (step, offset) in steps {
      switch step {
      case .tuples: words[offset] = UInt64(rings[id].count)
      case .present(let operand): words[offset] = sums[operand &* Self.sumWords]
      case .sum(let operand):
        let sum = sums + operand &* Self.sumWords
        let (low, high) = (Int64(bitPattern: sum[1]), Int64(bitPattern: sum[2]))
        // Saturates, as a sum of a time window does.
        let clamped = high == low >> 63 ? low : high < 0 ? .min : .max
        words[offset] = UInt64(bitPattern: clamped)
      case .squares(let operand):
        let sum = sums + operand &* Self.sumWords
        words[offset] = sum[3]
        words[offset &+ 1] = sum[4]
      case .extreme(let index):
        words[offset] = UInt64(bitPattern: queues[id &* extremes.count &+ index].extreme)
      case .ordered(let place): folds[place].write(id, to: words + offset)
      }
    }
  }
}
