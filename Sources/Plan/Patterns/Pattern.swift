public import DataModel

/// A temporal pattern over the edges of a graph: what SUBGRAPH looks for.
///
/// A match gives every edge of the pattern a tuple of its own and every vertex a value, so that
/// each tuple's endpoints are the values of its edge's vertices and all conditions hold. Different
/// vertices may have one value unless ``unequal`` says otherwise (homomorphic matching). What
/// concerns one edge alone is a filter before the pattern: each edge names the node whose tuples
/// it takes.
public struct Pattern: Sendable, Hashable {
  /// An edge of the pattern.
  public struct Edge: Sendable, Hashable {
    /// The name in the program.
    public var name: String
    /// Index of the vertex that it leaves, and of the one that it enters.
    public var source: Int
    public var target: Int
    /// The node whose tuples it may be.
    public var input: Int

    /// Creates an edge.
    public init(name: String, source: Int, target: Int, input: Int) {
      self.name = name
      self.source = source
      self.target = target
      self.input = input
    }
  }

  /// When the tuple of an edge ends; it starts at its own time.
  public enum End: Sendable, Hashable {
    /// When it starts: a packet.
    case instant
    /// So much later as the field says; at once where it is missing.
    case after(FieldID)
    /// At the time of the field, but not before its start.
    case at(FieldID)
  }

  /// Two vertices that have different values.
  public struct Pair: Sendable, Hashable {
    /// The vertices, the smaller index first.
    public var first: Int
    public var second: Int

    /// Creates a pair of different vertices.
    public init(_ a: Int, _ b: Int) {
      first = min(a, b)
      second = max(a, b)
    }
  }

  /// A field of an edge's tuple that a match has as a column of its own: `e1.SrcTotalBytes`.
  public struct Carried: Sendable, Hashable {
    /// The edge's index.
    public var edge: Int
    /// The field, of the tuples that the edge may be.
    public var field: FieldID
    /// The column's name.
    public var name: String

    /// Creates a column of a match.
    public init(edge: Int, field: FieldID, name: String) {
      self.edge = edge
      self.field = field
      self.name = name
    }
  }

  /// The names of the vertices, in the order of the program.
  public var vertices: [String]
  /// The edges, in the order of the program.
  public var edges: [Edge]
  /// The parts of a tuple that are the ends of its edge; of one type.
  public var source: KeyComponent
  public var target: KeyComponent
  /// When a tuple ends.
  public var end: End
  /// The conditions on times, the implied ones left out.
  public var times: [TimeBound]
  /// Vertices that differ.
  public var unequal: [Pair]
  /// Comparisons of what side tables say of vertices.
  public var comparisons: [VertexComparison]
  /// Matches are reported, and tuples too late for them told, in steps of this length; it divides
  /// every window of the program.
  public var tick: Window
  /// Fields of the edges' tuples that somebody reads of a match, in the order of their first use.
  public private(set) var carried: [Carried] = []
  /// What a match is, as a tuple: its vertices, the start and end of every edge, and ``carried``.
  public private(set) var schema: RecordSchema

  /// Creates a pattern.
  public init(
    vertices: [String], edges: [Edge], source: KeyComponent, target: KeyComponent, end: End,
    times: [TimeBound], unequal: [Pair], comparisons: [VertexComparison] = [],
    tick: Window = Window(length: Self.longestTick)
  ) {
    self.vertices = vertices
    self.edges = edges
    self.source = source
    self.target = target
    self.end = end
    self.times = times
    self.unequal = unequal
    self.comparisons = comparisons
    self.tick = tick
    schema = Self.schema(vertices, edges.map(\.name), [], of: source.type)
  }

  /// Gives matches one more column; the others stay where they are.
  public mutating func carry(_ column: Carried) {
    carried.append(column)
    schema = Self.schema(vertices, edges.map(\.name), carried, of: source.type)
  }

  /// The most edges of a pattern.
  public static let edgesMax = 8

  /// The longest step in which matches are reported, nanoseconds.
  public static let longestTick: Int64 = 1_000_000_000

  /// The fields that it reads of a tuple.
  public var fields: Set<FieldID> {
    Set([source.field, target.field] + (endField.map { [$0] } ?? []) + carried.map(\.field))
  }

  /// The field that says when a tuple ends; nil where it ends when it starts.
  public var endField: FieldID? {
    switch end {
    case .instant: nil
    case .after(let field), .at(let field): field
    }
  }

  /// What times a match must keep, everything implied included.
  public var bounds: TimeBounds {
    TimeBounds(edges: edges.count, times, isInstant: end == .instant)
  }

  /// The column of a vertex.
  public func column(ofVertex index: Int) -> FieldID { schema.columns[1 + index].id }
  /// The column of an edge's start.
  public func column(ofStart edge: Int) -> FieldID {
    schema.columns[1 + vertices.count + 2 * edge].id
  }
  /// The column of an edge's end.
  public func column(ofEnd edge: Int) -> FieldID {
    schema.columns[2 + vertices.count + 2 * edge].id
  }

  /// The column of a field that matches carry, by its place in ``carried``.
  public func column(ofCarried index: Int) -> FieldID {
    schema.columns[1 + vertices.count + 2 * edges.count + index].id
  }

  private static func schema(
    _ vertices: [String], _ edges: [String], _ carried: [Carried], of type: ScalarType
  ) -> RecordSchema {
    var rows: [RecordSchema.Row] = [
      (matchTime, [], .time, "When the last edge of the match started.")
    ]
    for vertex in vertices { rows.append((vertex, [], type, "The vertex \(vertex).")) }
    for edge in edges {
      rows.append(("\(edge).start", [], .time, "When \(edge) started."))
      rows.append(("\(edge).end", [], .time, "When \(edge) ended."))
    }
    for column in carried {
      let edge = edges[column.edge]
      rows.append((column.name, [], column.field.field.type, "\(column.field) of \(edge)."))
    }
    return RecordSchema(
      "SUBGRAPH", "Matches of a pattern", encoding: .delimited(separator: 0x2C, optional: 0),
      time: matchTime, rows)
  }

  /// The name of the column with a match's time.
  public static let matchTime = "TimeSeconds"
}

/// A comparison of an attribute that a side table has for one vertex with that of another vertex,
/// or with a constant. A vertex without the attribute makes it false.
public struct VertexComparison: Sendable, Hashable {
  /// What is compared.
  public enum Operand: Sendable, Hashable {
    /// The attribute of this name that the side table has for a vertex.
    case attribute(table: Int, name: String, vertex: Int)
    case text(String)
    /// A number, exactly as it is written.
    case number(Double)
  }

  /// How they compare; texts that are both numbers compare as numbers.
  public var comparison: Comparison
  public var left: Operand
  public var right: Operand

  /// Creates a comparison.
  public init(_ comparison: Comparison, _ left: Operand, _ right: Operand) {
    self.comparison = comparison
    self.left = left
    self.right = right
  }

  /// The vertices whose attributes it reads.
  public var vertices: Set<Int> {
    Set(
      [left, right].compactMap {
        if case .attribute(_, _, let vertex) = $0 { vertex } else { nil }
      })
  }
}
