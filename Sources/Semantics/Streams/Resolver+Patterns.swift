import Syntax

extension Resolver {
  /// Patterns do not run yet; the streams that they name are checked all the same, so that a
  /// misspelt one is told together with that.
  mutating func checkNames(of pattern: Subgraph) {
    notSupported("SUBGRAPH", keyword(of: pattern.range))
    _ = meaning(of: pattern.input)
    for case .predicate(.membership(let node)) in pattern.constraints {
      if case .path(let path) = node.set, path.components.count == 1 {
        _ = meaning(of: path.components[0])
      }
    }
  }
}
