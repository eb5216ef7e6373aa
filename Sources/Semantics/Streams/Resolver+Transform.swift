import DataModel
import Diagnostics
import Plan
import Syntax

/// What a TRANSFORM has read so far of earlier tuples.
struct TransformScope {
  var previous: [Plan.Transform.Previous] = []
}

extension Resolver {
  /// The most tuples that `prev` reaches back.
  private static let backMax = 1024

  /// `FOREACH K TRANSFORM (e) : n, …`.
  mutating func resolve(_ node: Syntax.Transform) -> Meaning {
    guard let input = tupleStream(node.input, for: "FOREACH") else { return .invalid }
    let outer = transformScope
    transformScope = TransformScope()
    defer { transformScope = outer }
    guard let input = unfolded(input, for: node.fields.map(\.expression)) else { return .invalid }
    let scope = Scope(input)
    var columns: [Plan.Transform.Column] = []
    for field in node.fields {
      guard !field.name.isMissing, isNew(field.name, columns) else { return .invalid }
      guard let value = check(field.expression, in: scope) else { return .invalid }
      guard value.type.isNumeric, !isCompound(value) else {
        reportOperand(value, of: "TRANSFORM", needs: "numbers")
        return .invalid
      }
      guard let column = transformed(value, over: input, named: field.name.text) else {
        return .invalid
      }
      columns.append(column)
    }
    guard !columns.isEmpty else { return .invalid }
    let transform = Plan.Transform(
      key: input.components, previous: transformScope?.previous ?? [], columns: columns)
    let added = add(.transform(transform), to: input.node, range: node.range)
    return .tuples(input.behind(added))
  }

  /// A new column: whole numbers by the tuple alone, where that does; else beside rows.
  private mutating func transformed(
    _ value: Typed, over input: TupleStream, named name: String
  ) -> Plan.Transform.Column? {
    let isPlain =
      value.features.isEmpty && !value.hasCurrent && !value.hasReals && value.type != .float
      && !isRead(value, ofKey: input.components) && staysIn64Bits(value, over: input)
    if isPlain {
      return tupleExpression(value, key: input.components).map {
        Plan.Transform.Column(.number($0), into: derive(name, value.type))
      }
    }
    return beside(value, over: input).map {
      Plan.Transform.Column(.beside($0), into: derive(name, value.type))
    }
  }

  private mutating func isNew(_ name: Name, _ columns: [Plan.Transform.Column]) -> Bool {
    guard columns.contains(where: { $0.into.field.name == name.text }) else { return true }
    report(
      Diagnostic(.duplicateColumn, "two fields are called ‘\(name.text)’", at: name.range))
    return false
  }

  mutating func derive(_ name: String, _ type: ScalarType) -> FieldID {
    derivedCount += 1
    let kept: ScalarType = type == .bool ? .signed : type
    return DerivedColumn(place: derivedCount, name: name, type: kept).id
  }

  /// The field of a name that means a column there, whatever else in the program has that name.
  func bound(_ name: String, in scope: Scope) -> FieldID? {
    firstBound(in: scope) { $0[name] }
  }

  /// Whether tuples of a scope have a column that a node gave a name to.
  func isBound(_ id: FieldID, in scope: Scope) -> Bool {
    firstBound(in: scope) { $0.values.contains(id) ? id : nil } != nil
  }

  private func firstBound(
    in scope: Scope, _ choose: ([String: FieldID]) -> FieldID?
  ) -> FieldID? {
    var current = scope.node
    while let node = current, plan.nodes.indices.contains(node) {
      if let id = boundColumns[node].flatMap(choose) { return id }
      // Tuples of a node's own making have nothing of those that they are made of.
      current = plan.nodes[node].operation.makesTuples ? nil : plan.nodes[node].input
    }
    return nil
  }

  /// The field of a name that a TRANSFORM before a node has given.
  func derived(_ name: String, in scope: Scope) -> FieldID? {
    guard let node = scope.node else { return nil }
    for transform in plan.transforms(before: node) {
      if let column = transform.columns.first(where: { $0.into.field.name == name }) {
        return column.into
      }
    }
    return nil
  }

  /// `field.prev(n)`.
  mutating func previous(_ node: MethodCall, _ path: Path, in scope: Scope) -> Typed? {
    guard transformScope != nil else {
      notSupported("prev outside TRANSFORM", node.name.range)
      return nil
    }
    var back = 1
    if let argument = node.arguments.first {
      guard case .literal(let literal) = argument.value, case .integer(let value) = literal.value,
        (1...UInt64(Self.backMax)).contains(UInt64(clamping: value)), node.arguments.count == 1
      else {
        report(
          Diagnostic(
            .wrongArgument, "prev reaches back 1 to \(Self.backMax) tuples of the key",
            at: argument.range))
        return nil
      }
      back = Int(value)
    }
    guard let value = check(path, in: scope) else { return nil }
    let field: FieldID
    switch value.node {
    case .field(let id): field = id
    case .key(let index) where scope.key[index].mask == nil && scope.key[index].fallback == nil:
      field = scope.key[index].field
    default:
      reportOperand(value, of: "prev", needs: "a field of the tuple")
      return nil
    }
    guard value.type.laneCount == 1 else {
      reportOperand(value, of: "prev", needs: "a number")
      return nil
    }
    if let known = transformScope?.previous.first(where: { $0.field == field && $0.back == back }) {
      return Typed(.field(known.into), value.type, node.range)
    }
    derivedCount += 1
    let column = DerivedColumn(
      place: derivedCount, name: "\(field.description).prev(\(back))", type: value.type)
    transformScope?.previous.append(
      Plan.Transform.Previous(field: field, back: back, into: column.id))
    return Typed(.field(column.id), value.type, node.range)
  }
}
