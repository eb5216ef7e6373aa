import BPFModel

/// A condition as the data path computes it: a word of all ones or zero, folded where it is known.
///
/// BPF has no conditional move, so conditions stay numbers until one branch guards real work.
enum Mask: Hashable {
  case always
  case never
  case value(CExpression)

  /// The word.
  var expression: CExpression {
    switch self {
    case .always: ~0
    case .never: 0
    case .value(let expression): expression
    }
  }

  /// `value` where the condition holds, else 0.
  func select(_ value: CExpression) -> CExpression {
    switch self {
    case .always: value
    case .never: 0
    case .value(let mask): value & mask
    }
  }

  /// 1 where the condition holds, else 0.
  var bit: CExpression {
    switch self {
    case .always: 1
    case .never: 0
    case .value(let mask): mask & 1
    }
  }

  static func & (a: Mask, b: Mask) -> Mask {
    switch (a, b) {
    case (.never, _), (_, .never): .never
    case (.always, let other), (let other, .always): other
    case (.value(let x), .value(let y)): x == y ? a : .value(x & y)
    }
  }

  static func | (a: Mask, b: Mask) -> Mask {
    switch (a, b) {
    case (.always, _), (_, .always): .always
    case (.never, let other), (let other, .never): other
    case (.value(let x), .value(let y)): x == y ? a : .value(x | y)
    }
  }

  static prefix func ~ (a: Mask) -> Mask {
    switch a {
    case .always: .never
    case .never: .always
    case .value(let x): .value(~x)
    }
  }

  /// A call of a function of `sal/mask.h`.
  static func call(_ name: CIdentifier, _ arguments: CExpression...) -> Mask {
    .value(.call(name, arguments))
  }
}
