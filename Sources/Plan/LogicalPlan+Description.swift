import DataModel

extension LogicalPlan: CustomStringConvertible {
  /// One line an element, in the order of the data: what EXPLAIN, snapshots and debuggers show.
  ///
  /// `n` are tuple nodes, `a` aggregations, `f` features, `r` relations.
  public var description: String {
    var lines: [String] = []
    for (index, node) in nodes.enumerated() { lines.append("n\(index)  \(text(of: node))") }
    for (index, aggregation) in aggregations.enumerated() {
      lines.append("a\(index)  \(text(of: aggregation))")
    }
    for (index, feature) in features.enumerated() {
      lines.append(
        "f\(index)  \(feature.name) = \(feature.call.text) of a\(feature.aggregation)"
          + (feature.back > 0 ? ", \(feature.back) windows earlier" : "")
          + " : \(feature.type)")
    }
    for (index, group) in items.enumerated() { lines.append("i\(index)  \(text(of: group))") }
    for (index, feature) in itemFeatures.enumerated() {
      lines.append(
        "c\(index)  \(feature.name) = \(feature.call.text) of i\(feature.group)"
          + (feature.back > 0 ? ", \(feature.back) tuples earlier" : "")
          + " : \(feature.type)")
    }
    for (index, relation) in relations.enumerated() {
      lines.append("r\(index)  \(text(of: relation))")
    }
    for (index, set) in sets.enumerated() {
      let key = relations.indices.contains(set.relation) ? relations[set.relation].key : []
      let names = set.columns.map { key.indices.contains($0) ? key[$0].name : "?" }
      let lag = Timestamp.durationText(setLag)
      lines.append(
        "set\(index)  keys (\(names.joined(separator: ", "))) of r\(set.relation), lag \(lag)")
    }
    for output in outputs { lines.append("output \(text(of: output))") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A tuple node on one line.
  public func text(of node: TupleNode) -> String {
    let from = node.input.map { " n\($0)" } ?? ""
    let what = node.operation.facts.text(in: self, from: from)
    return node.name.isEmpty ? what : "\(what)  (\(node.name))"
  }

  /// An aggregation on one line.
  public func text(of aggregation: Aggregation) -> String {
    let what: String
    switch aggregation.form {
    case .words(let layout): what = layout.reductions.map(\.text).joined(separator: ", ")
    case .distinct(let items, let precision):
      what = "distinct \(items.listText), 2^\(precision) registers"
    case .tally(let items, let weight):
      what =
        "tally of \(items.listText)" + (weight.map { " by \($0.text)" } ?? "")
        + (aggregation.summary.map { ", of each key \($0.text)" } ?? "")
    }
    return "aggregate n\(aggregation.input) by \(aggregation.key.listText) "
      + "window \(aggregation.window): \(what)  (\(aggregation.name))"
  }

  /// A relation on one line.
  public func text(of relation: Relation) -> String {
    let what = relation.operation.facts.text(of: relation, in: self)
    return "\(what), every \(relation.window)  (\(relation.name))"
  }

  private func text(of output: Output) -> String {
    var columns: [String]
    let from: String
    switch output.content {
    case .rows(let relation, let expressions):
      from = "r\(relation)"
      columns = expressions.map { text($0, key: relations[relation].key) }
    case .tuples(let node, let expressions):
      from = "n\(node)"
      columns = expressions.map(text)
    }
    for (index, column) in output.schema.columns.enumerated() where columns[index] != column.name {
      columns[index] += " AS \(column.name)"
    }
    let targets = output.targets.map(\.description).joined(separator: ", ")
    return "\(output.name): \(from) (\(columns.joined(separator: ", ")))"
      + (targets.isEmpty ? "" : " to \(targets)")
  }
}

extension PlacedPlan: CustomStringConvertible {
  /// The plan with the place of every tuple node and aggregation in front, then the exports.
  public var description: String {
    var lines: [String] = []
    for (index, node) in plan.nodes.enumerated() {
      lines.append("\(mark(nodes[index])) n\(index)  \(plan.text(of: node))\(reason(nodes[index]))")
    }
    for (index, aggregation) in plan.aggregations.enumerated() {
      lines.append(
        "\(mark(aggregations[index])) a\(index)  \(plan.text(of: aggregation))"
          + reason(aggregations[index]))
    }
    for group in plan.items {
      lines.append("host \(plan.text(of: group))")
      lines.append("       because item windows hang on the order in which tuples arrive")
    }
    for export in exports {
      let fields = export.fields.map(\.description).joined(separator: ", ")
      let order = export.needsOrder ? ", in order" : ""
      lines.append("export n\(export.node): (\(fields))\(order), \(export.wordCount) words")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func mark(_ placement: Placement) -> String {
    switch placement {
    case .dataPath: "xdp "
    case .prefiltered: "both"
    case .host: "host"
    }
  }

  private func reason(_ placement: Placement) -> String {
    if case .host(let reason) = placement { "\n       because \(reason)" } else { "" }
  }
}
