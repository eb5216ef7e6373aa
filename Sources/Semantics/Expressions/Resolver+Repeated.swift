import DataModel
import Diagnostics
import Plan
import Syntax

// Fields that a packet has several times: `ip.addr`, `dns.a`. A comparison is true where any of
// them satisfies it; in a key or an argument they make one tuple an entry.
extension Resolver {
  // MARK: Comparisons

  /// Checks a condition over repeated fields: once for each field of the packet that one can stand
  /// for; or over the entries of a group, which FILTER asks. The first report ends it. Nil where no
  /// operand is a repeated field that is still to be chosen.
  mutating func checkAny(_ node: Expression, in scope: Scope) -> Typed?? {
    let groups = node.comparedPaths.compactMap { repeated($0.text, in: scope) }
    guard let group = groups.first(where: { chosenValues[$0.members[0].name] == nil }) else {
      return nil
    }
    let names = group.members.map(\.name)
    defer { for name in names { chosenValues[name] = nil } }
    guard case .fields(let fields) = group.origin else {
      for (name, column) in zip(names, columns(of: group)) { chosenValues[name] = column }
      return .some(examination(node, of: group, in: scope))
    }
    var parts: [Typed] = []
    for field in fields {
      chosenValues[group.name] = field
      guard let part = check(node, in: scope) else { return .some(nil) }
      parts.append(part)
    }
    return Typed(.or(parts), .bool, node.range)
  }

  /// The group of a field that tuples of a scope have several times; nil where they have one.
  private func repeated(_ name: String, in scope: Scope) -> RepeatedGroup? {
    guard let (group, _) = RepeatedGroup.named(name), scope.hasTuples, let node = scope.node,
      bound(name, in: scope) == nil, derived(name, in: scope) == nil,
      earlierKey(name, in: scope) == nil, !scope.key.contains(where: { $0.name == name }),
      schema(in: scope) == nil, rowColumns(in: scope) == nil, !plan.isBehindMatch(node)
    else { return nil }
    return group
  }

  /// What a comparison asks of entries, as a column that the filter's tuples get.
  private mutating func examination(
    _ node: Expression, of group: RepeatedGroup, in scope: Scope
  ) -> Typed? {
    guard mayExamine else {
      report(
        Diagnostic(
          .wrongType, "a packet has several \(group.name) entries; only FILTER asks for any",
          at: node.range, notes: [Diagnostic.Note("ask first: FILTER P BY \(text(node.range))")]))
      return nil
    }
    guard isReadable(group, in: scope, node.range) else { return nil }
    guard let condition = check(node, in: scope) else { return nil }
    guard condition.features.isEmpty, !condition.hasCurrent, !condition.hasReals else {
      notSupported("comparing features with \(group.name) entries", node.range)
      return nil
    }
    guard let lowered = predicate(condition, key: scope.key) else { return nil }
    let entries = Unfolding(group, into: columns(of: group))
    let known = examinations.first { $0.entries == entries && $0.condition == lowered }
    let into = known?.into ?? column(text(node.range), .bool)
    if known == nil { examinations.append(Examination(entries, satisfying: lowered, into: into)) }
    return Typed(.field(into), .bool, node.range)
  }

  /// The columns that the fields of a group have in all of the program.
  private mutating func columns(of group: RepeatedGroup) -> [FieldID] {
    if let known = groupColumns[group.name] { return known }
    let made = group.members.map { column($0.name, $0.type) }
    groupColumns[group.name] = made
    return made
  }

  // MARK: Filters

  /// Checks the condition of a FILTER.
  mutating func filterCondition(_ node: Expression, in scope: Scope) -> Typed? {
    let outer = mayExamine
    defer { mayExamine = outer }
    mayExamine = true
    return checkCondition(node, in: scope)
  }

  /// What a condition asks of entries, that its tuples have no column of yet.
  func examined(in condition: Typed) -> [Examination] {
    examinations.filter { examination in
      condition.contains {
        if case .field(examination.into) = $0.node { true } else { false }
      }
    }
  }

