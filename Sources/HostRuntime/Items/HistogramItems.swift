import DataModel
import Kernels
import Operators
import Plan

/// Sums, means and variances of the last tuples of each key by an ``ExponentialHistogram``.
final class HistogramItems: ItemStateRun {
  private let shape: ExponentialHistogramShape
  private let most: Int
  private let operand: ExpressionProgram
  private let budget: MemoryBudget
  private var histograms: [ExponentialHistogram] = []
  /// Octets of each key that the budget has given.
  private var taken: [Int] = []
  private var column: ComputedColumn?
  private var answers: [HistogramAnswer]
  private var saturated: [Bool]
  private(set) var shortened = 0

  init(_ histogram: ItemHistogram, asks: Int, budget: MemoryBudget) {
    shape = histogram.shape
    most = histogram.bucketsMax
    operand = ExpressionProgram(histogram.operand)
    self.budget = budget
    answers = .init(repeating: HistogramAnswer(), count: TupleBatch.capacity * asks)
    saturated = .init(repeating: false, count: TupleBatch.capacity * asks)
  }

  func prepare(_ batch: TupleBatch, universe: UnsafePointer<UInt16>, count: Int) {
    column = operand.evaluate(batch)
  }

  func fold(
    _ ids: UnsafePointer<Int32>, _ rows: UnsafePointer<UInt16>, places: UnsafePointer<Int32>?,
    count: Int
  ) {
    guard let column else { return }
    for index in 0..<count where ids[index] >= 0 {
      let (id, row) = (Int(ids[index]), Int(rows[index]))
      while histograms.count <= id {
        histograms.append(ExponentialHistogram(shape, most: budget.left > 0 ? most : 4))
        taken.append(0)
      }
      histograms[id].add(column.validity[row] != 0 ? column.values[row] : nil)
      let bytes = histograms[id].bytes
      if bytes > taken[id] {
        // A key that finds no room keeps true bounds, which are wider.
        if !budget.take(bytes - taken[id]) { shortened += 1 }
        taken[id] = bytes
      }
      look(id, row: row, ask: 0)
    }
  }

  func look(_ id: Int, row: Int, ask: Int) {
    let place = ask &* TupleBatch.capacity &+ row
    guard id < histograms.count else {
      answers[place] = HistogramAnswer()
      return
    }
    answers[place] = histograms[id].answer
    saturated[place] = histograms[id].isSaturated
  }

  func value(_ feature: ItemEvaluation, row: Int, ask: Int) -> RowValue {
    let place = ask &* TupleBatch.capacity &+ row
    let answer = answers[place]
    guard let kind = feature.operation.windowEstimate(feature.call) else {
      preconditionFailure("only what a histogram can tell is asked of it")
    }
    guard answer.count > 0 else {
      return RowValue(feature.operation.absentValue(feature.call))
    }
    let estimate = kind.estimate(
      of: answer.estimate, from: answer.low, to: answer.high, count: answer.count)
    return RowValue(
      estimate.value, bound: estimate.bound,
      quality: saturated[place] ? .partial : estimate.quality)
  }
}
