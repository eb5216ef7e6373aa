import DataModel
import Diagnostics
import Plan

// Lowering of checked expressions to what one row can answer.
extension Resolver {
  /// An expression over rows with this key; nil with the reason reported.
  mutating func rowExpression(_ value: Typed, key: [KeyComponent]) -> RowExpression? {
    switch value.node {
    case .number(let n, let d): return constant(n, d, value.type)
    case .truth(let truth): return .constant(.bool(truth))
    case .mac(let mac): return .constant(.mac(mac))
    case .text(let text): return .constant(.text(text))
    case .network(let prefix): return .constant(.address(prefix.address))
    case .key(let index): return .key(index)
    case .feature(let index): return feature(index, key: key, at: value)
    case .ranked(let index, let member, let place):
      return feature(index, key: key, at: value).map { .ranked($0, member, place) }
    case .arithmetic(let op, let a, let b): return binary(.integer(op), a, b, key: key)
    case .quotient(let a, let b): return binary(.realDivide, a, b, key: key)
    case .negate(let operand): return rowExpression(operand, key: key).map { .negate($0) }
    case .compare(let op, let a, let b): return comparison(op, a, b, key: key)
    case .oneOf(let operand, let list, let isNegated):
      return oneOf(operand, list, isNegated, key: key)
    case .inNetworks(let operand, let networks, let isNegated):
      return rowExpression(operand, key: key).map {
        .inPrefixes($0, networks, negated: isNegated)
      }
    case .inSet(let set, let elements, let within, let isNegated):
      return inSet(set, elements, within, isNegated)
    case .and(let parts): return conditions(parts, key: key).map { .and($0) }
    case .or(let parts): return conditions(parts, key: key).map { .or($0) }
    case .not(let part): return rowCondition(part, key: key).map { .not($0) }
    case .field, .current, .currentRanked:
      preconditionFailure("a scope of rows admits nothing of the tuple")
    }
  }

  /// A condition over rows; a bit of the key is compared with true.
  mutating func rowCondition(_ value: Typed, key: [KeyComponent]) -> RowExpression? {
    guard let lowered = rowExpression(value, key: key) else { return nil }
    switch value.node {
    case .key, .feature, .ranked: return .compare(.equal, lowered, .constant(.bool(true)))
    default: return lowered
    }
  }

  private mutating func conditions(_ parts: [Typed], key: [KeyComponent]) -> [RowExpression]? {
    var result: [RowExpression] = []
    for part in parts { if let lowered = rowCondition(part, key: key) { result.append(lowered) } }
    return result.count == parts.count ? result : nil
  }

  private func constant(_ n: Int64, _ d: Int64, _ type: ScalarType) -> RowExpression {
    guard d == 1 else {
      return .binary(.realDivide, .constant(.integer(n)), .constant(.integer(d)))
    }
    switch type {
    case .duration: return .constant(.duration(n))
    case .time: return .constant(.time(n))
    default: return .constant(.integer(n))
    }
  }

  private mutating func binary(
    _ op: RowOperator, _ a: Typed, _ b: Typed, key: [KeyComponent]
  ) -> RowExpression? {
    let left = rowExpression(a, key: key)
    let right = rowExpression(b, key: key)
    guard let left, let right else { return nil }
    return .binary(op, left, right)
  }

  private mutating func comparison(
    _ op: Comparison, _ a: Typed, _ b: Typed, key: [KeyComponent]
  ) -> RowExpression? {
    var (x, y) = (a, b)
    // Bits compare with bits: a row's values keep their types.
    if x.type == .bool, case .number(let n, 1) = y.node, n == 0 || n == 1 {
      y.node = .truth(n == 1)
    }
    if y.type == .bool, case .number(let n, 1) = x.node, n == 0 || n == 1 {
      x.node = .truth(n == 1)
    }
    let left = rowExpression(x, key: key)
    let right = rowExpression(y, key: key)
    guard let left, let right else { return nil }
    return .compare(op, left, right)
  }

  private mutating func oneOf(
    _ operand: Typed, _ list: [Typed], _ isNegated: Bool, key: [KeyComponent]
  ) -> RowExpression? {
    guard let value = rowExpression(operand, key: key) else { return nil }
    return .isOneOf(value, constants(list, besides: operand), negated: isNegated)
  }

  /// The constants of a list as values of the operand's kind.
  func constants(_ list: [Typed], besides operand: Typed) -> [Value] {
    var values: [Value] = []
    for constant in list {
      switch constant.node {
      case .number(let n, 1): values.append(.integer(n))
      case .number(let n, let d): values.append(.real(Double(n) / Double(d)))
      case .truth(let truth): values.append(.bool(truth))
      case .mac(let mac): values.append(.mac(mac))
      case .text(let name): values.append(.text(name))
      default: preconditionFailure("a list of a membership holds constants")
      }
      if constant.type == .duration, case .number(let n, 1) = constant.node {
        values[values.count - 1] = .duration(n)
      }
      if operand.type == .bool, case .number(let n, 1) = constant.node {
        values[values.count - 1] = .bool(n != 0)
      }
    }
    return values
  }

  private mutating func inSet(
    _ set: SetID, _ elements: [Typed], _ within: Int64, _ isNegated: Bool
  ) -> RowExpression? {
    var columns: [Int] = []
    for element in elements {
      guard case .key(let index) = element.node else {
        notSupported("asking a set for more than columns of the key", element.range)
        return nil
      }
      columns.append(index)
    }
    return .inSet(set, columns, within: within, negated: isNegated)
  }

  /// A feature at the row's key, projected to the feature's own.
  private mutating func feature(
    _ index: Int, key: [KeyComponent], at value: Typed
  ) -> RowExpression? {
    guard let columns = projection(of: index, onto: key) else {
      reportKeys(of: index, beside: key, at: value.range)
      return nil
    }
    return .feature(index, key: columns)
  }

  /// Columns of `key` that form a feature's key, by name, type and mask; nil where one is absent.
  func projection(of feature: Int, onto key: [KeyComponent]) -> [Int]? {
    let wanted = featureKey(feature)
    let columns = wanted.compactMap { component in
      key.firstIndex {
        $0.name == component.name && $0.type == component.type && $0.mask == component.mask
      }
    }
    return columns.count == wanted.count ? columns : nil
  }

  /// The key over which a feature is computed.
  func featureKey(_ feature: Int) -> [KeyComponent] {
    plan.aggregations[plan.features[feature].aggregation].key
  }

  mutating func reportKeys(
    of index: Int, beside key: [KeyComponent], at range: SourceRange
  ) {
    let feature = plan.features[index]
    var notes = [Diagnostic.Note("the feature is computed here", at: feature.range)]
    let wanted = featureKey(index)
    if let other = wanted.first(where: { w in key.contains { $0.name == w.name } }),
      let mine = key.first(where: { $0.name == other.name })
    {
      notes.append(
        Diagnostic.Note("‘\(other.name)’ is \(other.type) there and \(mine.type) here"))
    } else {
      notes.append(
        Diagnostic.Note("keys meet by name: … BY \(wanted.first?.field.description ?? "x") AS Host")
      )
    }
    report(
      Diagnostic(
        .keysDoNotMeet,
        "‘\(feature.name)’ is a value of \(list(wanted)), but the keys here are \(list(key))",
        at: range, notes: notes))
  }

  /// The names of a key's components, for messages.
  func list(_ key: [KeyComponent]) -> String {
    key.isEmpty ? "all tuples" : key.map(\.name).joined(separator: ", ")
  }
}
