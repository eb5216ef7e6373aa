import BPFModel
import DataModel
import Plan

/// Conditions of nodes, and the blocks of aggregations and exports that hang on them.
extension Emitter {
  /// A node's condition, then everything that takes its tuples.
  mutating func block(_ index: Int) -> [CStatement] {
    let node = reach.plan.nodes[index]
    let upstream = node.input.flatMap { passes[$0] } ?? .always
    let condition: [CStatement]
    switch node.operation {
    case .source:
      condition = []
      passes[index] = .always
    case .filter(let predicate):
      condition = filter(index, predicate, upstream)
    case .distinct(let key, _):
      condition = distinct(index, key, upstream)
    default: preconditionFailure("placement leaves it to the host: n\(index)")
    }
    return condition + consumers(index)
  }

  // MARK: conditions

  private func passName(_ index: Int) -> CIdentifier { CIdentifier(sanitizing: "pass_\(index)") }

  private mutating func filter(
    _ index: Int, _ predicate: TuplePredicate, _ upstream: Mask
  ) -> [CStatement] {
    let node = reach.plan.nodes[index]
    let parts = if case .and(let parts) = predicate { parts } else { [predicate] }
    var cheap = upstream
    for part in parts where !predicates.isCostly(part) { cheap = cheap & predicates.mask(part) }
    var statements: [CStatement] = []
    let pass = CExpression.name(passName(index))
    if case .value = cheap {
      statements += [
        .declare(.u64, passName(index), cheap.expression),
        .expression(.call("SAL_OPAQUE", [pass])),
      ]
      passes[index] = .value(pass)
    } else {
      passes[index] = cheap
    }
    // A set is asked, and a payload searched, only for tuples that pass all else.
    let asking = parts.filter(predicates.isCostly)
    if !asking.isEmpty && cheap != .never {
      var member = Mask.always
      for part in asking { member = member & predicates.costlyMask(part) }
      let prelude = predicates.takePrelude()
      if cheap == .always { statements.append(.declare(.u64, passName(index), ~0)) }
      statements.append(
        .branch(pass, prelude + [.update(pass, .bitAnd, member.expression)], []))
      passes[index] = .value(pass)
    }
    note(.node(index), statements)
    return [.blank, .comment("\(node.name): FILTER")] + located(node.textOffset, statements)
  }

  private mutating func distinct(
    _ index: Int, _ key: [KeyComponent], _ upstream: Mask
  ) -> [CStatement] {
    let node = reach.plan.nodes[index]
    let code = keys.words(key)
    let name = CIdentifier(sanitizing: "seen_node_\(index)")
    let words = code.words.count
    let bytes = addFirstSeen(name, words: words, owner: .node(index))
    let passed = upstream & code.valid
    let pass = CExpression.name(passName(index))
    let (keyStatements, hash, array) = keyed(code)
    let isNew = CExpression.call(
      name.appending("_is_new"),
      [.unary(.address, .arrow(.name(Names.half), name)), hash, array])
    let ask: [CStatement]
    if fields.isWide {
      let function = CIdentifier(sanitizing: "is_new_\(index)")
      functions += [
        .blank,
        .function(
          prefix: "SAL_NOINLINE", .u64, function,
          [CParameter(.pointer(.structure(HalfBuilder.name)), Names.half)],
          keyStatements + [.return(0 - .cast(.u64, isNew))]),
      ]
      ask = [.assign(pass, .call(function, [.name(Names.half)]))]
    } else {
      ask = keyStatements + [.branch(isNew, [.assign(pass, ~0)], [])]
    }
    var statements: [CStatement] = [.declare(.u64, passName(index), 0)]
    switch passed {
    case .always: statements.append(.block(ask))
    case .never: break
    case .value(let mask): statements.append(.branch(mask, ask, []))
    }
    passes[index] = .value(pass)
    note(.node(index), statements, stateBytes: bytes)
    let keyNames = key.map(\.name).joined(separator: ", ")
    return [.blank, .comment("\(node.name): DISTINCT BY \(keyNames)")]
      + located(node.textOffset, statements)
  }

