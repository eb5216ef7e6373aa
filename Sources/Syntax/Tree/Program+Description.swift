// The canonical text of a tree: one statement a line, every operator in parentheses, no comments.
// Two texts mean the same to the parser if and only if their descriptions are equal.

extension Program: CustomStringConvertible {
  public var description: String {
    statements.map { "\($0)\n" }.joined()
  }
}

extension Statement: CustomStringConvertible {
  public var description: String {
    switch self {
    case .setting(let node): "\(node.name.text) = \(node.value);"
    case .assignment(let node): "\(node.name.text) = \(node.value);"
    case .partition(let node): "PARTITION \(operand(node.input)) BY \(list(node.keys));"
    case .hash(let node): "HASH \(node.key) WITH \(node.function.text);"
    case .subgraph(let node): "\(StreamExpression.subgraph(node));"
    case .output(let node): "\(node);"
    case .invalid: "<invalid>;"
    }
  }
}

extension Output: CustomStringConvertible {
  public var description: String {
    let columns = columns.map { " (\(list($0)))" } ?? ""
    let every = every.map { " EVERY \($0)" } ?? ""
    let to = sinks.isEmpty ? "" : " TO \(list(sinks))"
    return "OUTPUT \(operand(input))\(columns)\(every)\(to)"
  }
}

extension OutputColumn: CustomStringConvertible {
  public var description: String {
    "\(expression)\(alias.map { " AS \($0.text)" } ?? "")"
  }
}

extension StreamExpression: CustomStringConvertible {
  public var description: String {
    switch self {
    case .reference(let name): name.text
    case .source(let call), .vertexInfo(let call): "\(call)"
    case .union(let node): "UNION \(operands(node.inputs))"
    case .keyed(let node): "STREAM \(operand(node.input)) BY \(list(node.keys))"
    case .distinct(let node):
      "DISTINCT \(operand(node.input)) BY \(list(node.keys))\(suffix(node.window))"
    case .feature(let node):
      "FOREACH \(operand(node.input)) GENERATE \(node.call)\(suffix(node.accuracy))"
        + suffix(node.window)
    case .transform(let node): "FOREACH \(operand(node.input)) TRANSFORM \(list(node.fields))"
    case .collapse(let node):
      "COLLAPSE \(operand(node.input)) BY \(list(node.keys))"
        + (node.features.map { " FOR \(list($0))" } ?? "")
    case .filter(let node): "FILTER \(operand(node.input)) BY \(node.predicate)"
    case .top(let node):
      "TOP \(node.count.value) \(operand(node.input)) BY \(node.measure)"
        + (node.groups.isEmpty ? "" : " PER \(list(node.groups))")
    case .join(let node): "\(node)"
    case .subgraph(let node):
      "SUBGRAPH ON \(operand(node.input))"
        + " WITH source(\(node.source)) AND target(\(node.target)) "
        + (node.isDistinct ? "DISTINCT {" : "{") + node.constraints.map { " \($0);" }.joined()
        + " }"
    case .invalid: "<invalid>"
    }
  }
}

extension Join: CustomStringConvertible {
  public var description: String {
    let kind = kind == .inner ? "" : " \(kind.rawValue.uppercased())"
    let reach = reach.map { " \($0.side.rawValue.uppercased()) \($0.duration)" } ?? ""
    return "JOIN \(operands(inputs)) BY \(list(keys))\(kind)\(reach)"
  }
}

extension TransformField: CustomStringConvertible {
  public var description: String { "(\(expression)) : \(name.text)" }
}

extension SubgraphConstraint: CustomStringConvertible {
  public var description: String {
    switch self {
    case .edge(let source, let edge, let target, _): "\(source.text) \(edge.text) \(target.text)"
    case .predicate(let expression): "\(expression)"
    case .invalid: "<invalid>"
    }
  }
}

extension Key: CustomStringConvertible {
  public var description: String {
    let mask = mask.map { "\($0)" } ?? ""
    let fallback = fallback.map { " ELSE \($0)" } ?? ""
    return "\(expression)\(mask)\(fallback)\(alias.map { " AS \($0.text)" } ?? "")"
  }
}

extension PrefixMask: CustomStringConvertible {
  public var description: String {
    "/\(first.value)\(second.map { "/\($0.value)" } ?? "")"
  }
}

extension WindowClause: CustomStringConvertible {
  public var description: String {
    let slide = slide.map { " SLIDE \($0)" } ?? ""
    switch length {
    case .time(let duration): return "WINDOW \(duration)\(slide)"
    case .items(let count): return "WINDOW \(count.value) ITEMS\(slide)"
    }
  }
}

extension AccuracyClause: CustomStringConvertible {
  public var description: String {
    switch requirement {
    case .relative(let error, let confidence): "WITHIN \(error)\(text(confidence))"
    case .rank(let error, let confidence): "WITHIN RANK \(error)\(text(confidence))"
    case .exact: "EXACT"
    }
  }

  private func text(_ confidence: Ratio?) -> String {
    confidence.map { " CONFIDENCE \($0)" } ?? ""
  }
}

extension Call: CustomStringConvertible {
  public var description: String { "\(name.text)(\(list(arguments)))" }
}

extension Argument: CustomStringConvertible {
  public var description: String { "\(label.map { "\($0.text): " } ?? "")\(value)" }
}

private func list(_ nodes: [some CustomStringConvertible]) -> String {
  nodes.map(\.description).joined(separator: ", ")
}

private func suffix(_ clause: (some CustomStringConvertible)?) -> String {
  clause.map { " \($0)" } ?? ""
}

private func operands(_ streams: [StreamExpression]) -> String {
  streams.map(operand).joined(separator: ", ")
}

/// A name as it is, everything else in parentheses.
private func operand(_ stream: StreamExpression) -> String {
  if case .reference = stream { return "\(stream)" }
  return "(\(stream))"
}
