public import DataModel

/// What the operators share that take columns of real numbers: values of features, of which a row
/// or a table is made.
extension OperatorCall {
  /// The operand, where it is a column of real numbers.
  var realOperand: TupleExpression? { operandType == .float ? operand : nil }

  /// The state that the operators of real numbers share.
  func realState() -> StateForm? { realOperand.map { .words([.tuples, .reals($0)]) } }

  /// Whether the values that are counted are real numbers.
  var countsReals: Bool { fields?.first?.type == .float }
}

/// The words of `Reduction.reals`, read.
struct RealMoments {
  let count: Int64
  let sum: Double
  let mean: Double
  let squares: Double
  let least: Double
  let greatest: Double

  /// The moments of a call's operand; nil where that is no real number.
  init?(_ call: OperatorCall, _ state: KeyState) {
    guard let operand = call.realOperand else { return nil }
    func real(_ index: Int) -> Double {
      Double(bitPattern: UInt64(bitPattern: state.word(.reals(operand), index)))
    }
    count = state.word(.reals(operand), 0)
    (sum, mean, squares, least, greatest) = (real(1), real(2), real(3), real(4), real(5))
  }

  /// The value, where there are numbers; else it is missing.
  func estimate(_ value: (RealMoments) -> Double) -> Estimate {
    Estimate(count > 0 ? .real(value(self)) : .missing)
  }
}

/// Real numbers as whole ones in the same order, for state that sorts.
public enum RealOrder {
  /// The code of a lane's bits: of two numbers the greater has the greater code.
  public static func code(_ bits: UInt64) -> Int64 {
    let signed = Int64(bitPattern: bits)
    return signed < 0 ? signed ^ .max : signed
  }

  /// A value as a number whose order is the values': of reals the code, of others what they are.
  public static func code(_ value: Value) -> Int64 {
    switch value {
    case .real(let number): code(number.bitPattern)
    case .integer(let number), .duration(let number), .time(let number): number
    case .bool(let bit): bit ? 1 : 0
    default: preconditionFailure("a number is ranked")
    }
  }

  /// The number of a code.
  public static func number(_ code: Int64) -> Double {
    Double(bitPattern: UInt64(bitPattern: code < 0 ? code ^ .max : code))
  }
}
