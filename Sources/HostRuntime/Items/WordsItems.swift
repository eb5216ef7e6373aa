import DataModel
import Kernels
import Operators
import Plan

/// Reductions of the last tuples of each key. Sums are ``SlidingMoments``, in 128 bits; means and
/// variances are computed with them, column by column. What else is asked is evaluated from words
/// that are written for each tuple, extremes from a queue each, first and last values from a place.
final class WordsItems: ItemStateRun {
  private enum Step {
    case tuples
    case present(Int)
    case sum(Int)
    case squares(Int)
    case extreme(Int)
    case ordered(Int)
    case end(Int)
  }

  private let layout: AccumulatorLayout
  private let operands: [ExpressionProgram]
  private let moments: SlidingMoments
  /// The columns of features that are moments, by their places among the features.
  private let answerOf: [Int: Int]
  /// What the words of the other features are made of; empty where all are moments.
  private let steps: [(step: Step, offset: Int)]
  private let extremes: [(operand: Int, isMinimum: Bool)]
  private var queues: [ExtremeQueue] = []
  private var folds: [OrderedItems] = []
  private var ends: [EndItems] = []
  private var columns: [ComputedColumn] = []
  private let words: UnsafeMutablePointer<UInt64>

  init(
    _ layout: AccumulatorLayout, window: Int, features: [ItemEvaluation], asks: Int,
    budget: MemoryBudget
  ) {
    self.layout = layout
    var expressions: [TupleExpression] = []
    func place(_ expression: TupleExpression) -> Int {
      if let known = expressions.firstIndex(of: expression) { return known }
      expressions.append(expression)
      return expressions.count - 1
    }
    var steps: [(step: Step, offset: Int)] = []
    var extremes: [(operand: Int, isMinimum: Bool)] = []
    var folds: [OrderedItems] = []
    var ends: [EndItems] = []
    for (reduction, offset) in zip(layout.reductions, layout.offsets) {
      switch reduction {
      case .tuples: steps.append((.tuples, offset))
      case .present(let x): steps.append((.present(place(x)), offset))
      case .sum(let x): steps.append((.sum(place(x)), offset))
      case .sumOfSquares(let x): steps.append((.squares(place(x)), offset))
      case .minimum(let x), .maximum(let x):
        extremes.append((place(x), reduction == .minimum(x)))
        steps.append((.extreme(extremes.count - 1), offset))
      case .ordered(let fold, let x):
        folds.append(OrderedItems(fold, operand: place(x)))
        steps.append((.ordered(folds.count - 1), offset))
      case .first(let x), .last(let x):
        ends.append(EndItems(operand: place(x), isFirst: reduction == .first(x)))
        steps.append((.end(ends.count - 1), offset))
      case .bitOr, .reals:
        preconditionFailure("windows of whole numbers have neither bits nor reals")
      }
    }
    var answers: [MomentAnswer] = []
    var answerOf: [Int: Int] = [:]
    for feature in features {
      guard let moment = feature.operation.moment(feature.call), let x = feature.call.operand
      else { continue }
      let answer = MomentAnswer(operand: place(x), kind: moment.kind, unit: moment.unit)
      let known = answers.firstIndex(of: answer)
      guard known != nil || answers.count < 64 else { continue }
      answerOf[feature.place] = known ?? answers.count
      if known == nil { answers.append(answer) }
    }
    let isAllMoments = answerOf.count == features.count
    self.steps = isAllMoments ? [] : steps
    self.extremes = isAllMoments ? [] : extremes
    self.folds = isAllMoments ? [] : folds
    self.ends = isAllMoments ? [] : ends
    self.answerOf = answerOf
    operands = expressions.map { ExpressionProgram($0) }
    moments = SlidingMoments(
      window: window, operands: operands.count, answers: answers, asks: asks, budget: budget)
    words = .allocate(
      capacity: isAllMoments ? 1 : TupleBatch.capacity * layout.wordCount * asks)
  }

  deinit {
    for queue in queues { queue.deallocate() }
    words.deallocate()
  }

  var shortened: Int { moments.shortened }

