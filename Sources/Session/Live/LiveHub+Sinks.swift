import Compiler
import DataModel
import Plan
import Sinks

extension CompiledQuery {
  /// The sinks besides standard output that the query names.
  var namedTargets: [SinkTarget] {
    var found: [SinkTarget] = []
    for target in placed.plan.outputs.flatMap(\.targets)
    where target != .standardOutput && !found.contains(target) {
      found.append(target)
    }
    return found
  }

  /// Refuses to take the place of a running query where its rows would go elsewhere: sinks are
  /// opened when a run begins, with the rights that it then has, and stay what they are.
  func checkSinks(replacing old: CompiledQuery, openSinks: Bool) throws(SessionError) {
    let (before, now) = (old.placed.plan.outputs, placed.plan.outputs)
    if openSinks {
      guard before.map(\.schema) == now.map(\.schema), before.map(\.targets) == now.map(\.targets)
      else {
        throw .unsupported(
          "the running query's sinks are open: a query that takes its place has the same outputs, "
            + "columns and TO; stop it and start the new one instead")
      }
    } else if let target = namedTargets.first {
      throw .unsupported(
        "the running query's rows go to standard output, and \(target) cannot be opened while it "
          + "runs; stop it and start the new one instead")
    }
  }
}
