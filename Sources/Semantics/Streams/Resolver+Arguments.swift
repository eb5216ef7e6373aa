import DataModel
import Diagnostics
import Operators
import Syntax

/// Arguments that are neither expressions nor whole numbers.
extension Resolver {
  /// One numeric field, whose values are counted.
  mutating func values(
    _ node: Expression, of operation: any StreamOperator, in scope: Scope
  ) -> OperatorCall.Argument? {
    guard isField(node, of: operation) else { return nil }
    guard let component = component(node, mask: nil, of: scope.stream) else { return nil }
    guard component.type.isNumeric, component.type != .float || operation.takesReals else {
      report(
        Diagnostic(
          .wrongType,
          "‘\(operation.name)’ needs a numeric field; ‘\(component.name)’ is "
            + "\(article(component.type))",
          at: node.range,
          notes: [Diagnostic.Note("for example: \(operation.example)")]))
      return nil
    }
    return .fields([component])
  }

  /// Whether an item stands as a field, which is all that counted items can be; else says how it
  /// becomes one.
  mutating func isField(_ node: Expression, of operation: any StreamOperator) -> Bool {
    switch node {
    case .path, .invalid: return true
    default: break
    }
    report(
      Diagnostic(
        .wrongArgument, "‘\(operation.name)’ takes fields as they are, and no expression",
        at: node.range,
        notes: [
          Diagnostic.Note(
            "compute it first: T = FOREACH S TRANSFORM (\(text(node.range))) : Value; then "
              + "\(operation.name)(Value)")
        ]))
    return false
  }

  /// A column of real numbers, which stands alone.
  mutating func real(
    _ value: Typed, of operation: any StreamOperator
  ) -> OperatorCall.Argument? {
    guard operation.takesReals else {
      report(
        Diagnostic(
          .wrongType, "\(operation.name) takes whole numbers; ‘\(text(value.range))’ is real",
          at: value.range))
      return nil
    }
    if case .field(let id) = value.node { return .expression(.field(id), type: .float) }
    report(
      Diagnostic(
        .realInTuple, "an operator takes a column of real numbers as it stands", at: value.range,
        notes: [
          Diagnostic.Note(
            "compute it first: FOREACH S TRANSFORM (\(text(value.range))) : Value")
        ]))
    return nil
  }

  /// A constant from 0 to 1.
  mutating func share(_ node: Expression, _ parameter: Parameter) -> OperatorCall.Argument? {
    guard let value = check(node, in: Scope(constantsOnly: true)) else { return nil }
    guard case .number(let numerator, let denominator) = value.node, value.isBareNumber,
      numerator >= 0, numerator <= denominator
    else {
      report(
        Diagnostic(
          .wrongArgument, "\(parameter.name) is a number from 0 to 1", at: node.range))
      return nil
    }
    return .share(numerator, denominator)
  }

  /// One of a parameter's words, in any case.
  mutating func choice(
    _ node: Expression, _ words: [String], _ parameter: Parameter
  ) -> OperatorCall.Argument? {
    if case .path(let path) = node,
      let word = words.first(where: { $0.lowercased() == path.text.lowercased() })
    {
      return .choice(word)
    }
    report(
      Diagnostic(
        .wrongArgument, "\(parameter.name) is one of \(words.joined(separator: ", "))",
        at: node.range))
    return nil
  }
}
