/// Where the cut between data path and host is to fall.
public enum PlacementPolicy: Sendable, Hashable {
  /// The longest offloadable prefix of each path; what explain and run use unless told otherwise.
  case automatic
  /// As much as possible in the data path.
  case dataPath
  /// All operators on the host; on an interface the data path still decodes and sends tuples.
  case host
  /// No data path at all: captures that the host reads itself.
  case hostEngine
  /// Exactly the parts that the cut names, so far as they can leave the host.
  case cut(Cut)
}

/// The tuple nodes and aggregations of one plan that are in the data path.
public struct Cut: Sendable, Hashable {
  /// Indices of tuple nodes.
  public var nodes: Set<Int>
  /// Indices of aggregations.
  public var aggregations: Set<Int>

  /// A cut with these parts in the data path.
  public init(nodes: Set<Int>, aggregations: Set<Int>) {
    self.nodes = nodes
    self.aggregations = aggregations
  }

  /// Reads `n0,n1,a0`; nil where the text is none.
  public init?(_ text: String) {
    var (nodes, aggregations): (Set<Int>, Set<Int>) = ([], [])
    for part in text.split(separator: ",") {
      guard let index = Int(part.dropFirst()), index >= 0 else { return nil }
      switch part.first {
      case "n": nodes.insert(index)
      case "a": aggregations.insert(index)
      default: return nil
      }
    }
    self.init(nodes: nodes, aggregations: aggregations)
  }
}

extension Cut: CustomStringConvertible {
  /// `n0,n1,a0`, as ``init(_:)`` reads it.
  public var description: String {
    (nodes.sorted().map { "n\($0)" } + aggregations.sorted().map { "a\($0)" })
      .joined(separator: ",")
  }
}
