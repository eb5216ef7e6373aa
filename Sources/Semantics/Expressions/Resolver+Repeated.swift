import DataModel
import Diagnostics
import Syntax

// Repeated fields: `ip.addr == x` is true where any of the packet's addresses equals x.
extension Resolver {
  /// Checks a condition once for each value that its repeated fields can stand for; the first
  /// report ends it. Nil where an operand is no repeated field that is still to be chosen.
  mutating func checkAny(_ node: Expression, in scope: Scope) -> Typed?? {
    guard
      let repeated = node.comparedPaths.lazy.compactMap({ RepeatedField.named($0.text) })
        .first(where: { chosenValues[$0.name] == nil })
    else { return nil }
    defer { chosenValues[repeated.name] = nil }
    var parts: [Typed] = []
    for field in repeated.fields {
      chosenValues[repeated.name] = field
      guard let part = check(node, in: scope) else { return .some(nil) }
      parts.append(part)
    }
    return Typed(.or(parts), .bool, node.range)
  }

  /// Reports a repeated field where one value is needed.
  mutating func reportRepeated(_ field: RepeatedField, _ path: Path) {
    let names = field.fields.map { "‘\($0)’" }.joined(separator: " and ")
    report(
      Diagnostic(
        .wrongType, "‘\(field.name)’ has several values; one is needed here", at: path.range,
        notes: [
          Diagnostic.Note("a comparison asks whether any of them satisfies it"),
          Diagnostic.Note("the values by themselves are \(names)"),
        ]))
  }
}

extension Expression {
  /// The paths among the operands of a comparison; empty for what compares nothing.
  fileprivate var comparedPaths: [Path] {
    switch self {
    case .binary(let node) where node.op.isComparison && node.op != .contains:
      node.left.operandPaths + node.right.operandPaths
    case .membership(let node): node.element.operandPaths + node.set.operandPaths
    case .between(let node):
      node.operand.operandPaths + node.lower.operandPaths + node.upper.operandPaths
    default: []
    }
  }

  /// The paths in an operand that is a value.
  private var operandPaths: [Path] {
    switch self {
    case .path(let path): [path]
    case .unary(let node): node.operand.operandPaths
    case .binary(let node): node.left.operandPaths + node.right.operandPaths
    case .call(let node): node.arguments.flatMap { $0.value.operandPaths }
    case .list(let node): node.elements.flatMap(\.operandPaths)
    default: []
    }
  }
}
