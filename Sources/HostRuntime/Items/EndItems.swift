import DataModel
import Kernels

/// The value of the earliest tuple of each key's window that has one, or of the latest.
///
/// - Cost: a step a tuple on average: a tuple is passed over once.
struct EndItems {
  private struct End {
    /// The tuple whose value it is, counted from the key's first one as 1; where there is no value,
    /// the last tuple that was asked for one.
    var position: UInt64 = 0
    var value: Int64?
  }

  /// The operand's place among those of the moments that keep the values.
  let operand: Int
  private let isFirst: Bool
  private var ends: [End] = []

  init(operand: Int, isFirst: Bool) {
    self.operand = operand
    self.isFirst = isFirst
  }

  /// A tuple with this value has been folded.
  mutating func update(_ id: Int, _ value: Int64?, _ moments: SlidingMoments) {
    while ends.count <= id { ends.append(End()) }
    let folded = moments.folded(id)
    if !isFirst {
      if value != nil { ends[id] = End(position: folded, value: value) }
      return
    }
    let before = folded &- UInt64(moments.count(id))
    guard ends[id].value == nil || ends[id].position <= before else { return }
    var position = max(ends[id].position, before)
    while position < folded {
      position += 1
      if let found = moments.value(id, Int(position &- before) - 1, operand) {
        ends[id] = End(position: position, value: found)
        return
      }
    }
    ends[id] = End(position: folded, value: nil)
  }

  /// The value; any where the window has none, of which another word tells.
  func value(_ id: Int) -> Int64 { ends[id].value ?? 0 }
}
