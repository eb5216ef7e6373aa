public import BPFModel
import DataModel
public import Plan

/// Legal cuts of a plan for the differential tests: all of them where there are at most `limit`,
/// else a sample of that size by `seed`, the two extremes always among them.
///
/// A cut is legal if everything in it can run in the data path and is closed under inputs; the
/// source is always part of it.
public func legalCuts(
  of plan: LogicalPlan, target: TargetProfile = .xdp, limit: Int = 64, seed: UInt64 = 1
) -> [Cut] {
  let most = place(plan, policy: .dataPath, target: target)
  let sources = plan.sources
  let least = Cut(nodes: Set(sources), aggregations: [])
  let nodes = plan.nodes.indices.filter {
    most.nodes[$0].isInDataPath && plan.nodes[$0].input != nil
  }
  let aggregations = plan.aggregations.indices.filter { most.aggregations[$0].isInDataPath }
  let choices = nodes.count + aggregations.count

  /// The cut of those parts whose bits are set and whose inputs are in it.
  func cut(_ bits: (Int) -> Bool) -> Cut {
    var cut = least
    for (position, index) in nodes.enumerated() where bits(position) {
      guard let input = plan.nodes[index].input, cut.nodes.contains(input) else { continue }
      cut.nodes.insert(index)
    }
    for (position, index) in aggregations.enumerated() where bits(nodes.count + position) {
      let input = plan.aggregations[index].input
      if cut.nodes.contains(input), most.nodes[input] == .dataPath {
        cut.aggregations.insert(index)
      }
    }
    return cut
  }

  var seen: Set<Cut> = []
  var result: [Cut] = []
  func add(_ cut: Cut) { if seen.insert(cut).inserted { result.append(cut) } }
  add(cut { _ in false })
  add(cut { _ in true })
  var state = seed
  if choices <= 12 {
    for pattern in 0..<(1 << choices) { add(cut { (pattern >> $0) & 1 == 1 }) }
    while result.count > max(2, limit) {
      result.remove(at: 2 + Int(splitMix(&state) % UInt64(result.count - 2)))
    }
    return result
  }
  for _ in 0..<(limit * 4) where result.count < limit {
    let bits = (0..<choices).map { _ in splitMix(&state) & 1 == 1 }
    add(cut { bits[$0] })
  }
  return result
}

/// The next number of a sequence that hangs on the seed alone.
///
/// - Source: Steele, Lea, Flood, *Fast Splittable Pseudorandom Number Generators*, OOPSLA 2014.
private func splitMix(_ state: inout UInt64) -> UInt64 {
  state &+= 0x9E37_79B9_7F4A_7C15
  var z = state
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}
