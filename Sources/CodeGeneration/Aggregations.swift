import BPFModel
import DataModel
import Plan

/// Updates of aggregations and exports of tuples.
extension Emitter {
  // MARK: keys

  /// Declares once, before all conditions, keys that several aggregations of the program use, and
  /// those of aggregations that every packet reaches, where there are several: their table lines
  /// are then asked for at once, so that the misses overlap instead of queueing behind each other's
  /// branches.
  mutating func shareKeys() -> [CStatement] {
    let early = keyedByEveryPacket
    var uses: [KeyCode: Int] = [:]
    var order: [KeyCode] = []
    for index in reach.aggregations {
      guard let code = storedKey(reach.plan.aggregations[index]), !code.words.isEmpty else {
        continue
      }
      if uses[code] == nil { order.append(code) }
      uses[code, default: 0] += 1
    }
    var result: [CStatement] = []
    let hoisted = Set(early.compactMap { storedKey(reach.plan.aggregations[$0]) })
    for code in order where uses[code, default: 0] > 1 || hoisted.contains(code) {
      let (statements, _, _) = keyed(code)
      sharedKeys[code] = keyCount - 1
      // The pointer of a wide program is declared where the key is used.
      result += fields.isWide ? [.block(statements)] : statements
    }
    guard !result.isEmpty else { return [] }
    return [.blank, .comment("keys, and an early look at the table lines that they will need")]
      + result + early.dropFirst().compactMap(touch)
  }

  /// Keyed aggregations over the source itself, where there are at least two and values are locals.
  private var keyedByEveryPacket: [Int] {
    guard !fields.isWide else { return [] }
    let early = reach.aggregations.filter { index in
      let aggregation = reach.plan.aggregations[index]
      guard case .source = reach.plan.nodes[aggregation.input].operation else { return false }
      // One distinct count of all tuples is registers, which have no line to touch.
      if case .distinct = aggregation.form, aggregation.key.isEmpty { return false }
      return storedKey(aggregation).map { !$0.words.isEmpty } ?? false
    }
    return early.count > 1 ? early : []
  }

  /// Loads the line of an aggregation's table, whose key is declared already.
  private func touch(_ index: Int) -> CStatement? {
    let aggregation = reach.plan.aggregations[index]
    guard let code = storedKey(aggregation), let number = sharedKeys[code] else { return nil }
    let isPairs = if case .distinct = aggregation.form { true } else { false }
    let table = isPairs ? Self.seenName(index) : Self.tableName(index)
    return .expression(
      .call(
        isPairs ? "SAL_FIRSTSEEN_TOUCH" : "SAL_TABLE_TOUCH",
        [
          .unary(.address, .arrow(.name(Names.half), table)), hashPlace(number),
          .integer(UInt64(isPairs ? firstSeenBits : tableBits)),
        ]))
  }

  static func tableName(_ index: Int) -> CIdentifier { CIdentifier(sanitizing: "table_\(index)") }

  static func seenName(_ index: Int) -> CIdentifier { CIdentifier(sanitizing: "seen_\(index)") }

  /// The words under which an aggregation's entries stand; nil for global accumulators.
  func tableKey(_ aggregation: Aggregation) -> KeyCode? {
    switch aggregation.form {
    case .words: aggregation.key.isEmpty ? nil : keys.words(aggregation.key)
    case .distinct(let items, _), .tally(let items, _):
      keys.words(aggregation.key, items: items)
    }
  }

  /// The words that the aggregation's own table stores and hashes.
  private func storedKey(_ aggregation: Aggregation) -> KeyCode? {
    guard case .distinct = aggregation.form, !aggregation.key.isEmpty else {
      return tableKey(aggregation)
    }
    return tableKey(aggregation)?.withoutZeros
  }

  /// Statements that put a key's words into an array and its hash into a local, and their names.
  mutating func keyed(
    _ code: KeyCode
  ) -> (statements: [CStatement], hash: CExpression, array: CExpression) {
    if let number = sharedKeys[code] {
      let reuse = fields.isWide ? [keyPointer(number)] : []
      return (reuse, hashPlace(number), .name(Self.keyName(number)))
    }
    let number = keyCount
    keyCount += 1
    keyPlaces.append(keyWordCount)
    // In a wide program a key stands in `half->keys`, its hash behind it.
    keyWordCount += code.words.count + 1
    hashPlaces.append(keyWordCount - 1)
    let array = CExpression.name(Self.keyName(number))
    let words = code.words.indices.map { CExpression.index(array, .integer(UInt64($0))) }
    let hash = keys.hash(words)
    if fields.isWide {
      return (
        [keyPointer(number)] + zip(words, code.words).map { .assign($0, $1) }
          + [.assign(hashPlace(number), hash)], hashPlace(number), array
      )
    }
    return (
      [
        .declareArray(.u64, Self.keyName(number), count: words.count, .list(code.words)),
        .declare(.u64, Self.hashName(number), hash),
      ], hashPlace(number), array
    )
  }

