import DataModel
import Operators
import Plan

// The keys of relations at their closes, and the values of features.
extension NaiveEvaluator {
  struct FoundKey {
    let key: [Value]
    var isOptional: Bool
  }

  /// The aggregations whose keys the relation's rows come from.
  private func domains(of relation: Int) -> Set<Int> {
    let operation = plan.relations[relation].operation
    if case .keys(let domain) = operation { return [domain] }
    return operation.inputs.reduce(into: []) { $0.formUnion(domains(of: $1)) }
  }

  /// The ends of the windows in which the relation's domains have keys, ascending.
  func closes(of relation: Int) -> [Int64] {
    let domains = domains(of: relation)
    let length = plan.relations[relation].window.length
    return Set(states.keys.filter { domains.contains($0.index) }.map { $0.start + length })
      .sorted()
  }

  /// The keys of the relation at a close, with whether they hang on an estimate.
  func keys(of relation: Int, at end: Int64) -> [FoundKey] {
    let entry = plan.relations[relation]
    switch entry.operation {
    case .keys(let domain):
      let start = end - plan.aggregations[domain].window.length
      let found = states[WindowKey(index: domain, start: start)] ?? [:]
      return found.keys.map { FoundKey(key: $0, isOptional: false) }
    case .filter(let input, let condition):
      return keys(of: input, at: end).compactMap { found in
        let verdicts = [1 - band, 1, 1 + band].map {
          truth(condition, key: found.key, end: end, factor: $0)
        }
        guard verdicts.contains(true) else { return nil }
        return FoundKey(
          key: found.key, isOptional: found.isOptional || verdicts.contains(false))
      }
    case .top(let input, let count, let by, let per):
      var groups: [[Value]: [NaiveTop.Candidate]] = [:]
      for found in keys(of: input, at: end) {
        let ranks = [1, 1 - band, 1 + band].compactMap {
          NaiveNumber(value(by, key: found.key, end: end, factor: $0))
        }
        guard ranks.count == 3 else { continue }
        groups[per.map { found.key[$0] }, default: []].append(
          NaiveTop.Candidate(
            key: found.key, low: ranks.min { $0.order($1) < 0 } ?? ranks[0],
            high: ranks.max { $0.order($1) < 0 } ?? ranks[0], isOptional: found.isOptional))
      }
      return groups.values.flatMap { NaiveTop.keys(of: $0, count) }
        .map { FoundKey(key: $0.key, isOptional: $0.isOptional) }
    case .join(let kind, let inputs):
      let parts = inputs.map { input in
        keys(of: input.relation, at: end).map { found in
          let key = entry.key.indices.map { column in
            found.key[input.columns.firstIndex(of: column) ?? 0]
          }
          return NaiveFound(key: key, isOptional: found.isOptional)
        }
      }
      return NaiveJoin.rows(kind, parts).map { FoundKey(key: $0.key, isOptional: $0.isOptional) }
    case .collapse(let input, let columns):
      var found: [[Value]: Bool] = [:]
      for row in keys(of: input, at: end) {
        let key = columns.map { row.key[$0] }
        found[key] = (found[key] ?? true) && row.isOptional
      }
      return found.map { FoundKey(key: $0.key, isOptional: $0.value) }
    }
  }

  /// Whether the relation may have a row with this key at a close.
  func mayHaveRow(_ relation: Int, _ key: [Value], at end: Int64) -> Bool {
    presence.keys(of: relation, at: end) { Set(keys(of: relation, at: end).map(\.key)) }
      .contains(key)
  }

  /// The value of a feature at a key: that of its last window that is closed at `end`.
  func feature(_ index: Int, key: [Value], end: Int64, factor: Double) -> Value {
    let feature = plan.features[index]
    guard let state = state(ofFeature: index, key: key, end: end) else {
      return OperatorCatalogue.operation(of: feature.call).absentValue(feature.call)
    }
    if factor != 1, case .distinct = plan.aggregations[feature.aggregation].form,
      state.distinct(index) > CountDistinct.exactItems
    {
      return .integer(Int64((Double(state.distinct(index)) * factor).rounded()))
    }
    let asked = NaiveCall(state, index, feature.call)
    return factor == 1 ? asked.value : moved(asked.value, asked, factor - 1)
  }

  /// The state of a feature's last window that is closed at `end`; nil of an absent key.
  func state(ofFeature index: Int, key: [Value], end: Int64) -> NaiveState? {
    let feature = plan.features[index]
    let window = plan.aggregations[feature.aggregation].window
    let start = window.start(of: end) - window.length - Int64(feature.back) * window.slide
    return states[WindowKey(index: feature.aggregation, start: start)]?[key]
  }
}
