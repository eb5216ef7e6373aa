import DataModel
import Plan

// How long after a text was read a plan's states may still name it. A node, aggregation or set that
// keeps texts names them here.
extension LogicalPlan {
  /// Nanoseconds from the end of a tuple's pane until no state made of it is read any more, of
  /// those states that have texts; nil where none has. States that keep texts for ever are left out
  /// (``fieldsKeptForEver(ofTuples:)``).
  var textRetention: Int64? {
    let ages = textAges
    let tables = aggregations.indices.compactMap { retention(ofAggregation: $0, ages) }
    var found = tables
    found += nodes.indices.compactMap { retention(ofNode: $0, ages) }
    // Sets and rows in effect have their keys from any of the windows.
    if let longest = tables.max() {
      found += sets.indices.compactMap { index in
        guard sets[index].types.contains(.text) else { return nil }
        let slide = relations[sets[index].relation].window.slide
        let within = longestWithin(of: SetID(index: index))
        return sum(longest, effectLag, slide, within, lateness, slide)
      }
      found += relations.compactMap { relation in
        guard relation.key.contains(where: { $0.type == .text }), asksRowsInEffect else {
          return nil
        }
        let windows = aggregations.map(\.window.length).max() ?? 0
        return sum(longest, effectLag, relation.window.length, windows, lateness)
      }
    }
    return found.max()
  }

  /// The text fields that states keep for ever of the tuples which a node hands on.
  func fieldsKeptForEver(ofTuples node: Int) -> Set<FieldID> {
    var found: Set<FieldID> = []
    for group in items where group.input == node { found.formUnion(group.fields) }
    for other in nodes {
      switch other.operation {
      case .transform(let transform) where other.input == node && transform.depth > 0:
        found.formUnion(transform.key.map(\.field) + transform.previous.map(\.field))
      case .match(let pattern)
      where pattern.bounds.reach.end != nil && pattern.edges.contains { $0.input == node }:
        // Its edges are kept by their own ends, which may lie anywhere.
        found.formUnion(pattern.fields)
      default: break
      }
    }
    return found.filter { $0.field.type == .text }
  }

  private func retention(ofAggregation index: Int, _ ages: [Int64]) -> Int64? {
    let aggregation = aggregations[index]
    guard hasTexts(aggregation.fields) else { return nil }
    let window = aggregation.window
    let age = ages[aggregation.input]
    // It is read at the ends of panes until its next close, and `prev` reads earlier closes.
    let reads = sum(Int64(depth(of: index)) &* window.slide, window.slide - paneLength)
    return sum(age, fromPane(window.length, age: age), reads)
  }

  private func retention(ofNode index: Int, _ ages: [Int64]) -> Int64? {
    let age = nodes[index].input.map { ages[$0] } ?? 0
    switch nodes[index].operation {
    case .distinct(let key, let window):
      return hasTexts(key.map(\.field)) ? sum(age, fromPane(window.length, age: age)) : nil
    case .match(let pattern):
      guard hasTexts(pattern.fields) else { return nil }
      return sum(oldestInput(of: index, ages), pattern.bounds.reach.start, 2 * pattern.tick.length)
    case .unanswered(let waiting):
      guard hasTexts(fields(behind: index)) || hasTexts(nodes[index].operation.fields) else {
        return nil
      }
      return sum(oldestInput(of: index, ages), waiting.within, 3 * waiting.tick.length)
    case .source, .rows, .filter, .filterBeside, .transform, .flows, .anyOf, .gather, .ticks,
      .unfold, .examine:
      return nil
    }
  }

  private var paneLength: Int64 { pane?.length ?? 0 }

  /// From the end of a tuple's pane to the last end of windows of this length that hold the pane;
  /// those of a tuple whose texts are older than itself may hold any.
  private func fromPane(_ length: Int64, age: Int64) -> Int64 {
    age == 0 ? length - paneLength : length
  }

  /// How much older than a node's tuples texts in them may be.
  private var textAges: [Int64] {
    var ages: [Int64] = []
    for (index, node) in nodes.enumerated() {
      switch node.operation {
      case .match(let pattern):
        ages.append(sum(oldestInput(of: index, ages), pattern.bounds.reach.start))
      case .unanswered(let waiting):
        ages.append(sum(oldestInput(of: index, ages), waiting.within, waiting.tick.length))
      case .gather: ages.append(oldestInput(of: index, ages))
      // Rows' texts are looked up again when they become tuples.
      case .source, .rows, .ticks: ages.append(0)
      case .filter, .filterBeside, .distinct, .transform, .flows, .anyOf, .unfold, .examine:
        ages.append(node.input.map { ages[$0] } ?? 0)
      }
    }
    return ages
  }

  private func oldestInput(of node: Int, _ ages: [Int64]) -> Int64 {
    let inputs = nodes[node].operation.otherInputs.union(nodes[node].input.map { [$0] } ?? [])
    return inputs.map { ages[$0] }.max() ?? 0
  }

  private var asksRowsInEffect: Bool {
    nodes.indices.contains { node in
      expressions(besideTuplesOf: node).contains { expression in
        expression.parts.contains { if case .inEffect = $0 { true } else { false } }
      }
    }
  }

  private func hasTexts(_ fields: some Sequence<FieldID>) -> Bool {
    fields.contains { $0.field.type == .text }
  }

  /// The sum of times, as long as they can be.
  private func sum(_ times: Int64...) -> Int64 {
    times.reduce(0) { total, time in
      let (sum, overflow) = total.addingReportingOverflow(max(0, time))
      return overflow ? .max : sum
    }
  }
}
