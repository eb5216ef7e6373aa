import DataModel

/// What is asked of the moments of some operands.
public struct MomentAnswer: Sendable, Hashable {
  /// Index of the operand.
  public let operand: Int
  /// What is computed.
  public let kind: MomentKind
  /// What the values' unit is divided by, 1e9 for durations in seconds.
  public let unit: Double

  /// Creates a request.
  public init(operand: Int, kind: MomentKind, unit: Double) {
    self.operand = operand
    self.kind = kind
    self.unit = unit
  }
}

/// The answers of one batch: reals side by side for each row, and each key by which tuples ask.
///
/// Rows lie one behind the other, because columns of 8 KiB would all fall on the same lines of a
/// first-level cache.
struct MomentAnswers {
  /// Values of a row.
  let stride: Int
  let values: UnsafeMutablePointer<Double>
  let bounds: UnsafeMutablePointer<(low: Double, high: Double)>?
  let present: UnsafeMutablePointer<UInt64>
  let saturated: UnsafeMutablePointer<UInt64>
  private let rows: Int

  init(count: Int, asks: Int, hasBounds: Bool) {
    precondition(count <= 64, "a bit for each answer")
    stride = max(1, count)
    rows = TupleBatch.capacity * asks
    values = .allocate(capacity: rows * stride)
    values.initialize(repeating: 0, count: rows * stride)
    bounds = hasBounds ? .allocate(capacity: rows * stride) : nil
    bounds?.initialize(repeating: (0, 0), count: rows * stride)
    present = .allocate(capacity: rows)
    saturated = .allocate(capacity: rows)
    clear()
  }

  func deallocate() {
    values.deallocate()
    bounds?.deallocate()
    present.deallocate()
    saturated.deallocate()
  }

  /// Forgets the answers of the last batch.
  func clear() {
    present.initialize(repeating: 0, count: rows)
    saturated.initialize(repeating: 0, count: rows)
  }

  func column(_ place: Int, ask: Int) -> RealColumn {
    let first = ask * TupleBatch.capacity
    return RealColumn(
      values: UnsafePointer(values + first * stride + place), stride: stride,
      bit: 1 << UInt64(place), present: UnsafePointer(present + first),
      saturated: UnsafePointer(saturated + first),
      bounds: bounds.map { UnsafePointer($0 + first * stride + place) })
  }
}

/// The answers of one operand, by their places among all: −1 where one is not asked for.
struct OperandAnswers {
  /// The operand's values in the batch at hand.
  var column: ComputedColumn?
  var mean = -1
  var variance = -1
  var deviation = -1
  var unit = 1.0
  var square = 1.0

  /// Those of each operand; answers of one kind and operand are one.
  static func all(_ answers: [MomentAnswer], operands: Int) -> [OperandAnswers] {
    var result = [OperandAnswers](repeating: OperandAnswers(), count: operands)
    for (place, answer) in answers.enumerated() {
      switch answer.kind {
      case .mean: result[answer.operand].mean = place
      case .variance: result[answer.operand].variance = place
      case .deviation: result[answer.operand].deviation = place
      }
      result[answer.operand].unit = answer.unit
      result[answer.operand].square = answer.unit * answer.unit
    }
    return result
  }
}
