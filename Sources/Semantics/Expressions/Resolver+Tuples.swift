import DataModel
import Diagnostics
import Syntax

// Lowering of checked expressions to what one tuple can answer.
extension Resolver {
  /// An integer expression over the tuple; nil with the reason reported.
  mutating func tupleExpression(_ value: Typed, key: [KeyComponent]) -> TupleExpression? {
    if case .field(let id) = value.node, id.field.type == .float { return .field(id) }
    guard !value.hasReals else {
      reportReal(value)
      return nil
    }
    guard let fraction = fraction(value, key: key) else { return nil }
    guard fraction.isWhole else {
      reportReal(value)
      return nil
    }
    return fraction.numerator
  }

  private mutating func reportReal(_ value: Typed) {
    var fixIts: [FixIt] = []
    if case .quotient(let a, let b) = value.node {
      fixIts.append(
        FixIt(
          "divide whole numbers", replacing: value.range,
          with: "div(\(text(a.range)), \(text(b.range)))"))
    }
    report(
      Diagnostic(
        .realInTuple, "‘\(text(value.range))’ is no whole number", at: value.range,
        notes: [
          Diagnostic.Note("values of tuples are whole numbers; div(a, b) cuts the fraction off")
        ], fixIts: fixIts))
  }

  /// A number over the tuple, its range proved to stay in 64 bits.
  private mutating func fraction(_ value: Typed, key: [KeyComponent]) -> Fraction? {
    let result: Fraction
    switch value.node {
    case .number(let n, let d): return Fraction(.constant(n), over: .constant(d))
    case .truth(let truth): return Fraction(.constant(truth ? 1 : 0))
    case .mac(let mac): return Fraction(.constant(Int64(mac)))
    case .text(let text) where value.type == .text:
      return Fraction(.constant(textCode(text)))
    case .text(let name) where value.type == .service:
      return Fraction(.constant(Int64(Services.code(name) ?? 0)))
    case .field(let id): return Fraction(.field(id))
    case .key(let index): return keyField(key[index], value.range).map { Fraction(.field($0)) }
    case .negate(let operand):
      guard let inner = fraction(operand, key: key) else { return nil }
      result = Fraction(.negate(inner.numerator), over: inner.denominator)
    case .quotient(let a, let b):
      guard let a = fraction(a, key: key), let b = fraction(b, key: key) else { return nil }
      result = a / b
    case .arithmetic(let op, let left, let right):
      guard let a = fraction(left, key: key), let b = fraction(right, key: key) else {
        return nil
      }
      switch op {
      case .add: result = a + b
      case .subtract: result = a - b
      case .multiply: result = a * b
      default:
        for (part, operand) in [(a, left), (b, right)] where !part.isWhole {
          reportReal(operand)
          return nil
        }
        result = Fraction(.folded(op, a.numerator, b.numerator))
      }
    case .feature, .ranked, .current, .currentRanked:
      preconditionFailure("features are asked of rows, not of tuples")
    default:
      reportOperand(value, of: "the operator", needs: "numbers")
      return nil
    }
    guard result.numerator.range != nil, result.denominator.range != nil else {
      reportRange(value.range)
      return nil
    }
    return result
  }

  private mutating func reportRange(_ range: SourceRange) {
    report(
      Diagnostic(
        .leavesRange, "‘\(text(range))’ may leave 64 bits", at: range,
        notes: [
          Diagnostic.Note(
            "numbers are signed 64-bit integers, and the types of the fields allow too much"),
          Diagnostic.Note("shift counts must be known to lie in 0…63"),
        ]))
  }

  /// The field that stands for a key's column in a tuple.
  private mutating func keyField(_ component: KeyComponent, _ range: SourceRange) -> FieldID? {
    guard component.fallback == nil, component.mask == nil else {
      notSupported(
        "asking a tuple for ‘\(component.name)’", range,
        notes: [
          Diagnostic.Note("ask for ‘\(component.field)’ in a FILTER before STREAM … BY")
        ])
      return nil
    }
    return component.field
  }