  private func keyPointer(_ number: Int) -> CStatement {
    let place = CExpression.index(Names.keys, .integer(UInt64(keyPlaces[number])))
    return .declare(.pointer(.u64), Self.keyName(number), .unary(.address, place))
  }

  private func hashPlace(_ number: Int) -> CExpression {
    fields.isWide
      ? .index(Names.keys, .integer(UInt64(hashPlaces[number])))
      : .name(Self.hashName(number))
  }

  private static func keyName(_ number: Int) -> CIdentifier {
    CIdentifier(sanitizing: "key_\(number)")
  }

  private static func hashName(_ number: Int) -> CIdentifier {
    CIdentifier(sanitizing: "hash_\(number)")
  }

  // MARK: aggregations

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

  // MARK: exports

  mutating func export(_ number: Int) -> [CStatement] {
    let export = reach.placed.exports[number]
    let node = reach.plan.nodes[export.node]
    let words = export.wordCount
    let (area, stream, bytes) = addStaging(
      CIdentifier(sanitizing: "export_\(number)"), words: words,
      content: .tuples(export: number))
    func room(_ word: Int) -> CExpression { .index(.name("room"), .integer(UInt64(word))) }
    var copies: [CStatement] = [
      .assign(room(0), fields.tick),
      .assign(room(1), export.needsOrder ? fields.order : 0),
    ]
    let validityWords = (export.fields.count + 7) / 8
    for word in 0..<validityWords {
      let place = word * 8
      var value: CExpression?
      for (byte, id) in export.fields[place..<min(place + 8, export.fields.count)].enumerated() {
        let code = validityByte(id)
        if code == 0 { continue }
        let placed = byte == 0 ? code : .cast(.u64, code) << .integer(UInt64(byte * 8))
        value = value.map { $0 | placed } ?? placed
      }
      copies.append(.assign(room(2 + word), value ?? 0))
    }
    var lane = 2 + validityWords
    for id in export.fields {
      for value in fields.lanes(of: id) {
        copies.append(.assign(room(lane), value))
        lane += 1
      }
    }
    let statements = [CStatement.block(stage(area, stream, copies))]
    note(.export(number), statements, stateBytes: bytes, recordWords: words)
    return [.blank, .comment("\(node.name): tuples for the host")]
      + outlined("export", number, located(node.textOffset, statements))
  }

  /// 0 missing, 1 present; of an either-family address 4 or 6.
  private func validityByte(_ id: FieldID) -> CExpression {
    guard id.field.type == .ip else { return fields.validity(of: id).bit }
    let address = fields.address(of: id)
    return (address.v4 == .never ? 0 : address.v4.select(4))
      | (address.v6 == .never ? 0 : address.v6.select(6))
  }

  private func stage(
    _ area: CExpression, _ stream: Int, _ copies: [CStatement]
  ) -> [CStatement] {
    [
      .declare(
        .pointer(.u64), "room",
        .call("SAL_STAGE", [area, .integer(UInt64(stream)), fields.index, 1])),
      .branch(.name("room"), copies, []),
    ]
  }

  private mutating func addStaging(
    _ name: CIdentifier, words: Int, content: ProgramLayout.Stream.Content
  ) -> (area: CExpression, stream: Int, bytes: Int) {
    structures.append(
      .structure(
        name,
        [
          CMember(.structure("sal_staging"), "staging"),
          CMember(.u64, "record", counts: [ProgramLayout.Stream.batchRecords, words]),
        ]))
    structures.append(.blank)
    let bytes = HalfBuilder.stagedBytes(recordWords: words, alignment: 8)
    let stream = half.streams.count
    _ = half.addStaged(
      name, name, bytes: bytes, alignment: 8, content: content, recordWords: words)
    return (.unary(.address, .arrow(.name(Names.half), name)), stream, bytes)
  }
}
