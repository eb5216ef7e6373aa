import DataModel
import Diagnostics
import Operators
import Plan
import Syntax

// Features over the last tuples of a key (language.md §2 and §3.4).

/// A window of items as written: WINDOW n ITEMS, or SAL's positional parameters.
struct ItemRequest {
  /// The key's last tuples.
  var items: Int
  /// The arguments of the operator itself.
  var arguments: [Argument]
  /// Whether it is the table of a collapsed stream instead.
  var isTable = false
  /// Of `topk` in SAL's form: the length of basic windows, and how many items each keeps.
  var basic: (length: Int, count: Int)?
  /// SAL's k, where it is to be had: an error of 1/k instead of an exact answer.
  var tolerance: Int64?
}

extension Resolver {
  /// SAL's defaults, where the preamble sets none.
  private static let defaults = ["WindowSize": 10_000, "BasicWindowSize": 1_000, "EHK": 2]
  /// Longer windows in SAL's form have the error that its k allows, a part of 1/k.
  private static let exactItemsMax = 1 << 17
  /// The most tuples of an item window.
  static let itemsMax = 1 << 20

  /// The item window that a feature asks for; nil where it asks for none. An error is reported
  /// where the outer optional holds nil.
  mutating func itemRequest(
    _ node: Syntax.Feature, _ operation: any StreamOperator, over input: TupleStream
  ) -> ItemRequest?? {
    if let clause = node.window {
      guard case .items(let count) = clause.length else { return nil }
      if let slide = clause.slide {
        report(
          Diagnostic(
            .wrongArgument, "a window of items moves by one tuple", at: slide.range,
            notes: [Diagnostic.Note("SLIDE is of windows of time")]))
        return .some(nil)
      }
      guard let items = items(Int64(clamping: count.value), at: count.range) else {
        return .some(nil)
      }
      return ItemRequest(items: items, arguments: node.call.arguments, basic: nil)
    }
    if !input.latest.isEmpty, node.call.arguments.count <= operation.parameters.count {
      return ItemRequest(
        items: Self.itemsMax, arguments: node.call.arguments, isTable: true, basic: nil)
    }
    let numbers = node.call.arguments.dropFirst().map { integer($0.value) }
    let isPositional = !numbers.isEmpty && numbers.allSatisfy { $0 != nil }
    let isRanking = operation.hasBasicWindows
    let ownCount = operation.parameters.count
    guard operation.hasItemDefaults, !node.call.arguments.isEmpty,
      isPositional ? (ownCount == 1 || isRanking) : numbers.isEmpty && isOfRecords(input)
    else { return nil }
    return positional(node.call, numbers.compactMap { $0 }, isRanking: isRanking)
  }

  private func integer(_ node: Expression) -> Int64? {
    guard case .literal(let literal) = node, case .integer(let value) = literal.value else {
      return nil
    }
    return Int64(clamping: value)
  }

  /// `ave(f, N, k)`, `topk(f, N, b, k)`: what is left out is the preamble's, or SAL's.
  private mutating func positional(
    _ call: Call, _ numbers: [Int64], isRanking: Bool
  ) -> ItemRequest?? {
    let most = isRanking ? 3 : 2
    guard numbers.count <= most else {
      report(
        Diagnostic(
          .wrongArgumentCount,
          isRanking
            ? "SAL's topk takes a field, N, b and k" : "SAL's operators take a value, N and k",
          at: call.range))
      return .some(nil)
    }
    func number(_ place: Int, _ name: String) -> Int64 {
      if numbers.indices.contains(place) { return numbers[place] }
      return itemDefaults[name].map { Int64($0) } ?? Int64(Self.defaults[name] ?? 1)
    }
    func range(_ place: Int) -> SourceRange {
      call.arguments.indices.contains(place + 1) ? call.arguments[place + 1].range : call.range
    }
    guard let items = items(number(0, "WindowSize"), at: range(0)) else { return .some(nil) }
    let arguments = Array(call.arguments.prefix(1))
    guard isRanking else {
      guard number(1, "EHK") > 0 else {
        report(Diagnostic(.wrongArgument, "k is at least 1", at: range(1)))
        return .some(nil)
      }
      let isNamed = call.name.text.lowercased().hasPrefix("eh")
      return ItemRequest(
        items: items, arguments: arguments, basic: nil,
        tolerance: isNamed || items > Self.exactItemsMax ? number(1, "EHK") : nil)
    }
    let (length, kept) = (number(1, "BasicWindowSize"), number(2, "TopK"))
    guard length > 0, kept > 0, Int64(items) / length >= 2, kept <= 1000 else {
      report(
        Diagnostic(
          .wrongArgument,
          "topk(f, N, b, k) wants k from 1 to 1000, and at least two basic windows of b in N",
          at: call.range, notes: [Diagnostic.Note("for example: topk(DestPort, 10000, 1000, 2)")]))
      return .some(nil)
    }
    return ItemRequest(
      items: items, arguments: arguments, basic: (Int(length), Int(kept)))
  }

  private mutating func items(_ count: Int64, at range: SourceRange) -> Int? {
    guard count > 0 || !tree.hasErrors else { return nil }
    guard count > 0, count <= Self.itemsMax else {
      report(
        Diagnostic(
          .wrongArgument, "a window holds from 1 to \(Self.itemsMax) items", at: range,
          notes: [Diagnostic.Note("SAL's own default is 10000")]))
      return nil
    }
    return Int(count)
  }

