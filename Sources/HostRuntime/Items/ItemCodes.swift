import DataModel
import Kernels
import Operators

/// Items as signed 64-bit codes: a number of one lane is its own code, other items are interned
/// and counted, so that one which has left every window is forgotten.
final class ItemCodes {
  /// A packed item; equal items have equal words.
  private struct Words: Hashable {
    var first: UInt64 = 0
    var second: UInt64 = 0
    var third: UInt64 = 0
    var fourth: UInt64 = 0
    var rest: [UInt64] = []
  }

  private let components: [KeyComponent]
  private let packer: KeyPacker
  /// Whether the item is a column that is its own code, or a real number in order.
  private let isPlain: Bool
  private let isReal: Bool
  private var codes: [Words: Int64] = [:]
  private var items: [(words: Words, uses: Int)] = []
  /// The values of interned items whose order was asked for.
  private var ordered: [[Value]] = []
  private var free: [Int64] = []

  /// The code of each row of the batch, and whether the row has the item.
  let values: UnsafeMutablePointer<Int64>
  let isPresent: UnsafeMutablePointer<UInt8>
  private let packed: UnsafeMutablePointer<UInt64>
  private let kept: UnsafeMutablePointer<UInt16>
  /// The row of the packed item at each place.
  private let places: UnsafeMutablePointer<UInt16>

  init(_ components: [KeyComponent]) {
    self.components = components
    packer = KeyPacker(key: components)
    isPlain =
      components.count == 1 && components[0].type.laneCount == 1 && components[0].mask == nil
      && components[0].fallback == nil
    isReal = isPlain && components[0].type == .float
    let n = TupleBatch.capacity
    values = .allocate(capacity: n)
    isPresent = .allocate(capacity: n)
    packed = .allocate(capacity: n * max(1, packer.layout.wordCount))
    kept = .allocate(capacity: n)
    places = .allocate(capacity: n)
  }

  deinit {
    values.deallocate()
    isPresent.deallocate()
    packed.deallocate()
    kept.deallocate()
    places.deallocate()
  }

  /// Reads the items of the rows; ``take(_:)`` gives those their codes that are folded.
  func prepare(_ batch: TupleBatch, rows: UnsafePointer<UInt16>, count: Int) {
    if isPlain, let column = batch.column(components[0].field) {
      for index in 0..<count {
        let row = Int(rows[index])
        let bits = column.lane0[row]
        values[row] = isReal ? RealOrder.code(bits) : Int64(bitPattern: bits)
        isPresent[row] = column.validity[row]
      }
      if let rounding = components[0].rounding {
        for index in 0..<count {
          let row = Int(rows[index])
          values[row] = rounding.round(values[row])
        }
      }
      return
    }
    for index in 0..<count { isPresent[Int(rows[index])] = 0 }
    let n = packer.pack(batch, rows: rows, count: count, kept: kept, keys: packed)
    for index in 0..<n {
      isPresent[Int(kept[index])] = 1
      places[Int(kept[index])] = UInt16(index)
    }
  }

  /// The code of a row's item, which is in one more window from now on.
  func take(_ row: Int) -> Int64 {
    if isPlain { return values[row] }
    let width = packer.layout.wordCount
    let start = packed + Int(places[row]) * width
    var words = Words()
    if width > 0 { words.first = start[0] }
    if width > 1 { words.second = start[1] }
    if width > 2 { words.third = start[2] }
    if width > 3 { words.fourth = start[3] }
    if width > 4 { words.rest = (4..<width).map { start[$0] } }
    if let code = codes[words] {
      items[Int(code)].uses += 1
      return code
    }
    let code = free.popLast() ?? Int64(items.count)
    if Int(code) == items.count { items.append((words, 1)) } else { items[Int(code)] = (words, 1) }
    if Int(code) < ordered.count { ordered[Int(code)] = [] }
    codes[words] = code
    return code
  }

  /// The item is in one window more.
  func keep(_ code: Int64) { if !isPlain { items[Int(code)].uses += 1 } }

  /// The item is in one window less.
  func release(_ code: Int64) {
    guard !isPlain else { return }
    items[Int(code)].uses -= 1
    guard items[Int(code)].uses == 0 else { return }
    codes[items[Int(code)].words] = nil
    free.append(code)
  }

  /// The order of items: that of their values.
  func precedes(_ a: Int64, _ b: Int64) -> Bool {
    if isPlain {
      switch components[0].type {
      // Numbers and what is ordered as they are.
      case .unsigned, .signed, .time, .duration, .ipv4, .mac, .float: return a < b
      default: break
      }
    }
    if isPlain { return item(a).lexicographicallyPrecedes(item(b)) }
    order(a)
    order(b)
    return ordered[Int(a)].lexicographicallyPrecedes(ordered[Int(b)])
  }

  /// Makes the values of an interned item, once for all comparisons.
  private func order(_ code: Int64) {
    let place = Int(code)
    while ordered.count <= place { ordered.append([]) }
    if ordered[place].isEmpty { ordered[place] = item(code) }
  }

  /// The values of an item.
  func item(_ code: Int64) -> [Value] {
    if isReal { return [.real(RealOrder.number(code))] }
    if isPlain {
      return [
        Value(lanes: (UInt64(bitPattern: code), 0), type: components[0].type, isV6: false)
      ]
    }
    if Int(code) < ordered.count, !ordered[Int(code)].isEmpty { return ordered[Int(code)] }
    let words = items[Int(code)].words
    let all = [words.first, words.second, words.third, words.fourth] + words.rest
    return all.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return [] }
      return components.indices.map { packer.layout.value(of: $0, in: base) }
    }
  }
}