  func prepare(_ batch: TupleBatch, universe: UnsafePointer<UInt16>, count: Int) {
    columns.removeAll(keepingCapacity: true)
    for operand in operands { columns.append(operand.evaluate(batch)) }
    moments.begin(columns, rows: universe, count: count)
  }

  func fold(
    _ ids: UnsafePointer<Int32>, _ rows: UnsafePointer<UInt16>, places: UnsafePointer<Int32>?,
    count: Int
  ) {
    if steps.isEmpty { return moments.fold(ids, rows, count: count) }
    for index in 0..<count where ids[index] >= 0 {
      let (id, row) = (Int(ids[index]), Int(rows[index]))
      if folds.isEmpty {
        moments.fold(ids + index, rows + index, count: 1)
      } else {
        foldOrdered(id, row)
      }
      foldExtremes(id, row)
      for place in ends.indices {
        let column = columns[ends[place].operand]
        ends[place].update(id, column.validity[row] == 0 ? nil : column.values[row], moments)
      }
      write(id, to: words + row &* layout.wordCount)
    }
  }

  func forgetAnswers() { moments.forgetAnswers() }

  func look(_ id: Int, row: Int, ask: Int) {
    moments.look(id, row: row, ask: ask)
    guard !steps.isEmpty else { return }
    write(id, to: words + (ask &* TupleBatch.capacity &+ row) &* layout.wordCount)
  }

  func reals(_ feature: ItemEvaluation, ask: Int) -> RealColumn? {
    answerOf[feature.place].map { moments.column($0, ask: ask) }
  }

  func value(_ feature: ItemEvaluation, row: Int, ask: Int) -> RowValue {
    let estimate: Estimate
    if let answer = answerOf[feature.place] {
      estimate = moments.column(answer, ask: ask).estimate(row)
    } else {
      let words = words + (ask &* TupleBatch.capacity &+ row) &* layout.wordCount
      estimate = feature.operation.evaluate(feature.call, .words(words, layout))
    }
    return RowValue(estimate.value, bound: estimate.bound, quality: estimate.quality)
  }

  /// Folds that hang on the order see which tuple leaves before it does.
  private func foldOrdered(_ id: Int, _ row: Int) {
    for place in folds.indices { folds[place].reserve(id) }
    moments.fold(id, row: row) {
      for place in folds.indices { folds[place].expire(id, moments) }
    }
    for place in folds.indices {
      let column = columns[folds[place].operand]
      if column.validity[row] != 0 { folds[place].update(id, column.values[row]) }
    }
  }

  private func foldExtremes(_ id: Int, _ row: Int) {
    guard !extremes.isEmpty else { return }
    while queues.count <= id &* extremes.count {
      queues += extremes.map { ExtremeQueue(isMinimum: $0.isMinimum) }
    }
    let folded = moments.folded(id)
    for (index, extreme) in extremes.enumerated() {
      let queue = id &* extremes.count &+ index
      // Positions count from 1; all before the window are gone.
      queues[queue].expire(through: folded &- UInt64(moments.count(id)))
      let column = columns[extreme.operand]
      if column.validity[row] != 0 { queues[queue].append(column.values[row], at: folded) }
    }
  }

  /// The accumulator words of a key, as operators read them.
  private func write(_ id: Int, to words: UnsafeMutablePointer<UInt64>) {
    for (step, offset) in steps {
      switch step {
      case .tuples: words[offset] = UInt64(moments.count(id))
      case .present(let operand): words[offset] = moments.present(id, operand)
      case .sum(let operand): words[offset] = UInt64(bitPattern: moments.total(id, operand))
      case .squares(let operand):
        (words[offset], words[offset &+ 1]) = moments.squares(id, operand)
      case .extreme(let index):
        words[offset] = UInt64(bitPattern: queues[id &* extremes.count &+ index].extreme)
      case .ordered(let index): folds[index].write(id, to: words + offset)
      // Time and order stand before the value, and nobody reads them of a window of items.
      case .end(let index): words[offset &+ 2] = UInt64(bitPattern: ends[index].value(id))
      }
    }
  }
}
