import DataModel
import Kernels

/// What the operators share that count how often each item, or each value, occurs.
///
/// The data path keeps an exact count for each key and item and hands out what does not fit; the
/// host completes it. So these operators are exact, and their state merges by addition.
enum Tally {
  /// The bound of every such operator.
  static let bound = "exact while the items fit the declared table limit"

  /// Counts of the first argument's fields, or sums of the weight where that argument is given.
  static func state(_ call: OperatorCall, weight: Int? = nil) -> StateForm {
    guard let fields = call.fields else { preconditionFailure("\(call.name) counts fields") }
    return .tally(items: fields, weight: weight.flatMap { call.expression($0) })
  }

  /// Counts of the first argument's values, rounded as `WITHIN ε` allows.
  static func rounded(_ call: OperatorCall) -> StateForm {
    guard var fields = call.fields else { preconditionFailure("\(call.name) counts values") }
    if let rounding = rounding(call) { fields[0].rounding = rounding }
    return .tally(items: fields, weight: nil)
  }

  /// The rounding whose buckets' middles are within ε of every value; nil where counts are exact.
  static func rounding(_ call: OperatorCall) -> Rounding? {
    guard case .within(let epsilon, _) = call.accuracy, !call.countsReals else { return nil }
    return (0...leadingBits).first { 1 / Double(1 << ($0 + 1)) <= epsilon }.map {
      .leading(bits: $0)
    }
  }

  /// Bits behind the leading one that buckets keep at most.
  private static let leadingBits = 16

  /// Why values cannot be rounded so finely.
  static func roundingProblem(_ call: OperatorCall) -> String? {
    guard case .within = call.accuracy, !call.countsReals, rounding(call) == nil else { return nil }
    return "\(call.name) keeps within 0.001% at best; without WITHIN it is exact"
  }

  /// The middle of a bucket's values, and their ends.
  static func middle(_ bucket: Int64, _ rounding: Rounding) -> (value: Double, bound: Bound) {
    let values = rounding.values(of: bucket)
    let bound = Bound(low: Double(values.lowerBound), high: Double(values.upperBound))
    return ((bound.low + bound.high) / 2, bound)
  }

  /// A list of items with their shares of a total.
  static func ranking(
    _ items: some Sequence<(item: [Value], count: Int64)>, total: Int64
  ) -> Value {
    .ranking(
      items.map { place in
        RankedItem(
          item: place.item, count: place.count,
          share: total == 0 ? 0 : Double(place.count) / Double(total))
      })
  }

  /// A list of items each of whose counts may be short by so much, which is the bound: an item
  /// without a place occurred at most so much more often than the last place says, or so often
  /// where places are left over.
  static func ranking(
    _ items: some Sequence<(item: [Value], count: Int64)>, total: Int64, shortBy: Int64
  ) -> Estimate {
    guard shortBy > 0 else { return Estimate(ranking(items, total: total)) }
    let places = items.map { place in
      RankedItem(
        item: place.item, count: place.count,
        share: total == 0 ? 0 : Double(place.count) / Double(total),
        most: place.count + min(shortBy, .max - place.count))
    }
    return Estimate(
      .ranking(places), .approximate, bound: Bound(low: 0, high: Double(shortBy)))
  }

  /// The items, the total, and by how much each count may be short.
  static func heaviest(
    _ state: KeyState
  ) -> (items: [(item: [Value], count: Int64)], total: Int64, shortBy: Int64) {
    if case .summary(let reduction as HeaviestItems, let items, let total) = state {
      return (items, total, reduction.shortBy)
    }
    let (items, total) = items(state)
    return (items, total, 0)
  }

  /// Why a weight's sums have no heaviest items, where it may be negative.
  static func signProblem(_ weight: TupleExpression) -> String? {
    (weight.range?.lowerBound ?? -1) < 0
      ? "WITHIN keeps the heaviest items of weights that are never negative" : nil
  }

  // MARK: Samples

