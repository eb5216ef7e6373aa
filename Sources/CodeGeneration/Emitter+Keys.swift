import BPFModel
import DataModel
import Plan

/// Keys that several aggregations share.
extension Emitter {
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
  func storedKey(_ aggregation: Aggregation) -> KeyCode? {
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
}
