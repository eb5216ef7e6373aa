import DataModel
import Diagnostics
import Operators
import Plan
import Syntax

extension Resolver {
  /// An operator by name or alias.
  func operatorNamed(_ name: String) -> (any StreamOperator)? { OperatorCatalogue.named(name) }

  /// `FOREACH K GENERATE op(…) [WITHIN ε] [WINDOW w]`.
  mutating func resolve(_ node: Syntax.Feature) -> Meaning {
    let input = tupleStream(node.input, for: "FOREACH")
    guard let operation = operatorNamed(node.call.name.text) else {
      reportUnknownOperator(node.call)
      return .invalid
    }
    // What is wrong with the stream was said; its fields and windows are not known.
    guard let input = input.flatMap({ unfolded($0, for: node.call.arguments.map(\.value)) }) else {
      return .invalid
    }
    let scope = Scope(input)
    if let request = itemRequest(node, operation, over: input) {
      guard let request, let bound = itemArguments(node.call, request, operation, scope),
        let accuracy = accuracy(node.accuracy, of: operation)
      else { return .invalid }
      return itemFeature(
        node, operation, request, bound, accuracy: accuracy, name: featureName(node), over: input)
    }
    let arguments = bind(node.call, node.call.arguments, to: operation, in: scope)
    let accuracy = accuracy(node.accuracy, of: operation)
    if node.window == nil, input.window == nil {
      reportMissingWindow(operation.name, in: node.range)
      return .invalid
    }
    var window = input.window
    if let clause = node.window { window = self.window(clause) }
    guard var arguments, let accuracy, let window else { return .invalid }
    if operation.readsWindow {
      let isOfPackets =
        !plan.isBehindMatch(input.node) && plan.recordSchema(of: input.node) == nil
      let time = isOfPackets ? rowColumns(in: scope)?.time ?? PacketFields.time : nil
      arguments.append(.window(length: window.length, slide: window.slide, time: time))
    }
    let call = OperatorCall(name: operation.name, arguments: arguments, accuracy: accuracy)
    if let problem = operation.argumentProblem(call) {
      report(Diagnostic(.wrongArgument, problem, at: node.call.range))
      return .invalid
    }
    guard isWithinReach(call, operation, node) else { return .invalid }
    let name = featureName(node)
    let aggregation = aggregation(
      operation.state(call), operation.summary(call), input: input, window: window, name: name,
      range: node.range)
    let feature = Plan.Feature(
      name: name, aggregation: aggregation, call: call, type: operation.resultType(call),
      range: node.range)
    if let same = plan.features.firstIndex(of: feature) { return .feature(same, of: input) }
    plan.features.append(feature)
    return .feature(plan.features.count - 1, of: input)
  }

  private func featureName(_ node: Syntax.Feature) -> String {
    statementName.isEmpty || isInline(node) ? text(node.call.range) : statementName
  }

  /// The operator's own arguments in a window of items; SAL's `topk` has its k behind N and b.
  private mutating func itemArguments(
    _ call: Call, _ request: ItemRequest, _ operation: any StreamOperator, _ scope: Scope
  ) -> [OperatorCall.Argument]? {
    guard request.basic != nil, let field = request.arguments.first,
      let parameter = operation.parameters.first
    else { return bind(call, request.arguments, to: operation, in: scope) }
    return bind(field.value, to: parameter, of: operation, in: scope).map { [$0] }
  }

  /// Whether a feature stands inside another statement instead of after `Name =`.
  private func isInline(_ node: Syntax.Feature) -> Bool {
    guard case .assignment(let assignment) = tree.program.statements[statement],
      case .feature(let own) = assignment.value
    else { return true }
    return own.range != node.range
  }

  /// The most arguments; operators whose only parameter is `fields` take any number.
  private func limit(_ operation: any StreamOperator) -> Int {
    operation.parameters.count == 1 && operation.parameters[0].kind == .fields
      ? Int.max : operation.parameters.count
  }

