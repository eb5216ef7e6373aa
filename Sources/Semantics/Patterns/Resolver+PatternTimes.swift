import DataModel
import Diagnostics
import Plan
import Syntax

/// A sum of times of edges and a span: `start(e2) - start(e1) + 5`.
private struct TimeForm {
  /// How often each time is added, less how often it is taken away.
  var terms: [EdgeTime: Int] = [:]
  /// Nanoseconds.
  var span: Int64 = 0

  static func - (a: TimeForm, b: TimeForm) -> TimeForm? {
    var result = a
    let (span, overflow) = a.span.subtractingReportingOverflow(b.span)
    guard !overflow else { return nil }
    result.span = span
    for (time, count) in b.terms { result.terms[time, default: 0] -= count }
    return result
  }

  var negated: TimeForm? { TimeForm() - self }
}

extension Resolver {
  /// The words that name a time of an edge, and whether it is the end.
  private static let timeWords = [
    "start": false, "starttime": false, "end": true, "endtime": true,
  ]

  /// Whether the expression speaks of times of edges.
  func isAboutTimes(_ node: Expression) -> Bool {
    if case .call(let call) = node, Self.timeWords[call.name.text.lowercased()] != nil {
      return true
    }
    return node.operands.contains { isAboutTimes($0) }
  }

  /// A condition on times: a comparison or BETWEEN of two times and spans.
  mutating func readTimes(_ node: Expression, _ draft: inout PatternDraft) -> Bool {
    var bounds: [TimeBound]?
    switch node {
    case .binary(let binary) where binary.op.isComparison && binary.op != .contains:
      bounds = compare(binary.op, binary.left, binary.right, node.range, draft)
    case .between(let between) where !between.isNegated:
      let low = compare(.greaterOrEqual, between.operand, between.lower, node.range, draft)
      let high = compare(.lessOrEqual, between.operand, between.upper, node.range, draft)
      if let low, let high { bounds = low + high }
    default:
      reportTimes(node.range)
    }
    guard let bounds else { return false }
    let isInstant = draft.end == .instant
    let all = draft.times + bounds
    guard
      !TimeBounds(edges: draft.edges.count, all, isInstant: isInstant).isContradictory
    else {
      report(
        Diagnostic(
          .patternContradiction, "no match can keep this: the times of the pattern contradict it",
          at: node.range,
          notes: isInstant && all.contains { $0.later.isEnd || $0.earlier.isEnd }
            ? [Diagnostic.Note("an edge of this stream ends when it starts")] : []))
      return false
    }
    draft.times = all
    return true
  }

  private mutating func reportTimes(_ range: SourceRange) {
    report(
      Diagnostic(
        .patternCondition, "a condition on times compares two of them", at: range,
        notes: [
          Diagnostic.Note("for example: start(e2) - end(e1) <= 10"),
          Diagnostic.Note("or: start(e2) - start(e1) BETWEEN 1s AND 10s"),
        ]))
  }

  private mutating func compare(
    _ op: BinaryOperator, _ left: Expression, _ right: Expression, _ range: SourceRange,
    _ draft: PatternDraft
  ) -> [TimeBound]? {
    guard let a = timeForm(left, draft), let b = timeForm(right, draft) else { return nil }
    guard let form = a - b else {
      reportTimes(range)
      return nil
    }
    let terms = form.terms.filter { $0.value != 0 }
    guard terms.count == 2, let later = terms.first(where: { $0.value == 1 })?.key,
      let earlier = terms.first(where: { $0.value == -1 })?.key, form.span > .min + 1
    else {
      reportTimes(range)
      return nil
    }
    // later − earlier + span ⋚ 0
    let atMost = TimeBound(later, after: earlier, most: -form.span)
    let atLeast = TimeBound(earlier, after: later, most: form.span)
    func strict(_ bound: TimeBound) -> TimeBound {
      TimeBound(bound.later, after: bound.earlier, most: bound.most - 1)
    }
    switch op {
    case .less: return [strict(atMost)]
    case .lessOrEqual: return [atMost]
    case .greater: return [strict(atLeast)]
    case .greaterOrEqual: return [atLeast]
    case .equal: return [atMost, atLeast]
    default:
      report(
        Diagnostic(
          .patternCondition, "times are compared with <, <=, =, >= and >", at: range))
      return nil
    }
  }

  private mutating func timeForm(_ node: Expression, _ draft: PatternDraft) -> TimeForm? {
    switch node {
    case .call(let call):
      guard let isEnd = Self.timeWords[call.name.text.lowercased()] else { break }
      guard call.arguments.count == 1, call.arguments[0].label == nil,
        case .path(let path) = call.arguments[0].value, path.components.count == 1
      else {
        report(
          Diagnostic(
            .wrongArgument, "\(call.name.text) takes the name of an edge", at: call.range))
        return nil
      }
      guard let edge = draft.edge(path.text) else {
        reportUnknownPart(path, draft.edges.map(\.name.text), "edge")
        return nil
      }
      return TimeForm(terms: [EdgeTime(edge: edge, isEnd: isEnd): 1])
    case .unary(let unary) where unary.op == .minus:
      return timeForm(unary.operand, draft)?.negated
    case .binary(let binary) where binary.op == .add || binary.op == .subtract:
      guard let a = timeForm(binary.left, draft), let b = timeForm(binary.right, draft) else {
        return nil
      }
      let other = binary.op == .add ? b.negated : b
      if let other, let form = a - other { return form }
    case .literal:
      guard let value = check(node, in: Scope(constantsOnly: true)) else { return nil }
      guard case .number(let numerator, let denominator) = value.node else { break }
      if value.type == .duration { return TimeForm(span: numerator) }
      // A bare number beside a time is seconds (language.md §3.8).
      let (nanoseconds, overflow) = numerator.multipliedReportingOverflow(by: 1_000_000_000)
      if value.isBareNumber, !overflow, nanoseconds % denominator == 0 {
        return TimeForm(span: nanoseconds / denominator)
      }
    case .invalid: return nil
    default: break
    }
    reportTimes(node.range)
    return nil
  }

  /// A name that is no part of the pattern.
  mutating func reportUnknownPart(_ path: Path, _ known: [String], _ what: String) {
    guard path.components.allSatisfy({ !$0.isMissing }) else { return }
    var fixIts: [FixIt] = []
    if let near = nearest(to: path.components[0].text, in: known) {
      fixIts.append(
        FixIt("did you mean ‘\(near)’?", replacing: path.components[0].range, with: near))
    }
    report(
      Diagnostic(
        .unknownPatternName, "the pattern has no \(what) ‘\(path.components[0].text)’",
        at: path.components[0].range, fixIts: fixIts))
  }
}
