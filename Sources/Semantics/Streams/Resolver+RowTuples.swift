import DataModel
import Diagnostics
import Plan
import Syntax

/// The columns of tuples that are rows of windows.
struct RowColumns {
  /// The keys' columns and the features'.
  let columns: [FieldID]
  /// The column that holds a row's time.
  let time: FieldID

  init(_ columns: [FieldID], time: FieldID) { (self.columns, self.time) = (columns, time) }

  /// All of them.
  var all: [FieldID] { columns + [time] }
}

// Rows used as tuples (language.md §3.2).
extension Resolver {
  /// The name of the column that holds a row's time, the last nanosecond of its window.
  private static let timeName = PacketFields.time.field.name

  /// The rows of a stream, or of a feature, as tuples: the key's columns and the features, but for
  /// rankings and texts, which no column holds.
  mutating func rowTuples(of rows: RowStream, at range: SourceRange) -> TupleStream? {
    let relation = plan.relations[rows.relation]
    let features = rows.features.filter { ![.ranking, .string].contains(plan.features[$0].type) }
    if let node = rowViews[[rows.relation] + features] { return TupleStream(node: node, key: nil) }
    var names: [String: FieldID] = [:]
    var columns: [RowTuples.Column] = []
    for (index, component) in relation.key.enumerated() {
      let id = column(component.name, component.type)
      names[component.name] = id
      columns.append(RowTuples.Column(.key(index), into: id))
    }
    for index in features where names[plan.features[index].name] == nil {
      let feature = plan.features[index]
      let value = Typed(.feature(index), feature.type, range)
      guard let lowered = rowExpression(value, key: relation.key) else { return nil }
      let id = column(feature.name, feature.type)
      names[feature.name] = id
      columns.append(RowTuples.Column(guarded(lowered, over: rows), into: id))
    }
    let time = column(Self.timeName, .time)
    names[Self.timeName] = time
    let node = add(
      .rows(RowTuples(relation: rows.relation, columns: columns, time: time)), to: nil,
      name: relation.name, range: range)
    boundColumns[node] = names
    rowViews[[rows.relation] + features] = node
    return TupleStream(node: node, key: nil)
  }

  mutating func column(_ name: String, _ type: ScalarType) -> FieldID {
    derivedCount += 1
    return DerivedColumn(place: derivedCount, name: name, type: type).id
  }

  /// The columns of a scope's tuples that are rows; nil where they are packets or records.
  func rowColumns(in scope: Scope) -> RowColumns? {
    // Behind an error there may be no node.
    guard let node = scope.node, plan.nodes.indices.contains(node) else { return nil }
    let root = plan.root(of: node)
    switch plan.nodes[root].operation {
    case .rows(let rows): return RowColumns(rows.columns.map(\.into), time: rows.time)
    case .gather(let gathering):
      // Rows of several relations, in columns of the union.
      let first = Scope(TupleStream(node: gathering.inputs[0].node, key: nil))
      guard rowColumns(in: first) != nil, let time = boundColumns[root]?[Self.timeName] else {
        return nil
      }
      return RowColumns(gathering.columns.filter { $0 != time }, time: time)
    default: return nil
    }
  }

  /// `COLLAPSE rows BY a FOR f`: the rows of each window as tuples by the columns that stay, over
  /// whose window operators range.
  mutating func collapsedRows(
    _ rows: RowStream, _ node: Collapse, _ features: [Path]
  ) -> Meaning {
    let relation = plan.relations[rows.relation]
    guard let columns = kept(node, of: relation.key),
      let stream = rowTuples(of: rows, at: node.range)
    else { return .invalid }
    for path in features where boundColumns[stream.node]?[path.text] == nil {
      report(
        Diagnostic(
          .collapseNeedsFeatures, "the rows have no feature ‘\(path.text)’", at: path.range,
          notes: [
            Diagnostic.Note(
              "they have " + rows.features.map { plan.features[$0].name }.joined(separator: ", "))
          ]))
      return .invalid
    }
    let key = columns.compactMap { column -> KeyComponent? in
      let component = relation.key[column]
      guard let id = boundColumns[stream.node]?[component.name] else { return nil }
      return KeyComponent(name: component.name, field: id, type: component.type)
    }
    var collapsed = TupleStream(node: stream.node, key: key)
    collapsed.window = Window(length: relation.window.slide)
    return .tuples(collapsed)
  }
}
