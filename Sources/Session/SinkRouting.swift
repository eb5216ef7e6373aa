import Compiler
import DataModel
import Plan
import Sinks

extension RunConfiguration {
  /// The sink of a run: standard output's alone where the query and the command line name no other,
  /// else all that they name, opened. What is wrong with a target shows here, before anything runs.
  func sinks(
    standardOutput: any Sink, mayWait: @escaping @Sendable () -> Bool
  ) throws(SessionError) -> any Sink {
    let routes = targets
    guard routes.contains(where: { $0 != [.standardOutput] }) else { return standardOutput }
    var distinct: [SinkTarget] = []
    for target in routes.joined() where !distinct.contains(target) { distinct.append(target) }
    let outputs = query.plan.outputs.map(\.schema)
    var opened: [(sink: any Sink, target: SinkTarget, taken: [Int])] = []
    for target in distinct {
      let taken = outputs.indices.filter { routes[$0].contains(target) }
      if target == .standardOutput {
        opened.append((standardOutput, target, taken))
        continue
      }
      let request = SinkFactory.Request(
        target: target, outputs: taken.map { (index: $0, schema: outputs[$0]) })
      do { opened.append((try SinkFactory.open(request), target, taken)) } catch {
        throw .sink(error)
      }
    }
    // Where nothing is written nobody has to wait, nor be waited for.
    if opened.count == 1, let only = opened[0].sink as? NullSink { return only }
    let waits = !isLive
    return SinkSet(
      opened, outputs: outputs.count,
      SinkSet.Policy(
        mayWait: { waits && mayWait() }, stopsAtFailure: stopsAtSinkFailure,
        limit: waitingResults, remark: remark))
  }

  /// Where each output's rows go: what its statement says, and what the command line adds.
  var targets: [[SinkTarget]] {
    query.plan.outputs.map { output in
      var targets = output.targets
      for target in alsoTo.map({ $0.forOutput(named: output.name) })
      where !targets.contains(target) {
        targets.append(target)
      }
      return targets.isEmpty ? [.standardOutput] : targets
    }
  }

  /// The same for the meta record, where standard output alone needs no words.
  var writtenTargets: [[SinkTarget]] {
    let targets = targets
    return targets.allSatisfy { $0 == [.standardOutput] } ? [] : targets
  }

  private var isLive: Bool { if case .interfaces = input { true } else { false } }
}
