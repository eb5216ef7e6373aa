public import DataModel
import Diagnostics
import Plan

/// Why a sink on the command line cannot be used, for the user's eyes.
public struct SinkObjection: Error, Sendable, Hashable, CustomStringConvertible {
  public let description: String
}

extension CompiledQuery {
  /// The sinks that texts of the command line name, `csv("f")` or `csv:f`, checked as the query's
  /// own are: every output goes to each of them.
  public func targets(adding texts: [String]) throws(SinkObjection) -> [SinkTarget] {
    var plan = plan
    var targets: [SinkTarget] = []
    for text in texts {
      let target = try Self.target(text)
      guard !targets.contains(target) else { continue }
      targets.append(target)
      for index in plan.outputs.indices {
        let own = target.forOutput(named: plan.outputs[index].name)
        guard !plan.outputs[index].targets.contains(own) else { continue }
        if let obstacle = plan.obstacle(toSending: index, to: own) {
          let (message, remedy) = obstacle.text(output: plan.outputs[index].name, own)
          throw SinkObjection(description: "\(message)\nnote: \(remedy)")
        }
        plan.outputs[index].targets.append(own)
      }
    }
    return targets
  }

  private static func target(_ text: String) throws(SinkObjection) -> SinkTarget {
    let known = SinkCatalogue.all.filter { $0.refusal == nil }.map(\.name)
    guard let target = SinkTarget(text) else {
      throw SinkObjection(
        description: "--to takes a sink such as csv:rows.csv or 'csv(\"rows.csv\")', not '\(text)'")
    }
    guard let sink = SinkCatalogue.named(target.sink) else {
      let near = nearest(to: target.sink, in: known).map { ", did you mean \($0)?" } ?? ""
      throw SinkObjection(
        description: "no sink is called '\(target.sink)'\(near); sinks are "
          + known.joined(separator: ", "))
    }
    if let refusal = sink.refusal {
      throw SinkObjection(description: "there is no sink '\(sink.name)': \(refusal)")
    }
    if let objection = sink.objection(to: target.target) {
      throw SinkObjection(description: objection)
    }
    return target
  }
}
