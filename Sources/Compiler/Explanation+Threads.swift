import Diagnostics
import Plan

extension Explanation {
  /// How the state of a part is spread over the threads of a run on the host.
  struct Spread: Sendable {
    /// `a0` or `n3`; `i0` for a group of item windows.
    var id: String
    /// What has the state.
    var name: String
    /// Nil for rows of tuples, which any thread writes.
    var division: Division?

    /// The word that the JSON has.
    var word: String {
      switch division {
      case .byKey: "by_key"
      case .whole: "whole"
      case .walk: "walk"
      case nil: "rows"
      }
    }

    /// Why it is not spread by key; empty where it is.
    var why: String {
      switch division {
      case .byKey, nil: ""
      case .whole(let why), .walk(let why): why
      }
    }

    var text: String {
      switch division {
      case .byKey: "each thread owns a share of the keys"
      case .whole: "one thread at a time has all of it, beside others: \(why)"
      case .walk: "the thread that walks the plan has it: \(why)"
      case nil: "any thread writes its rows as text, in their order (from 2 threads on)"
      }
    }
  }

  /// All parts with state; none where more than two threads find nothing to share.
  static func spreads(_ plan: LogicalPlan) -> [Spread] {
    guard plan.hasDivision || plan.putsOutTuples else { return [] }
    let aggregations = plan.aggregations.indices.map { index in
      Spread(
        id: "a\(index)", name: plan.aggregations[index].name,
        division: plan.division(ofAggregation: index))
    }
    let items = plan.items.indices.map { index in
      let names = plan.itemFeatures.filter { $0.group == index }.map(\.name)
      let shown = names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", …" : "")
      return Spread(id: "i\(index)", name: shown, division: plan.division(ofItems: index))
    }
    let rows = plan.outputs.enumerated().compactMap { index, output -> Spread? in
      guard case .tuples = output.content else { return nil }
      return Spread(id: "o\(index)", name: output.name, division: nil)
    }
    let nodes = plan.undividedNodes.map { node, why in
      Spread(id: "n\(node)", name: plan.nodes[node].name, division: .walk(why: why))
    }
    return aggregations + items + nodes + rows
  }

  /// A line for each part with state; nothing where there is none.
  var threadsText: String {
    guard !spreads.isEmpty else { return "" }
    return "───── threads, where the host has it all (run --threads 3 and more) ─────\n"
      + spreads.map { "\($0.id)  \($0.name): \($0.text)\n" }.joined()
  }

  var threadsJSON: String {
    let parts = spreads.map { spread in
      "{\"id\":\(jsonQuoted(spread.id)),\"name\":\(jsonQuoted(spread.name)),"
        + "\"how\":\(jsonQuoted(spread.word)),\"why\":\(jsonQuoted(spread.why))}"
    }
    return "[\(parts.joined(separator: ","))]"
  }
}
