import Capture
public import Compiler
public import DataModel
import HostRuntime
import Plan

extension RunConfiguration {
  /// What the host graph is given: its limits, and the query's tables of vertices, which are read.
  func host() throws(SessionError) -> HostConfiguration {
    var host = HostConfiguration(seed: seed, limits: HostLimits(keys: keyLimit))
    host.tables = try query.readTables(tableFiles)
    return host
  }
}

extension CompiledQuery {
  /// Reads the tables of vertices; `files` names other files than the query does.
  public func readTables(
    _ files: [String: String] = [:]
  ) throws(SessionError) -> [any VertexAttributes] {
    var tables: [any VertexAttributes] = []
    for (index, table) in plan.tables.enumerated() {
      let file = files[table.name] ?? table.file
      guard !file.isEmpty else {
        throw .unsupported("name the file of \(table.name) with --bind \(table.name)=FILE")
      }
      do {
        tables.append(try VertexFile.read(file, attributes: plan.attributes(ofTable: index)))
      } catch { throw .capture(error) }
    }
    return tables
  }
}
