import Kernels
public import Plan

extension HostGraph {
  /// Goes on with the state of another graph, whose query this one's takes the place of: open
  /// windows, what closed last, members of sets, and what is known of losses.
  ///
  /// Both graphs have one seed and one key limit. The other is left with this one's state.
  public func takeState(of other: HostGraph, _ succession: StateSuccession) {
    for pair in succession.aggregations {
      sources.windows[pair.new].exchangeState(with: other.sources.windows[pair.old])
    }
    for pair in succession.sets {
      sources.sets[pair.new].exchangeMembers(with: other.sources.sets[pair.old])
    }
    for pair in succession.nodes {
      stages[pair.new].exchangeState(with: other.stages[pair.old])
      let own = flows.first { $0.node == pair.new }
      if let others = other.flows.first(where: { $0.node == pair.old }) {
        own?.exchangeState(with: others)
      }
    }
    texts.join(other.texts)
    sources.ledger.formUnion(other.sources.ledger)
    horizon = max(horizon, other.horizon)
  }
}
