import BPFModel
import DataModel
import Plan

/// Updates of aggregations.
extension Emitter {
  /// The entry of a global aggregation, updated under a mask.
  mutating func total(_ index: Int, where mask: Mask) -> [CStatement] {
    let aggregation = reach.plan.aggregations[index]
    let layout = aggregation.accumulators
    let entry = CExpression.arrow(.name(Names.half), Self.totalName(index))
    func word(_ offset: Int) -> CExpression { .index(entry, .integer(UInt64(offset))) }
    let fresh = Mask.call("sal_zero", word(0))
    let statements =
      reductions.updates(layout, where: mask, isFresh: fresh, word: word)
      + [.update(word(0), .add, mask.bit)]
    note(.aggregation(index), statements, stateBytes: layout.wordCount * 8)
    return [.blank, .comment(describe(aggregation))]
      + located(aggregation.textOffset, statements)
  }

  /// Updates an aggregation with a tuple that is known to reach it.
  mutating func update(_ index: Int) -> [CStatement] {
    let aggregation = reach.plan.aggregations[index]
    switch aggregation.form {
    case .words where aggregation.key.isEmpty: return total(index, where: .always)
    case .words, .tally: return table(index, aggregation)
    case .distinct(let items, let precision):
      if aggregation.key.isEmpty { return registers(index, aggregation, items, precision) }
      return pairs(index, aggregation)
    }
  }

  static func totalName(_ index: Int) -> CIdentifier {
    CIdentifier(sanitizing: "total_\(index)")
  }

  static func unkeyedName(_ index: Int) -> CIdentifier {
    CIdentifier(sanitizing: "unkeyed_\(index)")
  }

  private func unwrapped(_ key: KeyCode?) -> KeyCode {
    guard let key else { preconditionFailure("a keyed aggregation has a table key") }
    return key
  }

  private mutating func table(_ index: Int, _ aggregation: Aggregation) -> [CStatement] {
    let code = unwrapped(tableKey(aggregation))
    let layout = aggregation.accumulators
    let name = Self.tableName(index)
    let (keyWords, words) = (code.words.count, layout.wordCount)
    let countShift = Self.countShift(code, layout)
    let setStride =
      countShift == nil
      ? HalfBuilder.rounded(32 * (keyWords + words), to: 64) : 32 * (keyWords + words - 1)
    let staged = HalfBuilder.stagedBytes(recordWords: keyWords + words, alignment: 64)
    var shape: [CExpression] = [
      .name(name), .integer(UInt64(keyWords)), .integer(UInt64(words)),
      .integer(UInt64(tableBits)),
    ]
    if let countShift { shape.append(.integer(UInt64(countShift))) }
    let (type, implementation): (CIdentifier, CIdentifier) =
      countShift == nil
      ? ("SAL_TABLE", "SAL_TABLE_CODE") : ("SAL_TABLE_PACKED", "SAL_TABLE_PACKED_CODE")
    let stream = CExpression.integer(UInt64(half.streams.count))
    structures.append(.invocation(type, shape, terminated: true))
    functions.append(.invocation(implementation, shape + [stream], terminated: true))
    let bytes = staged + tableSets * setStride
    let offset = half.addStaged(
      name, name, bytes: bytes, alignment: 64, content: .partials(aggregation: index),
      recordWords: keyWords + words)
    half.addTable(
      ProgramLayout.Table(
        owner: .aggregation(index),
        form: .partials(
          sets: tableSets, keyWords: keyWords, accumulatorWords: words, setStride: setStride,
          countShift: countShift),
        offset: offset + staged, bytes: tableSets * setStride),
      in: name, field: "set")
    let (keyStatements, hash, array) = keyed(code)
    let acc: CIdentifier = "acc"
    // `acc` points behind the tuple count, which the table keeps itself.
    func word(_ offset: Int) -> CExpression { .index(.name(acc), .integer(UInt64(offset - 1))) }
    let upsert = CExpression.call(
      "SAL_TABLE_UPSERT",
      [
        .name(name), .unary(.address, .arrow(.name(Names.half), name)), hash, array,
        fields.index,
      ])
    let updates = reductions.updates(
      layout, where: .always,
      isFresh: .call("sal_eq_small", .index(.name(acc), .unary(.negate, 1)), 1), word: word)
    let fold: [CStatement] =
      updates.isEmpty
      ? [.expression(.cast(.void, upsert))]
      : [.declare(.pointer(.u64), acc, upsert)] + updates
    return block(
      index, aggregation, valid: code.valid, keyStatements + fold, stateBytes: bytes,
      recordWords: keyWords + words)
  }