  /// A condition over one tuple; features must have been replaced by sets.
  mutating func predicate(_ value: Typed, key: [KeyComponent]) -> TuplePredicate? {
    switch value.node {
    case .truth(let truth): return .constant(truth)
    case .and(let parts):
      guard let lowered = predicates(parts, key: key) else { return nil }
      let range = parts.dropFirst().reduce(parts.first?.range) { $0?.union($1.range) }
      warnOfHeaders(.and(lowered), at: range ?? value.range)
      return .and(lowered)
    case .or(let parts): return predicates(parts, key: key).map { .or($0) }
    case .not(let part): return predicate(part, key: key).map { .not($0) }
    case .field, .key:
      guard let operand = tupleExpression(value, key: key) else { return nil }
      return .compare(.notEqual, operand, .constant(0))
    case .compare(let op, let a, let b):
      return a.type.isAddress
        ? address(op, a, b, key: key) : comparison(op, a, b, in: value.range, key: key)
    case .oneOf(let operand, let list, let isNegated):
      return oneOf(operand, list, isNegated, in: value.range, key: key)
    case .inNetworks(let operand, let networks, let isNegated):
      guard let field = addressField(operand, key: key) else { return nil }
      warnOfFamilies(field, networks, isNegated, at: value.range)
      return .inPrefixes(field, networks, negated: isNegated)
    case .inSet(let set, let elements, let within, let isNegated):
      guard let components = components(elements, askedOf: set, key: key) else { return nil }
      return .inSet(set, components, within: within, negated: isNegated)
    default:
      preconditionFailure("a condition was checked as one")
    }
  }

  private mutating func predicates(_ parts: [Typed], key: [KeyComponent]) -> [TuplePredicate]? {
    var result: [TuplePredicate] = []
    for part in parts { if let lowered = predicate(part, key: key) { result.append(lowered) } }
    return result.count == parts.count ? result : nil
  }

  // MARK: Numbers

  /// `n1/d1 op n2/d2` without division: both sides times d1·d2, by the sign of that.
  private mutating func comparison(
    _ op: Comparison, _ a: Typed, _ b: Typed, in range: SourceRange, key: [KeyComponent]
  ) -> TuplePredicate? {
    guard let left = fraction(a, key: key), let right = fraction(b, key: key) else { return nil }
    let product = TupleExpression.folded(.multiply, left.denominator, right.denominator)
    var (x, y) = (left.numerator, right.numerator)
    if left.denominator != right.denominator {
      x = .folded(.multiply, x, right.denominator)
      y = .folded(.multiply, y, left.denominator)
    }
    guard let xs = x.range, let ys = y.range, let sign = product.range else {
      reportRange(range)
      return nil
    }
    if case .constant(let value) = product {
      warnIfDecided(op, xs, ys, a, b, at: range)
      if value == 0 { return .constant(false) }
      return .compare(value > 0 ? op : op.mirrored, x, y)
    }
    // A denominator of zero makes the quotient missing, and the comparison false.
    let denominators = left.denominator == right.denominator ? left.denominator : product
    let positive = TuplePredicate.and([
      .compare(.greater, denominators, .constant(0)), .compare(op, x, y),
    ])
    if sign.lowerBound >= 0, left.denominator != right.denominator { return positive }
    if let range = denominators.range, range.lowerBound >= 0 { return positive }
    let negative = TuplePredicate.and([
      .compare(.less, denominators, .constant(0)), .compare(op.mirrored, x, y),
    ])
    return .or([positive, negative])
  }

  private mutating func warnIfDecided(
    _ op: Comparison, _ left: ClosedRange<Int128>, _ right: ClosedRange<Int128>, _ a: Typed,
    _ b: Typed, at range: SourceRange
  ) {
    guard a.isConstant != b.isConstant else { return }
    guard let truth = op.decided(left, right) else { return }
    let value = a.isConstant ? b : a
    reportDecided(truth, value, at: range)
  }

  private mutating func reportDecided(_ truth: Bool, _ value: Typed, at range: SourceRange) {
    // A number that could not be read has no value to judge by.
    guard !tree.hasErrors else { return }
    let limits = value.type.integerRange
    var notes: [Diagnostic.Note] = []
    switch value.node {
    case .field, .key:
      notes.append(
        Diagnostic.Note(
          "‘\(text(value.range))’ lies in \(limits.lowerBound)…\(limits.upperBound)",
          at: value.range))
    default: break
    }
    report(
      Diagnostic(
        truth ? .alwaysTrue : .neverTrue, .warning,
        truth ? "the comparison is true of every value" : "the comparison is never true",
        at: range, notes: notes))
  }

