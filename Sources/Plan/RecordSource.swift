public import DataModel

/// A source of flow records: what they are made of and where they come from.
public struct RecordSource: Sendable, Hashable {
  /// What the records are made of.
  public var schema: RecordSchema
  /// Where they come from.
  public var origin: RecordOrigin

  /// Creates a source.
  public init(_ schema: RecordSchema, from origin: RecordOrigin) {
    self.schema = schema
    self.origin = origin
  }

  /// For plans and EXPLAIN.
  var text: String { "\(schema.source) records of \(origin)" }
}

/// Where records come from; the command line can bind any source to another.
public enum RecordOrigin: Sendable, Hashable {
  /// The command line has to say.
  case unbound
  /// A file, `.gz` too.
  case file(String)
  /// A server that sends lines over TCP, as SAM's sources were.
  case tcp(host: String, port: UInt16)
}

extension RecordOrigin: CustomStringConvertible {
  /// For plans, EXPLAIN and messages.
  public var description: String {
    switch self {
    case .unbound: "a file"
    case .file(let path): path
    case .tcp(let host, let port): "\(host):\(port)"
    }
  }
}

extension LogicalPlan {
  /// The schema of the records, or of the matches, that reach a tuple node; nil where they are
  /// packets.
  public func recordSchema(of node: Int) -> RecordSchema? {
    guard nodes.indices.contains(node) else { return nil }
    var current = node
    while true {
      if case .match(let pattern) = nodes[current].operation { return pattern.schema }
      if case .flows = nodes[current].operation { return RecordFormats.flows }
      guard let input = nodes[current].input else { break }
      current = input
    }
    guard case .source(.records(let source)) = nodes[current].operation else { return nil }
    return source.schema
  }
}
