import DataModel
import Kernels
import Plan

/// Finds rows by their keys.
final class RowPlaces {
  private let table: KeyedTable
  private let projected: UnsafeMutablePointer<UInt64>

  /// No rows, and room for this many.
  init(keyWords: Int, limit: Int) {
    table = KeyedTable(
      keyWords: max(keyWords, 1), identity: [0, 0], seed: 0, limit: max(limit, 1))
    projected = .allocate(capacity: max(keyWords, 1))
  }

  /// The rows of a close.
  convenience init(_ rows: RelationRows, _ layout: KeyLayout) {
    self.init(keyWords: layout.wordCount, limit: rows.count)
    var index = 0
    rows.forEach { key, _ in
      _ = insert(key, at: index)
      index += 1
    }
  }

  deinit { projected.deallocate() }

  /// The place of the row with this key; nil where there is none.
  func place(of key: UnsafePointer<UInt64>) -> Int? {
    table.find(key).map { Int(table.entry($0)[table.keyWords + 1]) }
  }

  /// The place of a key that is given this one if it is new.
  private func insert(_ key: UnsafePointer<UInt64>, at index: Int) -> (place: Int, isNew: Bool) {
    var slot: UInt32 = 0
    var fresh: UInt8 = 0
    table.locate(keys: key, count: 1, slots: &slot, fresh: &fresh)
    let word = table.entry(Int(slot)) + table.keyWords + 1
    if fresh != 0 { word.pointee = UInt64(index) }
    return (Int(word.pointee), fresh != 0)
  }

  /// Appends a row for the projected key, if there is none; uncertain until someone says no.
  func insert(
    _ key: UnsafePointer<UInt64>, through projection: KeyProjection, into rows: inout RelationRows
  ) -> Int {
    projection.project(key, into: projected)
    let (place, isNew) = insert(projected, at: rows.count)
    if isNew { rows.append(projected, isUncertain: true) }
    return place
  }
}

extension RelationRows {
  /// Calls `body` with every key and its doubt, in order.
  func forEach(_ body: (UnsafePointer<UInt64>, Bool) -> Void) {
    keys.withUnsafeBufferPointer { words in
      guard let base = words.baseAddress else { return }
      for index in 0..<count { body(base + index * keyWords, isUncertain[index]) }
    }
  }
}

/// Asks whether a relation has a row at a row's key projected to the relation's.
final class RowPresence {
  private let relation: RelationEvaluation
  private let projection: KeyProjection
  private let key: UnsafeMutablePointer<UInt64>

  init(_ relation: RelationEvaluation, _ columns: [Int], from layout: KeyLayout) {
    self.relation = relation
    projection = KeyProjection(from: layout, columns: columns, to: relation.layout.types)
    key = .allocate(capacity: max(projection.layout.wordCount, 1))
  }

  deinit { key.deallocate() }

  func hasRow(_ row: RowView) -> Bool {
    projection.project(row.key, into: key)
    return relation.places(at: row.end).place(of: key) != nil
  }
}

/// A join of rows: the inputs' keys at one close, in the join's order of columns.
struct RowJoin {
  private struct Input {
    let relation: RelationEvaluation
    /// From the relation's key to the join's.
    let toJoin: KeyProjection
  }

  private let kind: JoinKind
  private let inputs: [Input]
  private let keyWords: Int

  init(
    _ kind: JoinKind, _ inputs: [(relation: RelationEvaluation, columns: [Int])],
    _ layout: KeyLayout
  ) {
    self.kind = kind
    keyWords = layout.wordCount
    self.inputs = inputs.map { relation, columns in
      let inverse = columns.indices.map { column -> Int in
        guard let own = columns.firstIndex(of: column) else {
          preconditionFailure("an input has every column of its join")
        }
        return own
      }
      return Input(
        relation: relation,
        toJoin: KeyProjection(from: relation.layout, columns: inverse, to: layout.types))
    }
  }

  /// Appends the rows of a close; returns how many may have been left out wrongly.
  func rows(at end: Int64, into rows: inout RelationRows) -> UInt64 {
    var total = 0
    for input in inputs { total += input.relation.rows(at: end).count }
    let found = RowPlaces(keyWords: keyWords, limit: total)
    var all = RelationRows(keyWords: keyWords)
    // Of each key: in how many inputs it is, whether in the first, and whether one of them doubts.
    var presences: [(count: Int, isInFirst: Bool, isDoubtful: Bool, isOnlyDoubtful: Bool)] = []
    for (index, input) in inputs.enumerated() {
      input.relation.rows(at: end).forEach { key, isUncertain in
        let place = found.insert(key, through: input.toJoin, into: &all)
        if place == presences.count { presences.append((0, false, false, true)) }
        presences[place].count += 1
        if index == 0 { presences[place].isInFirst = true }
        if isUncertain { presences[place].isDoubtful = true }
        if index > 0 && !isUncertain { presences[place].isOnlyDoubtful = false }
      }
    }
    var leftOut: UInt64 = 0
    var place = 0
    all.forEach { key, _ in
      let presence = presences[place]
      place += 1
      let passes =
        switch kind {
        case .inner: presence.count == inputs.count
        case .left: presence.isInFirst
        case .outer: true
        case .anti: presence.isInFirst && presence.count == 1
        }
      if passes {
        rows.append(key, isUncertain: presence.isDoubtful)
      } else if kind == .anti, presence.isInFirst, presence.isOnlyDoubtful {
        leftOut += 1
      }
    }
    return leftOut
  }
}
