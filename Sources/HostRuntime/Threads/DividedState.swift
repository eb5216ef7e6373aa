import DataModel
import Kernels
import Operators

/// The state of one aggregation in one window as shares by key, each of which one thread at a time
/// fills.
///
/// Rows are those of one table: keys are disjoint, and each key's tuples come in their order. What
/// keys have in common are the limits. So tuples are only dealt out while all of them would find
/// room; before that cannot be known any more, the shares become one state, which takes the rest
/// tuple by tuple.
final class DividedState: WindowState {
  /// What all states of an aggregation may take.
  struct Limits {
    /// The most entries.
    let entries: Int
    /// The most bytes of sets, and what one tuple may add to them; 0 where there are no sets.
    let bytes: Int
    let bytesOfTuple: Int
  }

  private let shares: [any WindowState]
  private let scatter: KeyScatter
  private let limits: Limits
  private let makeState: () -> any WindowState
  /// All keys, from where the limits might be met on.
  private var whole: (any WindowState)?
  private var isWhole = false
  /// Tuples that find room for sure beside those that were dealt out.
  private var room = 0

  /// Shares that fill in lanes of their own; `makeState` makes the state of all keys.
  init(
    _ shares: [any WindowState], _ scatter: KeyScatter, _ limits: Limits,
    makeState: @escaping () -> any WindowState
  ) {
    precondition(shares.count == scatter.shares, "a state for each share")
    self.shares = shares
    self.scatter = scatter
    self.limits = limits
    self.makeState = makeState
    room = roomLeft
  }

  /// Tuples that find room for sure, whatever they are; all shares are at rest.
  private var roomLeft: Int {
    let used = usage
    let entries = limits.entries - used.entries
    guard limits.bytesOfTuple > 0 else { return entries }
    return min(entries, (limits.bytes - used.bytes) / limits.bytesOfTuple)
  }

  /// Takes room for tuples that are about to be dealt out; false where they go to ``allKeys``.
  /// `settle` brings the shares to rest.
  func takeRoom(for tuples: Int, settle: () -> Void) -> Bool {
    if isWhole { return false }
    room -= tuples
    if room >= 0 { return true }
    settle()
    room = roomLeft - tuples
    if room >= 0 { return true }
    join()
    return false
  }

  /// The state of a share.
  func share(_ index: Int) -> any WindowState { shares[index] }

  /// The state that took the place of the shares.
  var allKeys: any WindowState {
    guard isWhole, let whole else { preconditionFailure("the shares are joined first") }
    return whole
  }

  /// Makes the shares one state.
  private func join() {
    if isWhole { return }
    let state = whole ?? makeState()
    for share in shares {
      state.merge(share)
      share.reset()
    }
    whole = state
    isWhole = true
  }

  // MARK: WindowState

  private var states: [any WindowState] { isWhole ? [allKeys] : shares }

  var usage: StateUsage {
    states.reduce(into: StateUsage()) { sum, state in
      let used = state.usage
      sum.entries += used.entries
      sum.bytes += used.bytes
    }
  }

  var keyCount: Int { states.reduce(0) { $0 + $1.keyCount } }
  var otherTuples: UInt64 { states.reduce(0) { $0 + $1.otherTuples } }

  /// Folds on the calling thread; all shares are at rest.
  func update(_ batch: TupleBatch, rows: UnsafePointer<UInt16>, count: Int) -> Int {
    guard takeRoom(for: count, settle: {}) else {
      return allKeys.update(batch, rows: rows, count: count)
    }
    let n = scatter.deal(batch, rows: rows, count: count)
    for (index, state) in shares.enumerated() {
      let share = scatter.share(index)
      guard let base = share.baseAddress, share.count > 0 else { continue }
      _ = state.update(batch, rows: base, count: share.count)
    }
    return n
  }

  func merge(_ pane: any WindowState) {
    guard let pane = pane as? DividedState else { preconditionFailure("panes have one form") }
    let entries = usage.entries + pane.usage.entries
    if !isWhole && !pane.isWhole && entries <= limits.entries && limits.bytesOfTuple == 0 {
      for (own, other) in zip(shares, pane.shares) { own.merge(other) }
      room = roomLeft
      return
    }
    join()
    pane.join()
    allKeys.merge(pane.allKeys)
  }

  func close(end: Int64) { for state in states { state.close(end: end) } }

  func reset() {
    for share in shares { share.reset() }
    if isWhole { whole?.reset() }
    isWhole = false
    room = roomLeft
  }

  func find(_ key: UnsafePointer<UInt64>) -> Int? {
    if isWhole { return allKeys.find(key) }
    let index = scatter.share(of: key)
    return shares[index].find(key).map { $0 * shares.count + index }
  }

  func forEachKey(_ body: (UnsafePointer<UInt64>) -> Void) {
    for state in states { state.forEachKey(body) }
  }

  func evaluate(_ call: OperatorCall, _ operation: any StreamOperator, entry: Int) -> Estimate {
    if isWhole { return allKeys.evaluate(call, operation, entry: entry) }
    return shares[entry % shares.count].evaluate(
      call, operation, entry: entry / shares.count)
  }
}
