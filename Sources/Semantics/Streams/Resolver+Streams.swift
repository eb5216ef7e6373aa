import DataModel
import Diagnostics
import Plan
import Syntax

extension Resolver {
  /// What stands where a stream is expected.
  mutating func meaning(of node: StreamExpression) -> Meaning {
    switch node {
    case .reference(let name): return meaning(of: name)
    case .source(let call): return source(call)
    case .keyed(let keyed): return stream(keyed)
    case .distinct(let distinct): return resolve(distinct)
    case .feature(let feature): return resolve(feature)
    case .filter(let filter): return resolve(filter)
    case .top(let top): return resolve(top)
    case .vertexInfo(let call): _ = checkTable(call)
    case .union(let union): return resolve(union)
    case .transform(let transform): return resolve(transform)
    case .collapse(let collapse): return resolve(collapse)
    case .join(let join): return resolve(join)
    case .subgraph(let subgraph): return resolve(subgraph)
    case .invalid: break
    }
    return .invalid
  }

  /// The tuples that a statement reads; nil where there are none (reported).
  mutating func tupleStream(_ node: StreamExpression, for what: String) -> TupleStream? {
    switch meaning(of: node) {
    case .tuples(let stream): return stream
    case .rows(let rows):
      // A filter of a keyed stream has tuples of its own.
      return rows.tuples == nil
        ? rowTuples(of: rows, at: node.range) : tupleView(of: rows, at: node.range)
    case .feature(let index, _):
      return rowTuples(
        of: RowStream(
          relation: keys(plan.features[index].aggregation, node.range), features: [index],
          tuples: nil), at: node.range)
    case .current:
      report(
        Diagnostic(
          .wrongType, "‘\(text(node.range))’ is a value, and \(what) takes a stream",
          at: node.range,
          notes: [Diagnostic.Note("ask for it in a filter: FILTER K BY \(text(node.range)) > …")]))
    case .invalid: break
    }
    return nil
  }

  /// The tuples of `FILTER K BY p`: those whose key is in the set that the rows feed.
  mutating func tupleView(of rows: RowStream, at range: SourceRange) -> TupleStream? {
    guard let tuples = rows.tuples else { return nil }
    if let node = tupleViews[rows.relation] { return tuples.behind(node) }
    guard let set = set(fedBy: rows.relation, askedAt: range) else { return nil }
    let relation = plan.relations[rows.relation]
    let node = add(
      .filter(.inSet(set, tuples.components, within: 0, negated: false)), to: tuples.node,
      name: relation.name, range: relation.range)
    tupleViews[rows.relation] = node
    return tuples.behind(node)
  }

  /// Appends a tuple node.
  mutating func add(
    _ operation: TupleOperation, to input: Int?, name: String? = nil, range: SourceRange
  ) -> Int {
    plan.nodes.append(
      TupleNode(operation, input: input, name: name ?? statementName, range: range))
    return plan.nodes.count - 1
  }

  private mutating func stream(_ node: KeyedStream) -> Meaning {
    guard let stream = tupleStream(node.input, for: "STREAM"),
      let input = unfolded(stream, for: node.keys.map(\.expression))
    else { return .invalid }
    guard let key = keys(node.keys, of: input) else { return .invalid }
    return .tuples(input.keyed(by: key))
  }

  private mutating func resolve(_ node: Distinct) -> Meaning {
    guard let stream = tupleStream(node.input, for: "DISTINCT"),
      let input = unfolded(stream, for: node.keys.map(\.expression))
    else { return .invalid }
    let key = keys(node.keys, of: input)
    // The grammar asks for the window, so its absence was reported there.
    guard let clause = node.window, let window = window(clause), let key else {
      return .invalid
    }
    let added = add(.distinct(key: key, window: window), to: input.node, range: node.range)
    return .tuples(input.keyed(by: key).keyed(by: nil).behind(added))
  }

  // MARK: Windows

  /// The most panes that a sliding window is merged from.
  private static let panesMax: Int64 = 10_000

  /// A window of time, or nil with the reason reported.
  mutating func window(_ clause: WindowClause) -> Window? {
    switch clause.length {
    case .items(let count):
      report(
        Diagnostic(
          .wrongArgument, "only features have windows of items", at: word(after: count.range),
          notes: [Diagnostic.Note("a window of time works here: WINDOW 1s")]))
      return nil
    case .time(let length):
      guard length.nanoseconds > 0 else {
        if !tree.hasErrors {
          report(
            Diagnostic(.emptyWindow, "a window has a positive length", at: length.range))
        }
        return nil
      }
      guard let slide = clause.slide else { return Window(length: length.nanoseconds) }
      guard slide.nanoseconds > 0, length.nanoseconds % slide.nanoseconds == 0,
        length.nanoseconds / slide.nanoseconds <= Self.panesMax
      else {
        if !tree.hasErrors { reportSlide(slide.nanoseconds, length.nanoseconds, slide.range) }
        return nil
      }
      return Window(length: length.nanoseconds, slide: slide.nanoseconds)
    }
  }

  private mutating func reportSlide(_ slide: Int64, _ length: Int64, _ range: SourceRange) {
    let window = Timestamp.durationText(length)
    var notes = [Diagnostic.Note("a window is merged from panes of the slide's length")]
    let isTooShort = slide > 0 && length % slide == 0
    if isTooShort { notes = [Diagnostic.Note("a window has at most \(Self.panesMax) panes")] }
    report(
      Diagnostic(
        .slideDoesNotDivide,
        isTooShort
          ? "a slide of \(Timestamp.durationText(slide)) is too short for a window of \(window)"
          : "a slide of \(Timestamp.durationText(slide)) does not divide the window of \(window)",
        at: range, notes: notes))
  }

  mutating func reportMissingWindow(_ what: String, in range: SourceRange) {
    // The window may stand behind what could not be read: `GENERATE count(), sum(x) WINDOW 1s`.
    let next = tree.tokens.first { $0.range.lowerBound >= range.upperBound }
    guard !tree.hasErrors || next?.kind != .comma else { return }
    report(
      Diagnostic(
        .missingWindow, "\(what) needs a window on packet streams",
        at: SourceRange(at: range.upperBound),
        notes: [Diagnostic.Note("a window says how much time one value speaks of")],
        fixIts: [FixIt("add WINDOW 1s", [.insert(" WINDOW 1s", at: range.upperBound)])]))
  }
}
