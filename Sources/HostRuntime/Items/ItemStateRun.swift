import DataModel
import Kernels
import Operators
import Plan

/// One state of every key of a group, tuple by tuple.
///
/// Keys are numbers 0, 1, … in the order of their first tuples. After a tuple was folded, or a key
/// was looked up for one that was not, the values are kept for that row of the batch: once for
/// each key by which tuples ask (0 is the group's own).
protocol ItemStateRun: AnyObject {
  /// Computes what is read of the batch's tuples; `universe` are all rows that may be folded.
  func prepare(_ batch: TupleBatch, universe: UnsafePointer<UInt16>, count: Int)
  /// Folds the tuples `rows[0..<count]` of the keys `ids` and keeps their values. Of tables
  /// `places` are the tuples' places among the rows of their keys.
  func fold(
    _ ids: UnsafePointer<Int32>, _ rows: UnsafePointer<UInt16>, places: UnsafePointer<Int32>?,
    count: Int)
  /// Forgets the values that were kept for rows, before others ask without ``prepare``.
  func forgetAnswers()
  /// Keeps the values of a key for a row that asks.
  func look(_ id: Int, row: Int, ask: Int)
  /// The value of a feature for a row whose key is known.
  func value(_ feature: ItemEvaluation, row: Int, ask: Int) -> RowValue
  /// The values of a feature for all rows of the batch, where they are reals side by side; of a
  /// row whose key is not known there is none. The same memory for every batch.
  func reals(_ feature: ItemEvaluation, ask: Int) -> RealColumn?
  /// The values of a feature for all rows of the batch, where rows share them: by row the place in
  /// a table.
  func shared(
    _ feature: ItemEvaluation, ask: Int
  ) -> (places: UnsafePointer<Int32>, table: [Estimate])?
  /// Keys that find no room for their whole window.
  var shortened: Int { get }
}

extension ItemStateRun {
  func forgetAnswers() {}
  func reals(_ feature: ItemEvaluation, ask: Int) -> RealColumn? { nil }
  func shared(
    _ feature: ItemEvaluation, ask: Int
  ) -> (places: UnsafePointer<Int32>, table: [Estimate])? { nil }
}

/// A feature of an item state, ready to be evaluated.
struct ItemEvaluation {
  let call: OperatorCall
  let operation: any StreamOperator
  /// The feature's place among those of its state, for states that keep answers.
  let place: Int
}
