import DataModel
import Diagnostics
import Syntax

extension Resolver {
  /// A comparison of checked operands.
  mutating func compare(
    _ op: Comparison, _ left: Typed, _ right: Typed, at place: SourceRange, in range: SourceRange
  ) -> Typed? {
    if let result = compareTruth(op, left, right, range) { return result }
    if reportPresence(left, right, at: place) { return nil }
    var (a, b) = (left, right)
    guard makeComparable(&a, &b, op.rawValue, at: place) else { return nil }
    // An address equal to a network lies in it, as Wireshark has it.
    for (value, other) in [(a, b), (b, a)] {
      guard case .network(let prefix) = other.node, !value.isConstant else { continue }
      if op == .equal || op == .notEqual {
        return Typed(
          .inNetworks(value, [prefix], negated: op == .notEqual), .bool, range)
      }
      guard prefix.isSingleAddress else {
        report(
          Diagnostic(
            .wrongType, "a network is neither smaller nor greater than an address",
            at: other.range, notes: [Diagnostic.Note("use == or IN")]))
        return nil
      }
    }
    return Typed(.compare(op, a, b), .bool, range)
  }

  /// `condition == true`, `tcp.flags.syn == 1`: booleans equal 1 and 0.
  private func compareTruth(
    _ op: Comparison, _ left: Typed, _ right: Typed, _ range: SourceRange
  ) -> Typed? {
    guard op == .equal || op == .notEqual else { return nil }
    for (condition, constant) in [(left, right), (right, left)] {
      guard condition.isCondition, !condition.isConstant else { continue }
      let truth: Bool
      switch constant.node {
      case .truth(let value): truth = value
      case .number(0, 1): truth = false
      case .number(1, 1): truth = true
      default: continue
      }
      // A missing bit is neither true nor false, so it must not be negated.
      if truth == (op == .equal) { return Typed(condition.node, .bool, range) }
      guard isCompound(condition) else { continue }
      return Typed(.not(condition), .bool, range)
    }
    return nil
  }

  /// Makes units equal, or reports why the two cannot be compared.
  mutating func makeComparable(
    _ a: inout Typed, _ b: inout Typed, _ op: String, at place: SourceRange
  ) -> Bool {
    switch (a.type, b.type) {
    case (.service, .service): return true
    case (.service, .string): return makeService(&b)
    case (.string, .service): return makeService(&a)
    case (.text, .text), (.text, .string), (.string, .text):
      return makeTexts(&a, &b, op, at: place)
    case (.string, _), (_, .string): break
    case (.ranking, _), (_, .ranking): break
    case (.mac, .mac): return true
    case (let x, let y) where x.isAddress && y.isAddress: return true
    case (let x, let y) where x.isNumeric && y.isNumeric:
      guard !isCompound(a), !isCompound(b) else { break }
      if x == .time || x == .duration || y == .time || y == .duration {
        (a, b) = (inNanoseconds(a), inNanoseconds(b))
        if x == .time, y == .duration, !isBare(b) { break }
        if y == .time, x == .duration, !isBare(a) { break }
      }
      return true
    default: break
    }
    reportIncomparable(a, b, op, at: place)
    return false
  }

  private func isBare(_ value: Typed) -> Bool {
    if case .number = value.node { true } else { false }
  }

  private mutating func reportIncomparable(
    _ a: Typed, _ b: Typed, _ op: String, at place: SourceRange
  ) {
    var fixIts: [FixIt] = []
    var notes: [Diagnostic.Note] = []
    for (value, other) in [(a, b), (b, a)] {
      if case .text(let written) = value.node, case .field(let id) = other.node,
        let meant = meaning(ofWord: written, beside: id)
      {
        notes.append(Diagnostic.Note(meant.note))
        if let text = meant.replacement {
          fixIts.append(FixIt("did you mean \(text)?", replacing: value.range, with: text))
        }
      }
      if case .text(let written) = value.node, looksLikeAddress(written) {
        fixIts.append(
          FixIt("write the address without quotes", replacing: value.range, with: written))
      }
      if value.type == .ranking {
        notes.append(
          Diagnostic.Note(
            "a ranking has shares, counts and keys: "
              + "\(text(value.range)).value(0), .count(0), .key(0)"))
      }
    }
    notes.insert(
      Diagnostic.Note("‘\(text(a.range))’ is \(article(a.type))", at: a.range), at: 0)
    notes.insert(
      Diagnostic.Note("‘\(text(b.range))’ is \(article(b.type))", at: b.range), at: 1)
    report(
      Diagnostic(
        .incomparable, "‘\(op)’ cannot compare \(article(a.type)) with \(article(b.type))",
        at: place, notes: notes, fixIts: fixIts))
  }

