/// `V = VertexInfo("file")`: what a file says of vertices, read when the query starts.
public struct SideTable: Sendable, Hashable {
  /// The name in the program.
  public var name: String
  /// The file; empty where the command line has to say.
  public var file: String

  /// Creates a side table.
  public init(name: String, file: String) {
    self.name = name
    self.file = file
  }
}

extension LogicalPlan {
  /// The attributes that patterns ask of a side table.
  public func attributes(ofTable table: Int) -> [String] {
    var names: [String] = []
    for node in nodes {
      guard case .match(let pattern) = node.operation else { continue }
      for comparison in pattern.comparisons {
        for case .attribute(table, let name, _) in [comparison.left, comparison.right]
        where !names.contains(name) {
          names.append(name)
        }
      }
    }
    return names
  }
}