  /// Passes the tuples that satisfy what asks no entries, then asks the others for theirs.
  mutating func examine(
    _ stream: TupleStream, by condition: Typed, _ range: SourceRange
  ) -> Meaning {
    let parts = if case .and(let parts) = condition.node { parts } else { [condition] }
    var asking: [Typed] = []
    var passing: [Typed] = []
    for part in parts {
      if examined(in: part).isEmpty { passing.append(part) } else { asking.append(part) }
    }
    guard asking.allSatisfy({ $0.features.isEmpty && !$0.hasCurrent }) else {
      notSupported(
        "features beside entries of a packet in one OR or NOT", range,
        notes: [Diagnostic.Note("ask for each in a FILTER of its own, and UNION has both")])
      return .invalid
    }
    // An entry is nowhere but in a packet with the header, which the data path can tell.
    var present: Set<FieldID> = []
    for part in asking {
      guard case .field(let into) = part.node,
        let group = examinations.first(where: { $0.into == into })?.entries.group
      else { continue }
      if let header = presence(of: group), present.insert(header).inserted {
        passing.append(Typed(.field(header), .bool, range))
      }
    }
    var passed = stream
    if !passing.isEmpty {
      switch filter(stream, by: joined(passing, range), range) {
      case .tuples(let filtered): passed = filtered
      case .rows(let rows):
        guard let view = tupleView(of: rows, at: range) else { return .invalid }
        passed = view
      case .feature, .current, .invalid: return .invalid
      }
    }
    for examination in examined(in: condition) {
      passed = passed.behind(add(.examine(examination), to: passed.node, range: range))
    }
    return filterTuples(passed, by: joined(asking, range), range)
  }

  /// The field that says whether a packet has the header in front of a group's entries.
  private func presence(of group: RepeatedGroup) -> FieldID? {
    group.bytes.flatMap { PacketFields.named($0.layer.name) }
  }

  // MARK: Keys and arguments

  /// The stream with a tuple for each entry of the groups that keys or arguments name; nil where
  /// that cannot be (reported).
  mutating func unfolded(_ stream: TupleStream, for nodes: [Expression]) -> TupleStream? {
    var result = stream
    let paths = nodes.flatMap(\.operandPaths)
    for path in paths {
      let scope = Scope(result)
      guard let group = repeated(path.text, in: scope) else { continue }
      guard isReadable(group, in: scope, path.range) else { return nil }
      var input = result.node
      if let header = presence(of: group),
        let condition = predicate(Typed(.field(header), .bool, path.range), key: [])
      {
        input = add(.filter(condition), to: input, range: path.range)
      }
      let columns = columns(of: group)
      let named = group.members.indices.filter { member in
        paths.contains { $0.text == group.members[member].name }
      }
      let node = add(
        .unfold(Unfolding(group, naming: Set(named), into: columns)), to: input, range: path.range)
      boundColumns[node] = Dictionary(
        zip(group.members.map(\.name), columns), uniquingKeysWith: { first, _ in first })
      result = result.behind(node)
    }
    return result
  }

  /// Whether tuples of a scope still have what a group's entries are read from.
  private mutating func isReadable(
    _ group: RepeatedGroup, in scope: Scope, _ range: SourceRange
  ) -> Bool {
    var current = scope.node
    while group.bytes != nil, let node = current {
      if plan.nodes[node].operation.isUnanswered {
        report(
          Diagnostic(
            .wrongType, "tuples that waited behind ANTI AFTER have no \(group.name) entries",
            at: range, notes: [Diagnostic.Note("key by them, or filter by them, before JOIN")]))
        return false
      }
      current = plan.nodes[node].input
    }
    return true
  }

  /// Reports a repeated field where one value is needed.
  mutating func reportRepeated(_ group: RepeatedGroup, _ path: Path) {
    report(
      Diagnostic(
        .wrongType, "‘\(path.text)’ has several values; one is needed here", at: path.range,
        notes: [
          Diagnostic.Note("a comparison in a FILTER asks whether any of them satisfies it"),
          Diagnostic.Note("STREAM … BY \(path.text) makes one tuple of each"),
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
  fileprivate var operandPaths: [Path] {
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