  private func looksLikeAddress(_ written: String) -> Bool {
    let parts = written.split(separator: ".", omittingEmptySubsequences: false)
    if parts.count == 4 && parts.allSatisfy({ UInt8($0) != nil }) { return true }
    let groups = written.split(separator: ":", omittingEmptySubsequences: false)
    return groups.count >= 3 && groups.count <= 8
      && groups.allSatisfy { $0.isEmpty || UInt16($0, radix: 16) != nil }
  }

  // MARK: IN and BETWEEN

  mutating func check(_ node: Between, in scope: Scope) -> Typed? {
    let operand = check(node.operand, in: scope)
    let lower = check(node.lower, in: scope)
    let upper = check(node.upper, in: scope)
    guard let operand, let lower, let upper else { return nil }
    // NOT BETWEEN is false for a missing operand, as NOT IN is.
    let ops: (Comparison, Comparison) =
      node.isNegated ? (.less, .greater) : (.greaterOrEqual, .lessOrEqual)
    let low = compare(ops.0, operand, lower, at: lower.range, in: node.range)
    let high = low == nil ? nil : compare(ops.1, operand, upper, at: upper.range, in: node.range)
    guard let low, let high else { return nil }
    if case .number(let a, let b) = lower.node, case .number(let c, let d) = upper.node,
      Int128(a) * Int128(d) > Int128(c) * Int128(b)
    {
      report(
        Diagnostic(
          .neverTrue, .warning, "the range is empty: its lower end is the greater", at: node.range,
          fixIts: [
            FixIt(
              "swap the ends",
              [
                TextEdit(lower.range, text(upper.range)), TextEdit(upper.range, text(lower.range)),
              ])
          ]))
    }
    return Typed(node.isNegated ? .or([low, high]) : .and([low, high]), .bool, node.range)
  }

  mutating func check(_ node: Membership, in scope: Scope) -> Typed? {
    switch node.set {
    case .list(let list):
      if let within = node.within { reportWithin(within) }
      return member(node, of: list.elements, in: scope)
    case .literal: return member(node, of: [node.set], in: scope)
    case .path(let path) where path.components.count == 1 && isAssigned(path):
      return member(node, ofStream: .reference(path.components[0]), in: scope)
    case .stream(let stream): return member(node, ofStream: stream, in: scope)
    case .path(let path):
      if field(path, in: scope) != nil {
        notSupported(
          "IN a field", path.range, notes: [Diagnostic.Note("compare two fields with ==")])
      }
    case .invalid: break
    default:
      report(
        Diagnostic(
          .wrongType, "IN asks a list, a network or a stream of rows", at: node.set.range,
          notes: [Diagnostic.Note("for example: DestPort IN {80, 443}")]))
    }
    return nil
  }

  private mutating func reportWithin(_ within: DurationLiteral) {
    report(
      Diagnostic(
        .wrongArgument, "WITHIN belongs to sets that change; a list does not", at: within.range))
  }

  private func isAssigned(_ path: Path) -> Bool {
    names.assignments[path.components[0].text] != nil
  }

  private mutating func member(
    _ node: Membership, of elements: [Expression], in scope: Scope
  ) -> Typed? {
    if case .list(let columns) = node.element {
      return member(node, columns, of: elements, in: scope)
    }
    return member(node.element, of: elements, isNegated: node.isNegated, node.range, in: scope)
  }

  /// `x IN {a, b}`.
  mutating func member(
    _ written: Expression, of elements: [Expression], isNegated: Bool, _ range: SourceRange,
    in scope: Scope
  ) -> Typed? {
    guard let value = check(written, in: scope) else { return nil }
    var constants: [Typed] = []
    for element in elements {
      let constant = check(
        element, in: Scope(constantsOnly: true), beside: written, as: scope)
      guard let constant else { return nil }
      var (a, b) = (value, constant)
      guard makeComparable(&a, &b, "IN", at: element.range) else { return nil }
      guard b.isConstant else {
        report(
          Diagnostic(
            .wrongType, "a list holds constants", at: element.range,
            notes: [Diagnostic.Note("compare with other values by == and OR")]))
        return nil
      }
      constants.append(b)
    }
    if value.type.isAddress {
      let networks = constants.compactMap { constant -> IPPrefix? in
        if case .network(let prefix) = constant.node { prefix } else { nil }
      }
      return Typed(.inNetworks(value, networks, negated: isNegated), .bool, range)
    }
    // Where the list has times, bare numbers of the element are seconds.
    let hasUnits = constants.contains { $0.type == .duration || $0.type == .time }
    let element = hasUnits ? inNanoseconds(value) : value
    return Typed(.oneOf(element, constants, negated: isNegated), .bool, range)
  }
}
