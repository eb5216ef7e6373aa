import DataModel
import Diagnostics
import Plan
import Syntax

extension Resolver {
  /// `OUTPUT X [(e [AS n], …)] [TO sink(…), …]`.
  mutating func resolve(_ node: Syntax.Output) {
    let name: String
    if case .reference(let written) = node.input { name = written.text } else { name = "Output" }
    let outer = statementName
    statementName = name
    let input = meaning(of: node.input)
    let index = plan.outputs.count
    if let every = node.every {
      output(input, node.columns, every: every, name: unusedOutputName(name), node)
    } else {
      output(input, columns: node.columns, name: unusedOutputName(name), node.input.range)
    }
    if plan.outputs.count > index { send(output: index, of: node) }
    statementName = outer
  }

  /// Outputs of the names that nothing uses, where no statement says OUTPUT; and a warning for
  /// each of them where one does.
  mutating func finishOutputs() {
    let hasOutput = tree.program.statements.contains {
      if case .output = $0 { true } else { false }
    }
    var current: [(feature: Int, range: SourceRange)] = []
    for (index, node) in tree.program.statements.enumerated() {
      guard case .assignment(let assignment) = node, !names.consumed.contains(index),
        let meaning = names.meanings[index]
      else { continue }
      if case .invalid = meaning { continue }
      let name = assignment.name.text
      statement = index
      statementName = name
      if hasOutput {
        // After an error, what would have used the name may not have been read.
        if log.containsError { continue }
        report(
          Diagnostic(
            .unusedName, .warning, "‘\(name)’ is never used", at: assignment.name.range,
            notes: [Diagnostic.Note("a program with OUTPUT prints what it names there only")]))
      } else if names.isAssignedAgain(name, after: index) {
        // What only its own name could ask has another meaning by now, of which was warned.
        continue
      } else if case .current(let feature, _) = meaning {
        current.append((feature, assignment.name.range))
      } else {
        output(meaning, columns: nil, name: unusedOutputName(name), assignment.name.range)
      }
    }
    outputCurrent(current)
    if !log.containsError, plan.outputs.isEmpty {
      report(
        Diagnostic(
          .nothingToDo, "the program prints nothing", at: tree.program.range,
          notes: [Diagnostic.Note("name a stream and add OUTPUT: P = PacketStream(\"eth0\");")]))
    }
  }

  /// A pattern without a name, whose matches are always put out.
  mutating func outputMatches(of node: Subgraph) {
    let name = unusedOutputName("Matches")
    statementName = name
    output(resolve(node), columns: nil, name: name, node.range)
  }

  func unusedOutputName(_ name: String) -> String {
    var candidate = name
    var number = 2
    while plan.outputs.contains(where: { $0.name == candidate }) {
      candidate = "\(name)_\(number)"
      number += 1
    }
    return candidate
  }

  private mutating func output(
    _ input: Meaning, columns: [Syntax.OutputColumn]?, name: String, _ range: SourceRange
  ) {
    switch input {
    case .invalid: break
    case .current(let index, let stream):
      let value = Typed(.current(index), plan.itemFeatures[index].type, range)
      outputTuples(
        stream, withKeyAnd: [(value, plan.itemFeatures[index].name)], columns, name, range)
    case .feature(let index, let stream):
      let rows = RowStream(
        relation: keys(plan.features[index].aggregation, range), features: [index], tuples: nil)
      output(rows, columns, Scope(rowsBy: stream.components), name, range)
    case .rows(let rows):
      let key = plan.relations[rows.relation].key
      output(rows, columns, Scope(rowsBy: key), name, range)
    case .tuples(let stream): output(stream, columns, name, range)
    }
  }

  // MARK: Rows

  private mutating func output(
    _ rows: RowStream, _ columns: [Syntax.OutputColumn]?, _ scope: Scope, _ name: String,
    _ range: SourceRange
  ) {
    guard let columns else {
      let features = rows.features.map { Typed(.feature($0), plan.features[$0].type, range) }
      let named = zip(features, rows.features).map { ($0, plan.features[$1].name) }
      return output(rows, named, name, range)
    }
    var checked: [(Typed, String)] = []
    for column in columns {
      guard let value = check(column.expression, in: scope) else { return }
      checked.append((value, columnName(column)))
    }
    output(rows, checked, name, range)
  }

  func columnName(_ column: Syntax.OutputColumn) -> String {
    if let alias = column.alias, !alias.isMissing { return alias.text }
    if case .path(let path) = column.expression { return path.text }
    return text(column.expression.range)
  }

  private mutating func output(
    _ rows: RowStream, _ columns: [(Typed, String)], _ name: String, _ range: SourceRange
  ) {
    let key = plan.relations[rows.relation].key
    var expressions = key.indices.map { RowExpression.key($0) }
    var schema = key.map { DataModel.OutputColumn(name: $0.name, type: $0.type) }
    for (value, title) in columns {
      // The key's columns stand in front already.
      if case .key(let index) = value.node, key[index].name == title { continue }
      guard let lowered = rowExpression(value, key: key) else { return }
      guard isNewColumn(title, schema, value.range) else { return }
      expressions.append(guarded(lowered, over: rows))
      schema.append(DataModel.OutputColumn(name: title, type: value.type))
    }
    plan.outputs.append(
      Plan.Output(
        name: name, content: .rows(relation: rows.relation, expressions),
        schema: OutputSchema(
          name: name, columns: schema, isWindowed: true, keyCount: key.count), range: range))
  }