  private mutating func reportUnknownOperator(_ call: Call) {
    let name = call.name.text
    guard !call.name.isMissing else { return }
    let known = OperatorCatalogue.all.flatMap { [$0.name] + $0.aliases }
    var fixIts: [FixIt] = []
    let meant = OperatorCatalogue.all.first { $0.foreignNames.contains(name.lowercased()) }
    if let share = Self.percentile(name), call.arguments.count == 1 {
      let meant = "quantile(\(text(call.arguments[0].value.range)), \(share))"
      fixIts.append(FixIt("did you mean \(meant)?", replacing: call.range, with: meant))
    } else if let near = meant?.name ?? nearest(to: name, in: known) {
      fixIts.append(FixIt("did you mean ‘\(near)’?", replacing: call.name.range, with: near))
    }
    report(
      Diagnostic(
        .unknownOperator, "no operator is called ‘\(name)’", at: call.name.range,
        notes: [
          Diagnostic.Note(
            "operators are " + OperatorCatalogue.all.map(\.name).joined(separator: ", "))
        ], fixIts: fixIts))
  }

  /// The share that `p99` or `p999` means, as a literal.
  private static func percentile(_ name: String) -> String? {
    let digits = name.dropFirst()
    guard name.first == "p" || name.first == "P", (1...4).contains(digits.count),
      digits.allSatisfy({ $0.isASCII && $0.isNumber })
    else { return nil }
    // The smallest and the largest are no quantiles: `min` and `max`.
    guard digits.contains(where: { $0 != "0" }), digits != "100" else { return nil }
    return "0.\(digits.count == 1 ? "0" : "")\(digits)"
  }

  // MARK: Arguments

  private mutating func bind(
    _ call: Call, _ arguments: [Argument], to operation: any StreamOperator, in scope: Scope
  ) -> [OperatorCall.Argument]? {
    let parameters = operation.parameters
    let required = parameters.filter { !$0.isOptional }.count
    guard arguments.count >= required, arguments.count <= limit(operation) else {
      reportCount(call, operation, required)
      return nil
    }
    if parameters.count == 1, parameters[0].kind == .fields {
      // With or without the braces that operators with more parameters want.
      let items = arguments.flatMap { argument in
        if case .list(let list) = argument.value { list.elements } else { [argument.value] }
      }
      return fields(items, of: operation, in: scope).map { [.fields($0)] }
    }
    var result: [OperatorCall.Argument] = []
    for (parameter, argument) in zip(parameters, arguments) {
      if let label = argument.label, label.text != parameter.name {
        report(
          Diagnostic(
            .wrongArgument, "\(operation.name) has no parameter ‘\(label.text)’ here",
            at: label.range, notes: [Diagnostic.Note("this one is called ‘\(parameter.name)’")]))
        return nil
      }
      guard let bound = bind(argument.value, to: parameter, of: operation, in: scope) else {
        return nil
      }
      result.append(bound)
    }
    return result
  }

  private mutating func reportCount(
    _ call: Call, _ operation: any StreamOperator, _ required: Int
  ) {
    let names = operation.parameters.map { $0.isOptional ? "[\($0.name)]" : $0.name }
    report(
      Diagnostic(
        .wrongArgumentCount,
        "\(operation.name)(\(names.joined(separator: ", "))) was given "
          + "\(call.arguments.count) argument\(call.arguments.count == 1 ? "" : "s")",
        at: call.range, notes: [Diagnostic.Note("for example: \(operation.example)")]))
  }

