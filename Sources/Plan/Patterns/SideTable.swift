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
