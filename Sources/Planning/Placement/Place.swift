public import BPFModel
import DataModel
public import Plan

/// Gives every tuple node and aggregation its place.
///
/// Whatever the policy, a part is in the data path only if its input is and nothing holds it on
/// the host; each part on the host carries its reason. The answer is the same at every cut.
public func place(
  _ plan: LogicalPlan, policy: PlacementPolicy = .automatic, target: TargetProfile = .xdp
) -> PlacedPlan {
  var placing = Placing(plan: plan, policy: policy, target: target)
  placing.run()
  return PlacedPlan(
    plan: plan, nodes: placing.nodes, aggregations: placing.aggregations,
    exports: exports(of: plan, nodes: placing.nodes, aggregations: placing.aggregations))
}

/// One run of ``place(_:policy:target:)``: parts in topological order, a budget that shrinks.
private struct Placing {
  let plan: LogicalPlan
  let policy: PlacementPolicy
  let target: TargetProfile
  var nodes: [Placement] = []
  var aggregations: [Placement] = []
  /// Bytes of state taken so far.
  var used = 0

  /// Bytes left to counters, padding and the staged batches of exports.
  static let reserve: Int = 64 << 10

  mutating func run() {
    let offload = Offload(plan: plan, target: target)
    let size = StateSize(target)
    let united = plan.unitedNodes
    for (index, node) in plan.nodes.enumerated() {
      if let reason = input(of: node) ?? held(node: index) ?? beside(index, of: united)
        ?? plan.reasonOfOrder(index)
        ?? offload.reason(node: index)
      {
        nodes.append(.host(reason: reason))
      } else if let reason = spend(size.bytes(of: node)) {
        nodes.append(.host(reason: reason))
      } else if case .distinct = node.operation {
        nodes.append(.prefiltered)
      } else {
        nodes.append(.dataPath)
      }
    }
    for (index, aggregation) in plan.aggregations.enumerated() {
      let reason =
        behind(aggregation.input) ?? held(aggregation: index)
        ?? offload.reason(aggregation: index) ?? spend(size.bytes(of: aggregation))
      aggregations.append(reason.map { .host(reason: $0) } ?? .dataPath)
    }
  }

  private func input(of node: TupleNode) -> String? {
    guard let input = node.input else {
      if case .source(.records) = node.operation { return "the host reads flow records" }
      if case .source = node.operation, plan.sources.count > 1 {
        return "the host merges the sources by time"
      }
      return nil
    }
    return behind(input)
  }

  /// Why a node that a union takes tuples of has to stay.
  private func beside(_ index: Int, of united: Set<Int>) -> String? {
    united.contains(index) ? "UNION takes its tuples beside those of others" : nil
  }

  /// Why nothing behind a node can be in the data path.
  private func behind(_ input: Int) -> String? {
    switch nodes[input] {
    case .dataPath: return nil
    case .prefiltered: return "DISTINCT before it is completed on the host"
    case .host:
      if case .hostEngine = policy { return "the host reads the capture" }
      return "its input n\(input) is on the host"
    }
  }

  /// What the policy holds back.
  private func held(node index: Int) -> String? {
    let isSource = plan.sources.contains(index)
    switch policy {
    case .automatic, .dataPath: return nil
    case .hostEngine: return "the host reads the capture"
    case .host:
      if case .source(.capture) = plan.nodes[index].operation {
        return "the host reads the capture"
      }
      return isSource ? nil : "all operators were asked to run on the host"
    case .cut(let cut):
      return isSource || cut.nodes.contains(index) ? nil : "the cut leaves it on the host"
    }
  }

  private func held(aggregation index: Int) -> String? {
    switch policy {
    case .automatic, .dataPath: return nil
    case .host, .hostEngine: return "all operators were asked to run on the host"
    case .cut(let cut):
      return cut.aggregations.contains(index) ? nil : "the cut leaves it on the host"
    }
  }

  private mutating func spend(_ bytes: Int) -> String? {
    guard bytes > 0 else { return nil }
    let left: Int = target.halfBytesMax - Self.reserve - used
    guard bytes <= left else {
      return "its state of \(kibibytes(bytes)) exceeds the \(kibibytes(left)) left in the data path"
    }
    used += bytes
    return nil
  }

  private func kibibytes(_ bytes: Int) -> String { "\((bytes + 1023) / 1024) KiB" }
}
