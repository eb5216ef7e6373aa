import DataModel
import Kernels
import Operators
import Plan

/// Reductions of the rows of a key's table, or of real numbers in a window: a tree over them whose
/// leaves are single tuples, so that one can be replaced.
///
/// Nothing is ever taken away from a sum: every value is a merge of the tuples at hand. So sums of
/// real numbers do not drift, however long the stream.
/// - Cost: log n merges a tuple.
final class TreeItems: ItemStateRun {
  private struct Tree {
    /// Nodes from 1 on, the leaves behind the inner ones; node 0 is not used.
    var nodes: UnsafeMutablePointer<UInt64>?
    var leaves = 0
    /// Tuples so far; of a window their places go round.
    var folded = 0
    /// The most leaves: the window's, or fewer where memory was short.
    var limit: Int
  }

  private let layout: AccumulatorLayout
  private let program: ReductionProgram
  private let identity: [UInt64]
  private let window: Int
  private let budget: MemoryBudget
  private var trees: [Tree] = []
  private var columns: [ComputedColumn] = []
  private let answers: UnsafeMutablePointer<UInt64>
  private(set) var shortened = 0

  init(_ layout: AccumulatorLayout, window: Int, asks: Int, budget: MemoryBudget) {
    self.layout = layout
    self.window = window
    self.budget = budget
    program = ReductionProgram(layout)
    identity = layout.identity
    answers = .allocate(capacity: TupleBatch.capacity * layout.wordCount * asks)
  }

  deinit {
    for tree in trees { tree.nodes?.deallocate() }
    answers.deallocate()
  }

  func prepare(_ batch: TupleBatch, universe: UnsafePointer<UInt16>, count: Int) {
    columns = program.columns(batch)
  }

  func fold(
    _ ids: UnsafePointer<Int32>, _ rows: UnsafePointer<UInt16>, places: UnsafePointer<Int32>?,
    count: Int
  ) {
    for index in 0..<count where ids[index] >= 0 {
      let (id, row) = (Int(ids[index]), Int(rows[index]))
      while trees.count <= id { trees.append(Tree(limit: window)) }
      var leaf = places.map { Int($0[index]) } ?? trees[id].folded % trees[id].limit
      if leaf >= trees[id].leaves, !grow(&trees[id], for: leaf) {
        shortened += 1
        if trees[id].leaves == 0 || places != nil {
          look(id, row: row, ask: 0)
          continue
        }
        trees[id].limit = trees[id].leaves
        leaf = 0
      }
      trees[id].folded += 1
      replace(leaf, of: trees[id], row)
      look(id, row: row, ask: 0)
    }
  }

  func look(_ id: Int, row: Int, ask: Int) {
    let words = answers + (ask &* TupleBatch.capacity &+ row) &* layout.wordCount
    if id < trees.count, let nodes = trees[id].nodes {
      words.update(from: nodes + layout.wordCount, count: layout.wordCount)
    } else {
      words.update(from: identity, count: layout.wordCount)
    }
  }

  func value(_ feature: ItemEvaluation, row: Int, ask: Int) -> RowValue {
    let words = answers + (ask &* TupleBatch.capacity &+ row) &* layout.wordCount
    let estimate = feature.operation.evaluate(feature.call, .words(words, layout))
    return RowValue(estimate.value, bound: estimate.bound, quality: estimate.quality)
  }

  /// Writes a tuple over a leaf, and merges anew what is above it.
  private func replace(_ leaf: Int, of tree: Tree, _ row: Int) {
    guard let nodes = tree.nodes else { return }
    let width = layout.wordCount
    var node = tree.leaves + leaf
    let words = nodes + node * width
    words.update(from: identity, count: width)
    words[0] = 1
    program.write(row: row, columns, to: words)
    node >>= 1
    while node > 0 {
      merge(node, nodes)
      node >>= 1
    }
  }

  private func merge(_ node: Int, _ nodes: UnsafeMutablePointer<UInt64>) {
    let width = layout.wordCount
    let (to, left) = (nodes + node * width, nodes + 2 * node * width)
    to.update(from: left, count: width)
    to[0] &+= (left + width)[0]
    program.merge(UnsafePointer(left + width), into: to)
  }

  /// Doubles the leaves until one of this place is there; false where memory is short.
  private func grow(_ tree: inout Tree, for leaf: Int) -> Bool {
    guard leaf < tree.limit else { return false }
    let width = layout.wordCount
    var leaves = max(4, tree.leaves * 2)
    while leaves <= leaf { leaves *= 2 }
    guard budget.take(2 * (leaves - tree.leaves) * width * 8) else { return false }
    let nodes = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * leaves * width)
    for node in 0..<2 * leaves { (nodes + node * width).update(from: identity, count: width) }
    if let old = tree.nodes {
      (nodes + leaves * width).update(
        from: old + tree.leaves * width, count: tree.leaves * width)
      old.deallocate()
    }
    tree.nodes = nodes
    tree.leaves = leaves
    for node in stride(from: leaves - 1, to: 0, by: -1) { merge(node, nodes) }
    return true
  }
}
