import DataModel
import Kernels
import Operators

/// The values that a feature of a window of items had some tuples of its key earlier: the last
/// ones of each key, and those asked for the rows of the batch at hand.
final class EarlierItems {
  /// The feature's index.
  let feature: Int
  /// How many tuples back.
  private let back: Int
  private let evaluation: ItemEvaluation
  private let state: any ItemStateRun
  private let absent: RowValue
  private let budget: MemoryBudget
  private var keys: [Key] = []
  private var answers: [RowValue]
  /// Tuples whose key found no room for its values.
  private(set) var shortened = 0

  /// The last `back + 1` values of a key, the one of its n-th tuple at n modulo that.
  private struct Key {
    var values: [RowValue] = []
    var seen = 0
  }

  init(
    of feature: Int, _ back: Int, _ evaluation: ItemEvaluation, state: any ItemStateRun, asks: Int,
    budget: MemoryBudget
  ) {
    self.feature = feature
    self.back = back
    self.evaluation = evaluation
    self.state = state
    self.budget = budget
    absent = RowValue(evaluation.operation.absentValue(evaluation.call))
    answers = [RowValue](repeating: absent, count: TupleBatch.capacity * asks)
  }

  /// The tuple of a row was folded: keeps its value, and answers with the earlier one.
  func note(_ id: Int, row: Int) {
    while keys.count <= id { keys.append(Key()) }
    let value = state.value(evaluation, row: row, ask: 0)
    let size = back + 1
    if keys[id].values.count < size {
      guard budget.take(MemoryLayout<RowValue>.stride) else {
        shortened += 1
        keys[id].values = []
        keys[id].seen = 0
        answers[row] = absent
        return
      }
      keys[id].values.append(value)
    } else {
      keys[id].values[keys[id].seen % size] = value
    }
    keys[id].seen += 1
    look(id, row: row, ask: 0)
  }

  /// Answers a row that asks with the value of a key.
  func look(_ id: Int, row: Int, ask: Int) {
    let place = ask * TupleBatch.capacity + row
    guard id < keys.count, keys[id].seen > back else {
      answers[place] = absent
      return
    }
    answers[place] = keys[id].values[(keys[id].seen - 1 - back) % (back + 1)]
  }

  /// The answer for a row.
  func value(_ row: Int, ask: Int) -> RowValue { answers[ask * TupleBatch.capacity + row] }
}