  /// Bits of the last key word that the key uses, where the rest has room for a count and no
  /// update has to ask for it.
  private static func countShift(_ key: KeyCode, _ layout: AccumulatorLayout) -> Int? {
    let asksForCount = layout.reductions.contains { reduction in
      switch reduction {
      case .maximum(let x) where ReductionLowering.beginsWithZero(x): false
      case .minimum(let x), .maximum(let x), .first(let x), .last(let x):
        layout.offset(of: .present(x)) == nil
      case .tuples, .present, .sum, .sumOfSquares, .bitOr, .reals, .ordered: false
      }
    }
    return key.lastWordBits <= 44 && !asksForCount ? max(key.lastWordBits, 1) : nil
  }

  private mutating func pairs(_ index: Int, _ aggregation: Aggregation) -> [CStatement] {
    let code = unwrapped(tableKey(aggregation))
    let name = Self.seenName(index)
    let words = code.words.count
    let stored = unwrapped(storedKey(aggregation))
    let seenBytes = addFirstSeen(
      name, words: stored.words.count, owner: .aggregation(index))
    let (area, stream, areaBytes) = addStaging(
      CIdentifier(sanitizing: "pairs_\(index)"), words: words,
      content: .pairs(aggregation: index))
    let (keyStatements, hash, array) = keyed(stored)
    let isNew = CExpression.call(
      name.appending("_is_new"),
      [.unary(.address, .arrow(.name(Names.half), name)), hash, array])
    let copies = (0..<words).map { word in
      CStatement.assign(
        .index(.name("room"), .integer(UInt64(word))),
        word < stored.words.count ? .index(array, .integer(UInt64(word))) : 0)
    }
    let statements = keyStatements + [.branch(isNew, stage(area, stream, copies), [])]
    return block(
      index, aggregation, valid: code.valid, statements, stateBytes: seenBytes + areaBytes,
      recordWords: words)
  }

  private mutating func registers(
    _ index: Int, _ aggregation: Aggregation, _ items: [KeyComponent], _ precision: Int
  ) -> [CStatement] {
    let code = unwrapped(tableKey(aggregation))
    let name = CIdentifier(sanitizing: "registers_\(index)")
    let bytes = 8 + (1 << precision)
    structures.append(
      .structure(
        name,
        [
          CMember(.u64, "tuples"), CMember(.u8, "rank", counts: [1 << precision]),
        ]))
    structures.append(.blank)
    let offset = half.addPlain(name, name, bytes: bytes, alignment: 8)
    half.addTable(
      ProgramLayout.Table(
        owner: .aggregation(index), form: .registers(precision: precision), offset: offset,
        bytes: bytes),
      in: name, field: "tuples")
    let place = CExpression.arrow(.name(Names.half), name)
    let (keyStatements, hash, _) = keyed(code)
    let add = CStatement.expression(
      .call(
        "sal_hll_update",
        [.member(place, "rank"), .integer(UInt64(precision)), hash]))
    var present = Mask.always
    for item in items where item.fallback == nil {
      present = present & fields.validity(of: item.field)
    }
    let count = CStatement.update(.member(place, "tuples"), .add, 1)
    let offer: [CStatement] =
      switch present {
      case .always: keyStatements + [add]
      case .never: []
      case .value(let mask): [.branch(mask, keyStatements + [add], [])]
      }
    return block(
      index, aggregation, valid: .always, [count] + offer, stateBytes: bytes, recordWords: 0)
  }

  /// The block of an aggregation: its update where the key is there, else the count of unkeyed.
  private mutating func block(
    _ index: Int, _ aggregation: Aggregation, valid: Mask, _ statements: [CStatement],
    stateBytes: Int, recordWords: Int
  ) -> [CStatement] {
    let body: [CStatement]
    switch valid {
    case .always: body = [.block(statements)]
    case .never, .value:
      let skip = CStatement.update(
        .arrow(.name(Names.half), Self.unkeyedName(index)), .add, 1)
      body = valid == .never ? [skip] : [.branch(valid.expression, statements, [skip])]
    }
    note(.aggregation(index), body, stateBytes: stateBytes, recordWords: recordWords)
    return [.blank, .comment(describe(aggregation))]
      + outlined("update", index, located(aggregation.textOffset, body))
  }
}
