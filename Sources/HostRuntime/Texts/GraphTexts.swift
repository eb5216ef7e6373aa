import DataModel
import Plan

/// Which texts a graph may still name, for the table that gives their codes to others.
///
/// What states keep of a tuple is bounded by the plan in time: so the graph remembers, for each
/// generation of the table that its tuples came from, the newest time of those, and lets go of it
/// once the windows have passed that time and the bound. Of what is kept for ever it renews the
/// texts each generation.
final class GraphTexts {
  /// Tuples whose texts were looked up since one generation.
  private struct Span {
    let since: UInt32
    /// All of them are older.
    var end: Int64
  }

  private let pane: Window?
  /// How long after a tuple's time its texts may be named; nil where nothing keeps any.
  private let retention: Int64?
  private let hold = TextHold()
  /// By generation, ascending.
  private var spans: [Span] = []
  /// By node, the text fields that are kept for ever of its tuples.
  private let keptFields: [[FieldID]]
  private var kept: KeptTexts?

  /// The oldest generation that the graph holds.
  var since: UInt32 { hold.since }

  init(_ plan: LogicalPlan) {
    pane = plan.pane
    retention = plan.textRetention
    keptFields = plan.nodes.indices.map { plan.fieldsKeptForEver(ofTuples: $0).sorted() }
    if keptFields.contains(where: { !$0.isEmpty }) { kept = KeptTexts() }
  }

  /// Holds the texts of a batch, and those that are looked up on its way.
  func enter(_ batch: TupleBatch, horizon: Int64) {
    guard batch.count > 0 else { return }
    let time = batch.times[Int(batch.selection[0])]
    let end = pane.map { Self.sum($0.start(of: time), $0.length) } ?? time
    if let since = batch.texts?.since, since != TextHold.nothing {
      enter(since: since, until: max(end, horizon))
    } else {
      enter(until: max(end, horizon))
    }
  }

  /// Holds the texts that are looked up from now on, for tuples older than this time.
  func enter(until end: Int64) {
    if let first = spans.first {
      // What this thread knows of the generation may be behind.
      enter(since: max(first.since, TextTable.generation), until: end)
    } else {
      hold.renew()
      spans.append(Span(since: hold.since, end: end))
    }
  }

  /// Holds the texts that were looked up since a generation that somebody else holds.
  private func enter(since: UInt32, until end: Int64) {
    var place = spans.count
    while place > 0, spans[place - 1].since > since { place -= 1 }
    if place > 0, spans[place - 1].since == since {
      spans[place - 1].end = max(spans[place - 1].end, end)
      return
    }
    spans.insert(Span(since: since, end: end), at: place)
    if place == 0 { hold.hold(since: since) }
  }

  /// Everything behind a batch is done: what may still be named is in the graph's own hold.
  func leave(_ batch: TupleBatch) {
    batch.texts?.release()
    if retention == nil { leave() }
  }

  private func leave() {
    kept?.renew()
    spans.removeAll(keepingCapacity: true)
    hold.release()
  }

  /// Keeps the texts of tuples that a node hands on, where something behind it never forgets them.
  func keep(_ node: Int, _ batch: TupleBatch, _ rows: UnsafePointer<UInt16>, _ count: Int) {
    guard let kept, count > 0 else { return }
    for field in keptFields[node] {
      if let column = batch.column(field) { kept.add(column, rows, count) }
    }
  }

  /// Lets go of what windows that ended by `horizon` had; whether that was anything.
  func settle(_ horizon: Int64) -> Bool {
    guard let first = spans.first, first.since != TextTable.generation || horizon == .max else {
      return false
    }
    kept?.renew()
    let count = spans.prefix { Self.sum($0.end, retention ?? 0) <= horizon }.count
    guard count > 0 else { return false }
    spans.removeFirst(count)
    if let first = spans.first { hold.hold(since: first.since) } else { hold.release() }
    return true
  }

  /// Holds what another graph does, whose state this one's goes on with.
  func join(_ other: GraphTexts) {
    for span in other.spans { enter(since: span.since, until: span.end) }
    if let others = other.kept { kept?.add(others) }
  }

  private static func sum(_ a: Int64, _ b: Int64) -> Int64 {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? .max : sum
  }
}

/// Texts that are never let go: each new generation of the table they are renewed.
private final class KeptTexts {
  private let hold = TextHold()
  private var renewed = TextHold.nothing
  private var codes: [UInt32] = []
  /// Of ``codes``, those that were renewed at least once.
  private var old = 0
  private var isKept = [UInt64](repeating: 0, count: (1 << TextTable.codeBits) / 64)

  func add(_ column: TupleColumn, _ rows: UnsafePointer<UInt16>, _ count: Int) {
    for place in 0..<count {
      let row = Int(rows[place])
      guard column.validity[row] != 0 else { continue }
      add(UInt32(truncatingIfNeeded: column.lane0[row]))
    }
  }

  func add(_ other: KeptTexts) { for code in other.codes { add(code) } }

  @inline(__always)
  private func add(_ code: UInt32) {
    let (word, bit) = (Int(code >> 6), UInt64(1) << UInt64(code & 63))
    guard isKept[word] & bit == 0 else { return }
    isKept[word] |= bit
    codes.append(code)
  }

  /// Renews what is kept, before anybody else lets go of it.
  func renew() {
    let now = TextTable.generation
    if now != renewed {
      hold.renew(codes)
      renewed = now
    } else if old < codes.count {
      TextTable.renew(codes[old...])
    }
    old = codes.count
  }
}
