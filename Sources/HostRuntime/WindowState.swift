import DataModel
import Operators

/// What a state takes of what its aggregation may take.
struct StateUsage {
  /// Keys, or keys with items.
  var entries = 0
  /// Bytes of sets.
  var bytes = 0
}

/// The state of one aggregation in one window: filled while the window is open, read at its close.
protocol WindowState: AnyObject {
  /// Keys with at least one tuple.
  var keyCount: Int { get }
  /// What it takes so far.
  var usage: StateUsage { get }
  /// Tuples of keys that found no room.
  var otherTuples: UInt64 { get }
  /// Folds the tuples `rows[0..<count]`; returns how many have the key.
  func update(_ batch: TupleBatch, rows: UnsafePointer<UInt16>, count: Int) -> Int
  /// Folds a pane of the same aggregation that was not made ready for reading.
  func merge(_ pane: any WindowState)
  /// Makes ready for reading the window that ends at `end`; no update comes after it.
  func close(end: Int64)
  /// The entry of a key, or nil.
  func find(_ key: UnsafePointer<UInt64>) -> Int?
  /// Calls `body` with the words of every key, in no order.
  func forEachKey(_ body: (UnsafePointer<UInt64>) -> Void)
  /// An operator's answer for the key of an entry.
  func evaluate(_ call: OperatorCall, _ operation: any StreamOperator, entry: Int) -> Estimate
  /// The word of a reduction of each of these keys, `absent` where a key has no tuples; nil where
  /// the state has no such words.
  func words(
    of reduction: Reduction, at keys: UnsafePointer<UInt64>, count: Int, absent: Int64
  ) -> [Int64]?
  /// Forgets everything, to be used for another window.
  func reset()
}

extension WindowState {
  func words(
    of reduction: Reduction, at keys: UnsafePointer<UInt64>, count: Int, absent: Int64
  ) -> [Int64]? { nil }
}
