import BPFModel
import DataModel
import Plan

/// Says of each part of a plan whether the data path can run it, and if not, why.
struct Offload {
  let plan: LogicalPlan
  let target: TargetProfile

  /// Packets a second that no interface exceeds: 148.8 M on 100 GbE, so 2^28 is safe.
  static let packetsPerSecondBits: Int128 = 28
  /// 64-bit words of the widest key that the table primitives take.
  static let keyWordsMax = 6

  /// Why a tuple node cannot leave the host; nil where it can.
  func reason(node index: Int) -> String? {
    let operation = plan.nodes[index].operation
    if let reason = operation.reasonForHost { return reason }
    for set in operation.predicate?.sets ?? [] {
      let words = KeyLayout(types: plan.sets[set.index].types).wordCount
      if words > Self.keyWordsMax { return wide("the set's key", words) }
    }
    guard case .distinct(let key, _) = operation else { return nil }
    let words = KeyLayout(key).wordCount
    if words > Self.keyWordsMax { return wide("the key", words) }
    return isOrderFree(index)
      ? nil : "what follows DISTINCT reads more than its key, so the first tuple matters"
  }

  /// Why an aggregation cannot leave the host; nil where it can.
  func reason(aggregation index: Int) -> String? {
    let aggregation = plan.aggregations[index]
    let words = aggregation.tableLayout.wordCount
    if words > Self.keyWordsMax { return wide("the table's key", words) }
    for reduction in aggregation.accumulators.reductions {
      if let reason = reason(reduction, key: aggregation.key) { return reason }
    }
    return nil
  }

  private func wide(_ what: String, _ words: Int) -> String {
    "\(what) has \(words) words, and the data path's tables take \(Self.keyWordsMax)"
  }

  private func reason(_ reduction: Reduction, key: [KeyComponent]) -> String? {
    switch reduction {
    case .tuples, .present, .minimum, .maximum, .bitOr: return nil
    case .first, .last, .ordered:
      return "\(reduction.text) needs the order in which tuples arrive, and "
        + FlowAffinity.whyNotPinned(key)
    case .reals: return "the data path has no real numbers"
    case .sum(let operand):
      guard let range = operand.withPlausibleLengths.range else {
        return "the operand's range is unknown"
      }
      let seconds = ((plan.pane?.length ?? 1) - 1) / 1_000_000_000 + 1
      let packets = Int128(seconds) << Self.packetsPerSecondBits
      let (most, overflow) = magnitude(range).multipliedReportingOverflow(by: packets)
      return !overflow && most <= Int128(Int64.max)
        ? nil : "\(reduction.text) may saturate within a pane, which only the host tells"
    case .sumOfSquares(let operand):
      guard let range = operand.range, magnitude(range) <= Int128(UInt32.max) else {
        return "squares of \(operand.text) may need more than 64 bits each"
      }
      return nil
    }
  }

  private func magnitude(_ range: ClosedRange<Int128>) -> Int128 {
    max(abs(range.lowerBound), abs(range.upperBound))
  }

  // MARK: DISTINCT

  /// Whether everything behind a DISTINCT node hangs on its key alone.
  ///
  /// The tables of several CPUs each pass a first tuple, and the host keeps one of them. Which one
  /// cannot matter where only the key is read and its time only as the pane; a set changes within
  /// a pane, so its tests must not follow.
  private func isOrderFree(_ distinct: Int) -> Bool {
    guard case .distinct(let key, _) = plan.nodes[distinct].operation else { return false }
    func isRead(_ component: KeyComponent) -> Bool {
      key.contains {
        $0.field == component.field
          && (isPlain($0) || ($0.mask == component.mask && $0.fallback == component.fallback))
      }
    }
    func areRead(_ fields: Set<FieldID>) -> Bool {
      fields.allSatisfy { field in key.contains { $0.field == field && isPlain($0) } }
    }
    for (index, node) in plan.nodes.enumerated() where follows(index, distinct) {
      switch node.operation {
      case .filter(let predicate):
        guard predicate.sets.isEmpty, areRead(predicate.fields) else { return false }
      case .distinct(let inner, _): guard inner.allSatisfy(isRead) else { return false }
      default: return false
      }
    }
    for aggregation in plan.aggregations
    where aggregation.input == distinct || follows(aggregation.input, distinct) {
      guard aggregation.key.allSatisfy(isRead), aggregation.items.allSatisfy(isRead) else {
        return false
      }
      for reduction in aggregation.accumulators.reductions {
        guard !reduction.needsArrivalOrder, areRead(reduction.operand?.fields ?? []) else {
          return false
        }
      }
    }
    if plan.orderedNodes.contains(where: { $0 == distinct || follows($0, distinct) }) {
      return false
    }
    // What takes its tuples beside an input of its own asks for their times, and other fields.
    let others = plan.nodes.flatMap(\.operation.otherInputs)
    if others.contains(where: { $0 == distinct || follows($0, distinct) }) { return false }
    return !plan.outputs.contains { output in
      guard case .tuples(let node, _) = output.content else { return false }
      return node == distinct || follows(node, distinct)
    }
  }

  private func isPlain(_ component: KeyComponent) -> Bool {
    component.mask == nil && component.fallback == nil
  }

  /// Whether a node reads, directly or not, from another.
  private func follows(_ node: Int, _ other: Int) -> Bool {
    var current = plan.nodes[node].input
    while let index = current, index > other { current = plan.nodes[index].input }
    return current == other
  }
}

extension TupleExpression {
  /// The expression with lengths of frames held below 2^18, which no interface exceeds.
  ///
  /// A capture may claim more, but a sum beyond 63 bits would take 2^31 such claims in one pane.
  var withPlausibleLengths: TupleExpression {
    switch self {
    case .constant: return self
    case .field(let id):
      switch id.field.location {
      case .wireLength, .capturedLength:
        return .binary(.bitAnd, self, .constant((1 << 18) - 1))
      default: return self
      }
    case .negate(let operand): return .negate(operand.withPlausibleLengths)
    case .binary(let op, let a, let b):
      return .binary(op, a.withPlausibleLengths, b.withPlausibleLengths)
    }
  }
}
