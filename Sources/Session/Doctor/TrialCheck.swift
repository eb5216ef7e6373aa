import BPFRuntime

/// The whole way of a small query, up to the moment before it would be attached.
enum TrialCheck: MachineCheck {
  static let name = "trial"

  static func remarks(on machine: any Machine) -> [Remark] {
    do throws(BPFError) {
      let trial = try machine.trial()
      let compiling = "a query compiles in \(trial.compileMilliseconds) ms"
      guard let load = trial.load else { return [.ok(compiling)] }
      return [
        .ok("\(compiling) and loads in \(load.milliseconds) ms (\(load.instructions) instructions)")
      ]
    } catch {
      // What is missing has been told by the check before.
      if case .noCompiler = error { return [] }
      if case .noRuntimeHeaders = error { return [] }
      return [.failure("a query that counts packets does not get ready: \(error)")]
    }
  }
}