  private mutating func bind(
    _ node: Expression, to parameter: Parameter, of operation: any StreamOperator, in scope: Scope
  ) -> OperatorCall.Argument? {
    switch parameter.kind {
    case .fields:
      if case .list(let list) = node {
        return fields(list.elements, of: operation, in: scope).map { .fields($0) }
      }
      return fields([node], of: operation, in: scope).map { .fields($0) }
    case .values: return values(node, of: operation, in: scope)
    case .share: return share(node, parameter)
    case .choice(let words): return choice(node, words, parameter)
    case .integer(let limits):
      guard let value = check(node, in: Scope(constantsOnly: true)) else { return nil }
      guard case .number(let number, 1) = value.node, limits.contains(number),
        value.isBareNumber
      else {
        report(
          Diagnostic(
            .wrongArgument,
            "\(parameter.name) is a whole number from \(limits.lowerBound) to "
              + "\(limits.upperBound)", at: node.range))
        return nil
      }
      return .integer(number)
    case .expression:
      var tuples = scope
      tuples.hasFeatures = false
      guard let value = check(node, in: tuples) else { return nil }
      guard value.type.isNumeric, !isCompound(value) else {
        reportOperand(value, of: operation.name, needs: "a number")
        return nil
      }
      guard !value.hasReals else { return real(value, of: operation) }
      return tupleExpression(value, key: scope.key).map {
        .expression($0, type: value.type == .float ? .signed : value.type)
      }
    }
  }

  /// Fields as items: `SourceIp`, `SourceIp/24`.
  private mutating func fields(
    _ nodes: [Expression], of operation: any StreamOperator, in scope: Scope
  ) -> [KeyComponent]? {
    let stream = scope.stream
    var result: [KeyComponent] = []
    for node in nodes {
      var path = node
      var mask: MaskBits?
      if case .binary(let binary) = node, binary.op == .divide,
        case .literal(let bits) = binary.right, case .integer(let first) = bits.value
      {
        path = binary.left
        mask = MaskBits(
          first: Int(clamping: first), second: nil,
          range: SourceRange(binary.operatorRange.lowerBound, bits.range.upperBound))
      }
      guard isField(path, of: operation),
        let item = component(path, mask: mask, of: stream)
      else { return nil }
      if !result.contains(item) { result.append(item) }
    }
    return result
  }

  // MARK: State

  /// The aggregation with this state over a stream, window by window: shared where one fits.
  mutating func aggregation(
    _ state: StateForm, _ summary: TallySummary? = nil, input: TupleStream, window: Window,
    name: String, range: SourceRange
  ) -> Int {
    let key = input.components
    for (index, other) in plan.aggregations.enumerated()
    where other.input == input.node && other.key == key && other.window == window
      && other.summary == summary && !plan.isTableOfFlows(index)
    {
      switch (other.form, state) {
      case (.words(let layout), .words(let reductions))
      where other.needsArrivalOrder == reductions.contains(where: \.needsArrivalOrder):
        plan.aggregations[index].form = .words(AccumulatorLayout(layout.reductions + reductions))
      case (.distinct(let items, let precision), .distinct(let others, let wanted))
      where items == others && precision == wanted: break
      case (.tally(let items, let weight), .tally(let others, let wanted))
      where items == others && weight == wanted: break
      default: continue
      }
      if plan.aggregations[index].name != name { plan.aggregations[index].name += ", \(name)" }
      return index
    }
    let form: Aggregation.Form
    switch state {
    case .words(let reductions): form = .words(AccumulatorLayout(reductions))
    case .distinct(let items, let precision): form = .distinct(items: items, precision: precision)
    case .tally(let items, let weight): form = .tally(items: items, weight: weight)
    }
    plan.aggregations.append(
      Aggregation(
        input: input.node, key: key, window: window, form: form, summary: summary, name: name,
        range: range))
    return plan.aggregations.count - 1
  }

  /// The aggregation that knows the keys of a stream in each window.
  mutating func domain(of stream: TupleStream, window: Window, range: SourceRange) -> Int {
    let known = plan.aggregations.indices.filter {
      let other = plan.aggregations[$0]
      return other.input == stream.node && other.key == stream.components
        && other.window == window && !plan.isTableOfFlows($0)
    }
    let words = known.filter {
      if case .words = plan.aggregations[$0].form { true } else { false }
    }
    return words.first { !plan.aggregations[$0].needsArrivalOrder } ?? words.first ?? known.first
      ?? aggregation(
        .words([]), input: stream, window: window, name: "keys of \(list(stream.components))",
        range: range)
  }
}
