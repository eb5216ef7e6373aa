import CRuntimeBPF
public import DataModel

/// A sample of the distinct items: those whose hashes are the smallest, with their exact counts.
///
/// Each set of k items is equally likely. The hash has no secret, so that every host and every run
/// samples the same items (Duffield, Grossglauser, "Trajectory sampling", SIGCOMM 2000).
public struct Sample: StreamOperator {
  public let name = "sample"
  public let foreignNames = ["reservoir"]
  public let summary =
    "n of the distinct items with their counts, drawn by a hash that is the same on every host."
  public let parameters = [Parameter("field", .fields), Parameter("n", .integer(1...10_000))]
  public let boundSummary =
    Tally.bound + "; whoever knows the hash can choose items that are drawn"
  public let example = "S = FOREACH (STREAM P BY DestIp) GENERATE sample(SourceIp, 10) WINDOW 10s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { .ranking }
  public func state(_ call: OperatorCall) -> StateForm { Tally.state(call) }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    guard let n = call.integer(1) else { preconditionFailure("sample has an n") }
    let (items, total) = Tally.items(state)
    let ranked = items.map { (rank: Self.rank($0.item), entry: $0) }
    let least = ranked.sorted { a, b in
      a.rank != b.rank
        ? a.rank < b.rank : a.entry.item.lexicographicallyPrecedes(b.entry.item)
    }.prefix(Int(n))
    return Estimate(Tally.ranking(least.map(\.entry), total: total))
  }

  /// The hash of an item: of its words one after the other, of texts of their bytes.
  static func rank(_ item: [Value]) -> UInt64 {
    var hash: UInt64 = 0
    func take(_ word: UInt64) { hash = sal_hash2(0x53_41_4C, hash, word) }
    for value in item {
      switch value {
      case .bool(let bit): take(bit ? 1 : 0)
      case .integer(let number), .time(let number), .duration(let number):
        take(UInt64(bitPattern: number))
      case .real(let number): take(number.bitPattern)
      case .mac(let number): take(number)
      case .address(let address):
        take(UInt64(address.family))
        take(address.high)
        take(address.low)
      case .text(let text): for byte in text.utf8 { take(UInt64(byte)) }
      case .missing, .ranking: take(0)
      }
    }
    return hash
  }
}