  /// Declares a first-seen table; returns its bytes.
  mutating func addFirstSeen(
    _ name: CIdentifier, words: Int, owner: ProgramLayout.Table.Owner
  ) -> Int {
    let bytes = 64 + firstSeenSets * 32 * words
    let arguments: [CExpression] = [
      .name(name), .integer(UInt64(words)), .integer(UInt64(firstSeenBits)),
    ]
    structures.append(.invocation("SAL_FIRSTSEEN", arguments, terminated: true))
    functions.append(.invocation("SAL_FIRSTSEEN_CODE", arguments, terminated: true))
    let offset = half.addPlain(
      name, name, bytes: HalfBuilder.rounded(bytes, to: 64), alignment: 64)
    half.addTable(
      ProgramLayout.Table(
        owner: owner, form: .firstSeen(sets: firstSeenSets, keyWords: words), offset: offset + 64,
        bytes: bytes - 64),
      in: name, field: "way")
    return HalfBuilder.rounded(bytes, to: 64)
  }

  // MARK: consumers

  private mutating func consumers(_ index: Int) -> [CStatement] {
    let pass = passes[index] ?? .always
    let aggregations = reach.aggregations.filter { reach.plan.aggregations[$0].input == index }
    let exports = reach.placed.exports.indices.filter { reach.placed.exports[$0].node == index }
    if aggregations.isEmpty && exports.isEmpty || pass == .never { return [] }
    var result: [CStatement] = []
    // Additions under a mask cost less than a branch that guesses wrong.
    let cheap = aggregations.filter(isCheap)
    let guarded = aggregations.filter { !isCheap($0) }
    for aggregation in cheap { result += total(aggregation, where: pass) }
    var inner: [CStatement] = []
    if countedNodes.contains(index) {
      inner.append(.update(.arrow(.name(Names.half), Self.reachedName(index)), .add, 1))
    }
    for aggregation in guarded { inner += update(aggregation) }
    for export in exports { inner += self.export(export) }
    if inner.isEmpty { return result }
    switch pass {
    case .value(let mask): return result + [.branch(mask, inner, [])]
    case .always, .never: return result + inner
    }
  }

  private func isCheap(_ index: Int) -> Bool {
    let aggregation = reach.plan.aggregations[index]
    guard case .words(let layout) = aggregation.form, aggregation.key.isEmpty else { return false }
    return ReductionLowering.isCheap(layout)
  }

  // MARK: counters

  static func reachedName(_ node: Int) -> CIdentifier {
    CIdentifier(sanitizing: "reached_\(node)")
  }

  /// Places global accumulators and the counters `reached` and `unkeyed`, side by side.
  ///
  /// What reached a node is counted once: by the packets where it is a source, by a global
  /// aggregation's own count where there is one, else by a counter of the node.
  mutating func placeCounters() {
    for index in reach.aggregations {
      let aggregation = reach.plan.aggregations[index]
      if case .words(let layout) = aggregation.form, aggregation.key.isEmpty {
        half.addTotal(
          aggregation: index, Self.totalName(index), words: layout.wordCount,
          note: aggregation.name)
      }
      guard let code = tableKey(aggregation), code.valid != .always else { continue }
      let offset = half.addCounter(
        Self.unkeyedName(index), note: "tuples without a key of \(aggregation.name)")
      half.declare(.unkeyed(aggregation: index), offset: offset)
    }
    for node in reach.nodes {
      let aggregations = reach.aggregations.filter { reach.plan.aggregations[$0].input == node }
      guard !aggregations.isEmpty else { continue }
      let offset = placeReached(node, aggregations)
      for aggregation in aggregations {
        half.declare(.reached(aggregation: aggregation), offset: offset)
      }
    }
  }

  private mutating func placeReached(_ node: Int, _ aggregations: [Int]) -> Int {
    if reach.plan.nodes[node].input == nil { return HalfBuilder.packetsOffset }
    let total = half.tables.first { table in
      aggregations.contains { table.owner == .aggregation($0) }
    }
    if let total { return total.offset }
    countedNodes.insert(node)
    return half.addCounter(
      Self.reachedName(node), note: "tuples of \(reach.plan.nodes[node].name)")
  }

  // MARK: words for comments

  func describe(_ aggregation: Aggregation) -> String {
    let key = aggregation.key.map(\.name).joined(separator: ", ")
    let by = key.isEmpty ? "" : " by \(key)"
    let what =
      switch aggregation.form {
      case .words(let layout): layout.wordCount == 1 ? "count" : "\(layout.wordCount) words"
      case .distinct(let items, _): "distinct " + items.map(\.name).joined(separator: ", ")
      case .tally(let items, _): "counts of " + items.map(\.name).joined(separator: ", ")
      }
    return "\(aggregation.name): \(what)\(by), window \(aggregation.window)"
  }
}
