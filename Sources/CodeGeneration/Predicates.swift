import BPFModel
import DataModel

/// Lowers predicates to masks; a comparison with a missing operand is false.
struct PredicateLowering {
  let fields: FieldTable
  let keys: KeyLowering
  let sets: SetLowering
  /// Constant arrays that the masks refer to, for long lists.
  var lists: [[Int64]] = []
  /// Statements that the masks made since they were last taken rely on.
  private var prelude: [CStatement] = []
  private var questions = 0
  /// Searches whose answers more than conditions need; they are made for every frame.
  private let early: [FieldID]

  init(fields: FieldTable, sets: SetLowering, isSearchedFirst: Set<FieldID> = []) {
    self.fields = fields
    early = fields.searches.filter(isSearchedFirst.contains)
    keys = KeyLowering(fields: fields)
    self.sets = sets
  }

  /// Values of a list up to which comparing with each is cheaper than searching.
  static let shortList = 16

  /// Searches that are made before all conditions.
  var searchedFirst: [CStatement] { early.map { Search.made($0, fields) } }

  /// Whether a condition is worth asking only of tuples that pass all else.
  func isCostly(_ predicate: TuplePredicate) -> Bool {
    !predicate.sets.isEmpty || !lateSearches(predicate).isEmpty
  }

  private func lateSearches(_ predicate: TuplePredicate) -> [FieldID] {
    fields.searches.filter { predicate.fields.contains($0) && !early.contains($0) }
  }

  /// The mask of a costly condition; its searches stand in the prelude.
  mutating func costlyMask(_ predicate: TuplePredicate) -> Mask {
    prelude += lateSearches(predicate).map { Search.made($0, fields) }
    return mask(predicate)
  }

  mutating func mask(_ predicate: TuplePredicate) -> Mask {
    switch predicate {
    case .constant(let value): return value ? .always : .never
    case .compare(let op, let left, let right): return compare(op, left, right)
    case .isOneOf(let operand, let values, let negated):
      let code = fields.number(operand)
      let found = isOneOf(code, values, range: operand.range)
      return (negated ? ~found : found) & code.valid
    case .compareAddress(let op, let left, let right):
      return compare(op, address(left), address(right))
    case .inPrefixes(let field, let prefixes, let negated):
      let code = fields.address(of: field)
      let found = inPrefixes(code, prefixes)
      return (negated ? ~found : found) & code.valid
    case .inSet(let id, let key, let within, let negated):
      let code = keys.words(key)
      let found = membership(id, code, within: within)
      return (negated ? ~found : found) & code.valid
    case .and(let parts):
      var all = Mask.always
      for part in parts { all = all & mask(part) }
      return all
    case .or(let parts):
      var any = Mask.never
      for part in parts { any = any | mask(part) }
      return any
    case .not(let part): return ~mask(part)
    }
  }

  /// Takes the statements that must stand before the masks made so far.
  mutating func takePrelude() -> [CStatement] {
    defer { prelude = [] }
    return prelude
  }

  private mutating func membership(_ id: SetID, _ code: KeyCode, within: Int64) -> Mask {
    let words = CIdentifier(sanitizing: "asked_\(questions)")
    let answer = CIdentifier(sanitizing: "member_\(questions)")
    questions += 1
    // The key of a set over all tuples is one word, 0.
    let key = code.words.isEmpty ? [0] : code.words
    prelude.append(.declareArray(.u64, words, count: key.count, .list(key)))
    let mask = sets.mask(
      id, hash: keys.hash(key), words: words, tick: fields.tick, within: within)
    prelude.append(.declare(.u64, answer, mask.expression))
    return .value(.name(answer))
  }

  // MARK: numbers

  private func compare(
    _ op: Comparison, _ left: TupleExpression, _ right: TupleExpression
  ) -> Mask {
    let (a, b) = (fields.number(left), fields.number(right))
    let valid = a.valid & b.valid
    guard let x = left.range, let y = right.range else {
      preconditionFailure("Semantics admits only expressions within Int64")
    }
    switch op {
    case .equal: return equal(a, b, x, y) & valid
    case .notEqual: return different(a, b, x, y) & valid
    case .less: return less(a, b, x, y) & valid
    case .greater: return less(b, a, y, x) & valid
    case .lessOrEqual: return ~less(b, a, y, x) & valid
    case .greaterOrEqual: return ~less(a, b, x, y) & valid
    }
  }

  private func equal(
    _ a: NumberCode, _ b: NumberCode, _ x: ClosedRange<Int128>, _ y: ClosedRange<Int128>
  ) -> Mask {
    if x.upperBound < y.lowerBound || y.upperBound < x.lowerBound { return .never }
    // A flag equals 1 where it is not 0, which is the cheaper question.
    if b.constant == 1, x == 0...1 { return .call("sal_lt_small", 0, a.value) }
    let isSmall = x.lowerBound >= 0 && y.lowerBound >= 0
    return .call(isSmall ? "sal_eq_small" : "sal_eq", a.value, b.value)
  }