  private mutating func isNewColumn(
    _ title: String, _ schema: [DataModel.OutputColumn], _ range: SourceRange
  ) -> Bool {
    guard schema.contains(where: { $0.name == title }) else { return true }
    report(
      Diagnostic(
        .duplicateColumn, "two columns are called ‘\(title)’", at: range,
        notes: [Diagnostic.Note("name one of them: … AS Other")]))
    return false
  }

  // MARK: Tuples

  private mutating func output(
    _ stream: TupleStream, _ columns: [Syntax.OutputColumn]?, _ name: String, _ range: SourceRange
  ) {
    var schema: [DataModel.OutputColumn] = []
    var expressions: [TupleColumnExpression] = []
    guard let columns else {
      for field in defaultFields(stream) {
        expressions.append(.field(field))
        schema.append(DataModel.OutputColumn(name: field.description, type: field.field.type))
      }
      return append(stream, expressions, schema, name, range)
    }
    var checked: [(Typed, String)] = []
    guard let stream = unfolded(stream, for: columns.map(\.expression)) else { return }
    for column in columns {
      guard let value = check(column.expression, in: Scope(stream)) else { return }
      checked.append((value, columnName(column)))
    }
    let features = checked.reduce(into: [Int]()) { $0 = merged($0, $1.0.features) }
    let hasFields = checked.contains { value, _ in value.isOfTuple }
    if !features.isEmpty, stream.key != nil, !hasFields {
      return output(rows(of: stream, for: features, range), checked, name, range)
    }
    outputTuples(stream, checked, name, range)
  }

  /// The key and the values, where no columns are listed.
  private mutating func outputTuples(
    _ stream: TupleStream, withKeyAnd values: [(Typed, String)],
    _ columns: [Syntax.OutputColumn]?, _ name: String, _ range: SourceRange
  ) {
    if columns != nil { return output(stream, columns, name, range) }
    let key = stream.components.enumerated().map {
      (Typed(.key($0.offset), $0.element.type, range), $0.element.name)
    }
    outputTuples(stream, key + values, name, range)
  }

  mutating func outputTuples(
    _ stream: TupleStream, _ checked: [(Typed, String)], _ name: String, _ range: SourceRange
  ) {
    var schema: [DataModel.OutputColumn] = []
    var expressions: [TupleColumnExpression] = []
    for (value, title) in checked {
      guard isNewColumn(title, schema, value.range) else { return }
      switch value.node {
      case .field(let id): expressions.append(.field(id))
      case .key(let index) where stream.components[index].mask == nil:
        expressions.append(.field(stream.components[index].field))
      default:
        guard let column = tupleColumn(value, of: stream) else { return }
        expressions.append(column)
      }
      schema.append(DataModel.OutputColumn(name: title, type: value.type))
    }
    append(stream, expressions, schema, name, range)
  }

  private mutating func append(
    _ stream: TupleStream, _ expressions: [TupleColumnExpression],
    _ schema: [DataModel.OutputColumn], _ name: String, _ range: SourceRange
  ) {
    plan.outputs.append(
      Plan.Output(
        name: name, content: .tuples(node: stream.node, expressions),
        schema: OutputSchema(name: name, columns: schema, isWindowed: false), range: range))
  }

  /// A computed column of a tuple's row; a feature is that of the last window in effect.
  private mutating func tupleColumn(
    _ value: Typed, of stream: TupleStream
  ) -> TupleColumnExpression? {
    let key = stream.components
    if value.features.isEmpty, !value.hasCurrent, !value.isConstant, !isRead(value, ofKey: key),
      !value.hasReals, staysIn64Bits(value, over: stream)
    {
      if value.isCondition, isCompound(value) {
        return predicate(value, key: key).map { .condition($0) }
      }
      if value.type.isNumeric, value.type != .float {
        return tupleExpression(value, key: key).map { .number($0) }
      }
    }
    return beside(value, over: stream).map { .beside($0) }
  }

  /// What people look at first: the key, then ends, protocol and length.
  private func defaultFields(_ stream: TupleStream) -> [FieldID] {
    let own =
      gathered(before: stream.node)
      + plan.transforms(before: stream.node).reversed().flatMap(\.columns).map(\.into)
    if !stream.latest.isEmpty {
      let bound = boundColumns[stream.node]?.values.sorted() ?? own
      return (stream.components + stream.latest).map(\.field) + bound
    }
    if let pattern = plan.match(before: stream.node) {
      let edges = pattern.edges.indices.flatMap { edge in
        // A packet's end is its start.
        [pattern.column(ofStart: edge)]
          + (pattern.end == .instant ? [] : [pattern.column(ofEnd: edge)])
      }
      let key = stream.components.map(\.field) + own
      let parts = pattern.vertices.indices.map { pattern.column(ofVertex: $0) } + edges
      return key + parts.filter { !key.contains($0) }
    }
    if let rows = rowColumns(in: Scope(stream)) {
      let key = stream.components.map(\.field)
      return key + (rows.columns + own).filter { !key.contains($0) }
    }
    if let schema = plan.recordSchema(of: stream.node) {
      let key = stream.components.map(\.field) + own
      let told = schema.columns.filter { $0.origin != .untold }
      return key + told.map(\.id).filter { !key.contains($0) }
    }
    let usual = [
      "SourceIp", "SourcePort", "DestIp", "DestPort", "IpProtocol", "frame.len",
    ].compactMap { PacketFields.named($0) }
    var result: [FieldID] = []
    for field in stream.components.map(\.field) + own + usual where !result.contains(field) {
      result.append(field)
    }
    return result
  }
}
