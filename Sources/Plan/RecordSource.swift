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
  var text: String {
    let found =
      schema.sampled == 0
      ? "" : ", by its first \(schema.sampled) records \(schema.schemaText)"
    return "\(schema.source) records of \(origin)\(found)"
  }
}

/// Where records come from; the command line can bind any source to another.
public enum RecordOrigin: Sendable, Hashable {
  /// The command line has to say.
  case unbound
  /// A file or pipe, `.gz` too, `-` for standard input; of datagrams also a capture that holds
  /// them, sent to `port` or to the protocol's usual ones.
  case file(String, port: UInt16? = nil)
  /// A server that sends lines over TCP, as SAM's sources were.
  case tcp(host: String, port: UInt16)
  /// Where clients send lines over TCP, or exporters datagrams over UDP.
  case listen(ListenAddress)

  /// Whether records come as they happen, so that time passes without them.
  public var isLive: Bool {
    switch self {
    case .unbound, .file: false
    case .tcp, .listen: true
    }
  }

  /// Reads what the command line says: a file, `tcp:HOST:PORT` or `listen:[ADDRESS]:PORT`; nil
  /// where it begins like a connection and is none.
  public init?(_ text: String) {
    if text.hasPrefix("listen:") {
      guard let address = ListenAddress(String(text.dropFirst(7))) else { return nil }
      self = .listen(address)
    } else if text.hasPrefix("tcp:") {
      let words = text.dropFirst(4)
      guard let colon = words.lastIndex(of: ":"), colon > words.startIndex,
        let port = UInt16(words[words.index(after: colon)...]), port > 0
      else { return nil }
      self = .tcp(host: String(words[..<colon]), port: port)
    } else {
      self = .file(text)
    }
  }
}

extension RecordOrigin: CustomStringConvertible {
  /// For plans, EXPLAIN and messages.
  public var description: String {
    switch self {
    case .unbound: "a file"
    case .file(let path, nil): path == "-" ? "standard input" : path
    case .file(let path, let port?): "\(path), port \(port)"
    case .tcp(let host, let port): "\(host):\(port)"
    case .listen(let address): "what comes to \(address)"
    }
  }
}

extension RecordSchema {
  /// Where records of the schema come from by what the command line says: what can be an address
  /// to listen on is one where datagrams are wanted (`:2055`, `2055`). Nil where it is no place.
  public func origin(_ text: String) -> RecordOrigin? {
    if exportProtocol != nil {
      if let address = ListenAddress(text) { return .listen(address) }
      // “:99999” is meant as a port, and would not be found as a file.
      if text.first == ":", text.dropFirst().allSatisfy(\.isNumber) { return nil }
    }
    return RecordOrigin(text)
  }
}

extension LogicalPlan {
  /// The records that a source reads; nil where the node is no source of records.
  public func recordSource(at node: Int) -> RecordSource? {
    guard case .source(.records(let source)) = nodes[node].operation else { return nil }
    return source
  }

  /// The schema of the records, or of the matches, that reach a tuple node; nil where they are
  /// packets.
  public func recordSchema(of node: Int) -> RecordSchema? {
    guard nodes.indices.contains(node) else { return nil }
    var current = node
    while true {
      if let schema = nodes[current].operation.facts.recordSchema(in: self) { return schema }
      guard let input = nodes[current].input else { return nil }
      current = input
    }
  }
}