  private func different(
    _ a: NumberCode, _ b: NumberCode, _ x: ClosedRange<Int128>, _ y: ClosedRange<Int128>
  ) -> Mask {
    if b.constant == 0, x.lowerBound >= 0 { return .call("sal_lt_small", 0, a.value) }
    return ~equal(a, b, x, y)
  }

  private func less(
    _ a: NumberCode, _ b: NumberCode, _ x: ClosedRange<Int128>, _ y: ClosedRange<Int128>
  ) -> Mask {
    if x.upperBound < y.lowerBound { return .always }
    if x.lowerBound >= y.upperBound { return .never }
    let full = Int128(Int64.min)...Int128(Int64.max)
    let fits =
      full.contains(x.lowerBound - y.upperBound) && full.contains(x.upperBound - y.lowerBound)
    return .call(fits ? "sal_lt_small" : "sal_lt", a.value, b.value)
  }

  private mutating func isOneOf(
    _ code: NumberCode, _ values: [Int64], range: ClosedRange<Int128>?
  ) -> Mask {
    let possible = values.filter { range?.contains(Int128($0)) ?? true }
    guard possible.count > Self.shortList else {
      var found = Mask.never
      let isSmall = (range?.lowerBound ?? -1) >= 0
      for value in possible {
        found =
          found | .call(isSmall ? "sal_eq_small" : "sal_eq", code.value, .signed(value))
      }
      return found
    }
    let number = lists.firstIndex(of: possible) ?? lists.count
    if number == lists.count { lists.append(possible) }
    return .call(
      "sal_in_sorted", code.value, .name(Self.listName(number)),
      .integer(UInt64(Self.paddedCount(possible.count))))
  }

  /// The constant array of a long list.
  static func listName(_ number: Int) -> CIdentifier { CIdentifier(sanitizing: "list_\(number)") }

  /// `sal_in_sorted` searches powers of two; the array is padded with its last value.
  static func paddedCount(_ count: Int) -> Int {
    var padded = 1
    while padded < count { padded *= 2 }
    return padded
  }

  // MARK: addresses

  private func address(_ operand: AddressOperand) -> AddressCode {
    switch operand {
    case .field(let id): fields.address(of: id)
    case .constant(let address): AddressCode(address)
    }
  }

  private func compare(_ op: Comparison, _ a: AddressCode, _ b: AddressCode) -> Mask {
    let valid = a.valid & b.valid
    switch op {
    case .equal: return equal(a, b)
    case .notEqual: return ~equal(a, b) & valid
    case .less: return less(a, b)
    case .greater: return less(b, a)
    case .lessOrEqual: return ~less(b, a) & valid
    case .greaterOrEqual: return ~less(a, b) & valid
    }
  }

  private func equal(_ a: AddressCode, _ b: AddressCode) -> Mask {
    let four = a.v4 & b.v4 & .call("sal_eq_small", a.low, b.low)
    let six = a.v6 & b.v6 & .call("sal_zero", (a.high ^ b.high) | (a.low ^ b.low))
    return four | six
  }

  /// Families first, IPv4 before IPv6; then by value.
  private func less(_ a: AddressCode, _ b: AddressCode) -> Mask {
    let four = a.v4 & b.v4 & .call("sal_lt_small", a.low, b.low)
    let sameHigh = Mask.call("sal_eq", a.high, b.high) & .call("sal_ltu", a.low, b.low)
    let six = a.v6 & b.v6 & (.call("sal_ltu", a.high, b.high) | sameHigh)
    return (a.v4 & b.v6) | four | six
  }

  private func inPrefixes(_ code: AddressCode, _ prefixes: [IPPrefix]) -> Mask {
    var four = Mask.never
    var six = Mask.never
    for prefix in prefixes {
      let net = prefix.address
      let mask = AddressMask(v4Bits: min(prefix.bits, 32), v6Bits: prefix.bits)
      if prefix.bits == 0 {
        if net.family == 4 { four = .always } else { six = .always }
      } else if net.family == 4 {
        four = four | .call("sal_in_prefix", code.low, .hex(net.low), .hex(mask.v4))
      } else if prefix.bits <= 64 {
        six = six | .call("sal_eq", code.high & .hex(mask.v6High), .hex(net.high))
      } else {
        six =
          six
          | .call(
            "sal_in_prefix6", code.high, code.low, .hex(net.high), .hex(net.low),
            .hex(mask.v6High), .hex(mask.v6Low))
      }
    }
    return (four & code.v4) | (six & code.v6)
  }
}