  private mutating func oneOf(
    _ operand: Typed, _ list: [Typed], _ isNegated: Bool, in range: SourceRange,
    key: [KeyComponent]
  ) -> TuplePredicate? {
    guard let value = fraction(operand, key: key) else { return nil }
    guard value.isWhole else {
      // A quotient equals a constant where their cross products do.
      var parts: [TuplePredicate] = []
      for constant in list {
        let op: Comparison = isNegated ? .notEqual : .equal
        guard let part = comparison(op, operand, constant, in: range, key: key) else {
          return nil
        }
        parts.append(part)
      }
      return isNegated ? .and(parts) : .or(parts)
    }
    let limits = value.numerator.range ?? 0...0
    var numbers: Set<Int64> = []
    for constant in list {
      switch constant.node {
      case .number(let n, 1) where limits.contains(Int128(n)): numbers.insert(n)
      case .truth(let truth): numbers.insert(truth ? 1 : 0)
      case .mac(let mac): numbers.insert(Int64(mac))
      case .text(let text) where constant.type == .text: numbers.insert(textCode(text))
      case .text(let name): numbers.insert(Int64(Services.code(name) ?? 0))
      default: reportDecided(false, operand, at: constant.range)
      }
    }
    return .isOneOf(value.numerator, numbers.sorted(), negated: isNegated)
  }

  // MARK: Addresses

  private mutating func addressField(_ value: Typed, key: [KeyComponent]) -> FieldID? {
    switch value.node {
    case .field(let id): return id
    case .key(let index): return keyField(key[index], value.range)
    default:
      report(
        Diagnostic(
          .wrongType, "‘\(text(value.range))’ is a constant; an address field is asked",
          at: value.range))
    }
    return nil
  }

  private mutating func address(
    _ op: Comparison, _ a: Typed, _ b: Typed, key: [KeyComponent]
  ) -> TuplePredicate? {
    var operands: [AddressOperand] = []
    for value in [a, b] {
      if case .network(let prefix) = value.node, prefix.isSingleAddress {
        operands.append(.constant(prefix.address))
      } else if let field = addressField(value, key: key) {
        operands.append(.field(field))
      }
    }
    guard operands.count == 2 else { return nil }
    return .compareAddress(op, operands[0], operands[1])
  }

  private mutating func warnOfFamilies(
    _ field: FieldID, _ networks: [IPPrefix], _ isNegated: Bool, at range: SourceRange
  ) {
    let family: UInt8
    switch field.field.type {
    case .ipv4: family = 4
    case .ipv6: family = 6
    default: return
    }
    guard let other = networks.first(where: { $0.address.family != family }) else { return }
    report(
      Diagnostic(
        isNegated ? .alwaysTrue : .neverTrue, .warning,
        "‘\(field)’ holds IPv\(family) addresses only; \(other) is none of them", at: range,
        notes: [Diagnostic.Note("SourceIp and DestIp hold addresses of either family")]))
  }
}

extension Comparison {
  /// The answer, where the ranges of both sides leave only one.
  func decided(_ a: ClosedRange<Int128>, _ b: ClosedRange<Int128>) -> Bool? {
    let isSingle = a.lowerBound == a.upperBound && a == b
    switch self {
    case .equal: return a.overlaps(b) ? (isSingle ? true : nil) : false
    case .notEqual: return a.overlaps(b) ? (isSingle ? false : nil) : true
    case .less:
      return a.upperBound < b.lowerBound ? true : a.lowerBound >= b.upperBound ? false : nil
    case .lessOrEqual:
      return a.upperBound <= b.lowerBound ? true : a.lowerBound > b.upperBound ? false : nil
    case .greater: return Comparison.lessOrEqual.decided(a, b).map { !$0 }
    case .greaterOrEqual: return Comparison.less.decided(a, b).map { !$0 }
    }
  }
}
