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
  /// Values of a row: the answers, and one more for what nobody asked for.
  let stride: Int
  let values: UnsafeMutablePointer<Double>
  let present: UnsafeMutablePointer<UInt64>
  let saturated: UnsafeMutablePointer<UInt64>
  private let rows: Int

  init(count: Int, asks: Int) {
    precondition(count <= 64, "a bit for each answer")
    stride = count + 1
    rows = TupleBatch.capacity * asks
    values = .allocate(capacity: rows * stride)
    values.initialize(repeating: 0, count: rows * stride)
    present = .allocate(capacity: rows)
    saturated = .allocate(capacity: rows)
    clear()
  }

  func deallocate() {
    values.deallocate()
    present.deallocate()
    saturated.deallocate()
  }

  /// Forgets the answers of the last batch.
  func clear() {
    present.initialize(repeating: 0, count: rows)
    saturated.initialize(repeating: 0, count: rows)
  }

  /// A column that is never read.
  var nothing: ComputedColumn {
    ComputedColumn(
      values: UnsafeRawPointer(values).assumingMemoryBound(to: Int64.self),
      validity: UnsafeRawPointer(values).assumingMemoryBound(to: UInt8.self))
  }

  func column(_ place: Int, ask: Int) -> RealColumn {
    let first = ask * TupleBatch.capacity
    return RealColumn(
      values: UnsafePointer(values + first * stride + place), stride: stride,
      bit: 1 << UInt64(place), present: UnsafePointer(present + first),
      saturated: UnsafePointer(saturated + first))
  }
}

/// One operand: where its values lie in the entries of rings, and where its answers go, by their
/// places among all; that behind the last takes what is not asked for.
struct OperandLane {
  /// Which operand.
  let operand: Int
  /// Whether its values take 64 bits in an entry; so far all were below 2^32 where not.
  var isWide = false
  /// Where they are in an entry.
  var offset = 0
  /// The operand's values in the batch at hand.
  var column: ComputedColumn
  var mean: Int
  var variance: Int
  var deviation: Int
  /// Whether variance or deviation is asked for.
  var wantsSpread = false
  var wantsDeviation = false
  /// Whether the mean's unit and the variance's are other ones than 1.
  var hasUnit = false
  var units = SIMD2<Double>(1, 1)
  /// The bits of what is asked for.
  var bits: UInt64 = 0

  private init(_ operand: Int, _ column: ComputedColumn, unwanted: Int) {
    self.operand = operand
    self.column = column
    (mean, variance, deviation) = (unwanted, unwanted, unwanted)
  }

  /// Those of each operand, before the first batch with the values of `column`; answers of one kind
  /// and operand are one.
  static func all(
    _ answers: [MomentAnswer], operands: Int, column: ComputedColumn
  ) -> [OperandLane] {
    var result = (0..<operands).map { OperandLane($0, column, unwanted: answers.count) }
    for (place, answer) in answers.enumerated() {
      switch answer.kind {
      case .mean: result[answer.operand].mean = place
      case .variance: result[answer.operand].variance = place
      case .deviation:
        result[answer.operand].deviation = place
        result[answer.operand].wantsDeviation = true
      }
      if answer.kind != .mean { result[answer.operand].wantsSpread = true }
      result[answer.operand].bits |= 1 << UInt64(place)
      result[answer.operand].hasUnit = answer.unit != 1
      result[answer.operand].units = SIMD2(answer.unit, answer.unit * answer.unit)
    }
    return result
  }
}
