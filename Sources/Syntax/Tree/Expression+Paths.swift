extension Expression {
  /// The expression with every path replaced; statements in parentheses stay as they are.
  public func mappingPaths(_ transform: (Path) -> Path) -> Expression {
    func inner(_ part: Expression) -> Expression { part.mappingPaths(transform) }
    func inner(_ arguments: [Argument]) -> [Argument] {
      arguments.map { Argument(label: $0.label, value: inner($0.value), range: $0.range) }
    }
    switch self {
    case .literal, .stream, .invalid: return self
    case .path(let path): return .path(transform(path))
    case .call(let node):
      return .call(Call(name: node.name, arguments: inner(node.arguments), range: node.range))
    case .method(let node):
      return .method(
        MethodCall(
          base: inner(node.base), name: node.name, arguments: inner(node.arguments),
          range: node.range))
    case .member(let node):
      return .member(Member(base: inner(node.base), name: node.name, range: node.range))
    case .unary(let node):
      return .unary(
        Unary(
          op: node.op, operatorRange: node.operatorRange, operand: inner(node.operand),
          range: node.range))
    case .binary(let node):
      return .binary(
        Binary(
          op: node.op, operatorRange: node.operatorRange, left: inner(node.left),
          right: inner(node.right), range: node.range))
    case .membership(let node):
      return .membership(
        Membership(
          element: inner(node.element), set: node.set, isNegated: node.isNegated,
          within: node.within, operatorRange: node.operatorRange, range: node.range))
    case .between(let node):
      return .between(
        Between(
          operand: inner(node.operand), lower: inner(node.lower), upper: inner(node.upper),
          isNegated: node.isNegated, range: node.range))
    case .list(let node):
      return .list(
        ListExpression(
          elements: node.elements.map(inner), isBraced: node.isBraced, range: node.range))
    }
  }

  /// The operands, in the order of the text; what IN asks is none of them.
  public var operands: [Expression] {
    switch self {
    case .literal, .path, .stream, .invalid: []
    case .call(let node): node.arguments.map(\.value)
    case .method(let node): [node.base] + node.arguments.map(\.value)
    case .member(let node): [node.base]
    case .unary(let node): [node.operand]
    case .binary(let node): [node.left, node.right]
    case .membership(let node): [node.element]
    case .between(let node): [node.operand, node.lower, node.upper]
    case .list(let node): node.elements
    }
  }

  /// The parts that AND joins, or the expression alone.
  public var conjuncts: [Expression] {
    guard case .binary(let node) = self, node.op == .and else { return [self] }
    return node.left.conjuncts + node.right.conjuncts
  }
}
