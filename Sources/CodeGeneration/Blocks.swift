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
      reachedOffset[index] = HalfBuilder.packetsOffset
    case .filter(let predicate):
      condition = filter(index, predicate, upstream)
    case .distinct(let key, _):
      condition = distinct(index, key, upstream)
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
    for part in parts where part.sets.isEmpty { cheap = cheap & predicates.mask(part) }
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
    // A set is asked only for tuples that pass all else.
    let asking = parts.filter { !$0.sets.isEmpty }
    if !asking.isEmpty && cheap != .never {
      var member = Mask.always
      for part in asking { member = member & predicates.mask(part) }
      let prelude = predicates.takePrelude()
      if cheap == .always { statements.append(.declare(.u64, passName(index), ~0)) }
      statements.append(
        .branch(pass, prelude + [.update(pass, .bitAnd, member.expression)], []))
      passes[index] = .value(pass)
      localBytes += 64
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
      [.unary(.address, .arrow(.name(Names.half), name)), hash, .name(array)])
    let ask = keyStatements + [.branch(isNew, [.assign(pass, ~0)], [])]
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
    let bytes = 64 + tableSets * 32 * words
    let arguments: [CExpression] = [
      .name(name), .integer(UInt64(words)), .integer(UInt64(tableBits)),
    ]
    structures.append(.invocation("SAL_FIRSTSEEN", arguments, terminated: true))
    functions.append(.invocation("SAL_FIRSTSEEN_CODE", arguments, terminated: true))
    let offset = half.addPlain(
      name, name, bytes: HalfBuilder.rounded(bytes, to: 64), alignment: 64)
    half.addTable(
      ProgramLayout.Table(
        owner: owner, form: .firstSeen(sets: tableSets, keyWords: words), offset: offset + 64,
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
    if !aggregations.isEmpty { inner += countReached(index, aggregations, cheap: cheap, pass) }
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

  /// The counters `reached` of a node's aggregations share one place: the packets' for a source,
  /// a global aggregation's tuple count where there is one, else a counter of the node's own.
  private mutating func countReached(
    _ node: Int, _ aggregations: [Int], cheap: [Int], _ pass: Mask
  ) -> [CStatement] {
    var statements: [CStatement] = []
    if pass == .always, reachedOffset[node] == nil {
      reachedOffset[node] = HalfBuilder.packetsOffset
    }
    if reachedOffset[node] == nil, let total = cheap.first,
      let table = half.tables.first(where: { $0.owner == .aggregation(total) })
    {
      reachedOffset[node] = table.offset
    }
    if let offset = reachedOffset[node] {
      for aggregation in aggregations {
        half.alias(.reached(aggregation: aggregation), offset: offset)
      }
      return []
    }
    let name = CIdentifier(sanitizing: "reached_node_\(node)")
    half.addCounter(
      .reached(aggregation: aggregations[0]), name,
      note: "tuples of \(reach.plan.nodes[node].name)")
    if let offset = half.counters.last?.offset {
      for aggregation in aggregations.dropFirst() {
        half.alias(.reached(aggregation: aggregation), offset: offset)
      }
    }
    statements.append(.update(.arrow(.name(Names.half), name), .add, 1))
    return statements
  }

  func describe(_ aggregation: Aggregation) -> String {
    let key = aggregation.key.map(\.name).joined(separator: ", ")
    let by = key.isEmpty ? "over all tuples" : "by \(key)"
    let form =
      switch aggregation.form {
      case .words(let layout): "\(layout.wordCount) words"
      case .distinct(let items, _): "distinct " + items.map(\.name).joined(separator: ", ")
      case .tally(let items, _): "tally of " + items.map(\.name).joined(separator: ", ")
      }
    return "\(aggregation.name): \(form) \(by), window \(aggregation.window)"
  }
}