  /// The bound of shares of the distinct items.
  static let shareBound =
    bound + "; WITHIN ε: within ± ε with confidence p, from a bottom-k sample of the distinct "
    + "items (Cohen, Kaplan 2007; Hoeffding 1963)"

  /// A sample by which a share is within ε, whatever it is.
  static func sample(_ call: OperatorCall, ranked: Int) -> TallySummary? {
    guard case .within(let epsilon, let confidence) = call.accuracy else { return nil }
    let size = Confidence.sampleSize(confidence, epsilon: epsilon)
    return .sampled(items: min(size, sampleMost), ranked: ranked)
  }

  private static let sampleMost = 1 << 16

  /// Why a share cannot be known so well.
  static func sampleProblem(_ call: OperatorCall) -> String? {
    guard case .within(let epsilon, let confidence) = call.accuracy,
      Confidence.sampleSize(confidence, epsilon: epsilon) > sampleMost
    else { return nil }
    let least = percent(Confidence.shareError(confidence, items: sampleMost))
    return "\(call.name) keeps within \(least) at best; without WITHIN it is exact"
  }

  /// The items, and whether they are a sample of all.
  static func sampled(
    _ state: KeyState
  ) -> (items: [(item: [Value], count: Int64)], isSample: Bool) {
    if case .summary(_ as SampledItems, let items, _) = state { return (items, true) }
    return (items(state).items, false)
  }

  /// A share of the distinct items, or of a sample of them.
  static func share(_ part: Int, of all: Int, isSample: Bool, _ call: OperatorCall) -> Estimate {
    guard all > 0 else { return Estimate(.missing) }
    let share = Double(part) / Double(all)
    guard isSample, case .within(_, let confidence) = call.accuracy else {
      return Estimate(.real(share))
    }
    let reach = Confidence.shareError(confidence, items: all)
    return Estimate(
      .real(share), .approximate,
      bound: Bound(low: max(0, share - reach), high: min(1, share + reach)))
  }

  /// A share in percent, rounded up to two digits behind the point.
  static func percent(_ share: Double) -> String {
    let hundredths = Int((share * 10_000).rounded(.up))
    let rest = hundredths % 100
    guard rest > 0 else { return "\(hundredths / 100)%" }
    return "\(hundredths / 100)." + (rest < 10 ? "0\(rest)%" : "\(rest)%")
  }

  // MARK: Items

  /// The items and their total.
  static func items(_ state: KeyState) -> (items: [(item: [Value], count: Int64)], total: Int64) {
    guard case .tally(let items, let total) = state else {
      preconditionFailure("a tally is kept")
    }
    return (items, total)
  }

  /// How many items have each count, ascending.
  static func counts(_ state: KeyState) -> [ItemsOfCount] {
    if case .counts(let groups) = state { return groups }
    return ItemsOfCount.groups(items(state).items.map(\.count))
  }

  /// Real values with their counts, ascending.
  static func reals(_ state: KeyState) -> (values: [(value: Double, count: Int64)], total: Int64) {
    let (items, total) = items(state)
    let values = items.map { entry -> (Double, Int64) in
      guard case .real(let value)? = entry.item.first else {
        preconditionFailure("the counted field is a real number")
      }
      return (value, entry.count)
    }
    return (values.sorted { $0.0 < $1.0 }, total)
  }

  /// Numeric values with their counts, ascending.
  static func values(_ state: KeyState) -> (values: [(value: Int64, count: Int64)], total: Int64) {
    let (items, total) = items(state)
    let values = items.map { entry -> (Int64, Int64) in
      switch entry.item.first {
      case .integer(let value)?, .duration(let value)?, .time(let value)?: (value, entry.count)
      case .bool(let value)?: (value ? 1 : 0, entry.count)
      default: preconditionFailure("the counted field is a number")
      }
    }
    return (values.sorted { $0.0 < $1.0 }, total)
  }
}

extension OperatorCall {
  /// A value of the type of the first argument's field.
  func fieldValue(_ number: Int64) -> Value {
    switch fields?.first?.type {
    case .duration?: .duration(number)
    case .time?: .time(number)
    default: .integer(number)
    }
  }
}
