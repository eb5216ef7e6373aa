import DataModel
import Kernels
import Plan

/// The keys of a group of item states, once each tick in which it took tuples.
final class ItemTicksRun {
  let node: Int
  let group: ItemGroupRun
  private let window: Window
  private let columns: [(program: RowExpressionProgram, into: FieldID)]
  private let layout: KeyLayout
  private let made = PanedBatch()
  /// Ends of ticks that tuples came in, ascending.
  private var due: [Int64] = []

  init(_ node: Int, _ ticks: ItemTicks, of group: ItemGroupRun, _ sources: RowSources) {
    self.node = node
    self.group = group
    window = ticks.every
    let layout = KeyLayout(types: ticks.key.map(\.type))
    self.layout = layout
    columns = ticks.key.enumerated().map { index, component in
      (
        RowExpressionProgram(.key(index), layout: layout, graph: sources, asking: []),
        component.field
      )
    }
    for (_, id) in columns { _ = made.batch.derivedColumn(id) }
  }

  /// The end of the next tick that has something to print.
  var nextEnd: Int64? { due.first }

  /// A tuple came; of ticks that are over it changes the values of later ones only.
  func note(_ time: Int64, _ horizon: Int64) {
    let end = window.start(of: time) + window.slide
    guard end > horizon, due.last != end else { return }
    let place = due.firstIndex { $0 >= end } ?? due.count
    if due.indices.contains(place), due[place] == end { return }
    due.insert(end, at: place)
  }

  /// Hands on the keys, in their order.
  func push(end: Int64, _ pass: (TupleBatch) -> Void) {
    due.removeAll { $0 <= end }
    let words = layout.wordCount
    let (keys, count) = group.packedKeys()
    let targets = columns.map { made.batch.derivedColumn($0.into) }
    keys.withUnsafeBufferPointer { keys in
      guard let base = keys.baseAddress else { return }
      let places = KeyOrder(layout).places(of: base, count: count, width: words)
      for place in places {
        let row = made.append(at: end, pass)
        let view = RowView(key: base + place * words, end: end)
        for (column, target) in zip(columns, targets) {
          let type = column.into.field.type
          let cell = column.program.evaluate(view)
          target.set(RowOutput.value(cell, as: type), of: type, at: row)
        }
      }
    }
    made.flush(pass)
  }
}