  /// Whether a stream is of records, for which SAL's operators have default windows.
  func isOfRecords(_ stream: TupleStream) -> Bool {
    !plan.isBehindMatch(stream.node) && plan.recordSchema(of: stream.node) != nil
  }

  /// The feature of an item window over a stream.
  mutating func itemFeature(
    _ node: Syntax.Feature, _ operation: any StreamOperator, _ request: ItemRequest,
    _ bound: [OperatorCall.Argument], accuracy: Accuracy, name: String, over input: TupleStream
  ) -> Meaning {
    var arguments = bound
    if let basic = request.basic { arguments.append(.integer(Int64(basic.count))) }
    let call = OperatorCall(name: operation.name, arguments: arguments, accuracy: accuracy)
    if let problem = operation.argumentProblem(call) {
      report(Diagnostic(.wrongArgument, problem, at: node.call.range))
      return .invalid
    }
    guard let form = form(of: call, operation, request, node.call.range) else { return .invalid }
    let key = input.components
    let latest = request.isTable ? input.latest : []
    let known = plan.items.firstIndex {
      $0.input == input.node && $0.key == key && $0.latest == latest
    }
    let group = known ?? plan.items.count
    if known == nil {
      plan.items.append(ItemGroup(input: input.node, key: key, latest: latest))
    }
    let state = place(ItemState(items: request.items, form: form), in: group)
    let feature = ItemFeature(
      name: name, group: group, state: state, call: call, type: operation.resultType(call),
      range: node.range)
    plan.itemFeatures.append(feature)
    return .current(plan.itemFeatures.count - 1, of: input)
  }

  private mutating func form(
    of call: OperatorCall, _ operation: any StreamOperator, _ request: ItemRequest,
    _ range: SourceRange
  ) -> ItemState.Form? {
    if let histogram = histogram(of: call, operation, request) { return .histogram(histogram) }
    switch operation.state(call) {
    case .words(let reductions):
      guard !request.isTable || !reductions.contains(where: \.needsArrivalOrder) else {
        notSupported(
          "\(call.name) of a table", range,
          notes: [
            Diagnostic.Note("the rows of a table have no order; \(call.name) has windows of items")
          ])
        return nil
      }
      return .words(AccumulatorLayout(reductions))
    case .distinct(let items, _): return .counts(items: items)
    case .tally(let items, let weight):
      if let basic = request.basic {
        return .basicWindows(items: items, length: basic.length, count: basic.count)
      }
      if operation.comparesHalves && request.isTable {
        notSupported("\(call.name) of a table", range)
        return nil
      }
      return operation.comparesHalves
        ? .halves(items: items) : .counts(items: items, weight: weight)
    }
  }

  /// The histogram that may answer: where an error is allowed (WITHIN ε, or SAL's k) and it takes
  /// less room than the window's values.
  private func histogram(
    of call: OperatorCall, _ operation: any StreamOperator, _ request: ItemRequest
  ) -> ItemHistogram? {
    let epsilon: Double
    switch call.accuracy {
    case .exact, .rank: return nil
    case .within(let error, _): epsilon = error
    case .standard:
      guard let k = request.tolerance else { return nil }
      epsilon = 1 / Double(k)
    }
    guard !request.isTable, call.operandType != .float, let operand = call.operand,
      let estimate = operation.windowEstimate(call)
    else { return nil }
    let shape = ExponentialHistogramShape(
      items: request.items, measure: estimate.measure, epsilon: epsilon)
    return shape.isSmallerThanRing ? ItemHistogram(operand, shape) : nil
  }

  /// The place of a state in a group: words of one window share theirs.
  private mutating func place(_ state: ItemState, in group: Int) -> Int {
    let states = plan.items[group].states
    if let same = states.firstIndex(of: state) { return same }
    if case .words(let layout) = state.form {
      for (index, other) in states.enumerated() where other.items == state.items {
        guard case .words(let own) = other.form else { continue }
        let all = own.reductions + layout.reductions
        // Real numbers are summed in a tree, whose parts have no order.
        if all.contains(where: \.isReal) && all.contains(where: \.needsArrivalOrder) { continue }
        plan.items[group].states[index].form = .words(AccumulatorLayout(all))
        return index
      }
    }
    plan.items[group].states.append(state)
    return states.count
  }

  /// The current value of a feature for a tuple: asked by columns of the stream's key of the names
  /// of the feature's key, else by the same fields.
  mutating func current(
    _ feature: Int, over stream: TupleStream, at range: SourceRange
  ) -> RowExpression? {
    let entry = plan.itemFeatures[feature]
    let own = plan.items[entry.group].key
    let named = own.compactMap { component in
      stream.components.first { $0.name == component.name && $0.type == component.type }
    }
    let key = named.count == own.count ? named : askedKey(own, over: stream)
    guard let key else {
      report(
        Diagnostic(
          .keysDoNotMeet,
          "‘\(entry.name)’ is a value of \(list(own)), which these tuples do not have", at: range,
          notes: [Diagnostic.Note("the feature is computed here", at: entry.range)]))
      return nil
    }
    return .tuple(.current(feature, key: key))
  }
}

extension StreamOperator {
  /// Whether SAL gives the operator a window where the program names none.
  var hasItemDefaults: Bool {
    guard let first = parameters.first else { return false }
    switch first.kind {
    case .expression, .fields, .values: return true
    case .integer, .share, .choice: return false
    }
  }
}
