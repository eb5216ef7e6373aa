import DataModel
import Diagnostics
import Plan
import Syntax

extension Resolver {
  /// `TO sink(…), …`: gives an output its targets, each with the range to blame.
  mutating func send(output index: Int, of node: Syntax.Output) {
    for call in node.sinks {
      guard let written = target(call) else { continue }
      let target = written.forOutput(named: plan.outputs[index].name)
      if plan.outputs[index].targets.contains(target) {
        report(
          Diagnostic(
            .repeatedSink, .warning, "‘\(target)’ is named twice", at: call.range,
            notes: [Diagnostic.Note("each row goes there once")]))
      } else if let obstacle = plan.obstacle(toSending: index, to: target) {
        report(obstacle, output: index, to: target, node, call)
      } else {
        plan.outputs[index].targets.append(target)
      }
    }
  }

  /// The target that a call names; nil after a message.
  private mutating func target(_ call: Call) -> SinkTarget? {
    let name = call.name.text
    guard !call.name.isMissing else { return nil }
    guard let sink = SinkCatalogue.named(name) else {
      reportUnknownSink(call)
      return nil
    }
    if let refusal = sink.refusal {
      report(
        Diagnostic(
          .refusedSink, "there is no sink ‘\(name)’: \(refusal)", at: call.range,
          notes: [
            Diagnostic.Note("pipe the rows instead: salc run q.sal --format json | your-command")
          ]))
      return nil
    }
    var texts: [String] = []
    for argument in call.arguments {
      if case .invalid = argument.value { return nil }
      guard argument.label == nil, case .literal(let literal) = argument.value,
        let text = literal.value.text
      else {
        reportArgument(argument, of: sink)
        return nil
      }
      texts.append(text)
    }
    guard texts.count <= 1 else {
      report(
        Diagnostic(
          .wrongArgumentCount, "\(name) takes one argument, not \(texts.count)", at: call.range))
      return nil
    }
    let text = texts.first ?? ""
    if let objection = sink.objection(to: text) {
      report(Diagnostic(.wrongArgument, objection, at: call.range))
      return nil
    }
    return SinkTarget(sink: name, target: text)
  }

  private mutating func reportArgument(_ argument: Argument, of sink: SinkDescription) {
    var fixIts: [FixIt] = []
    if case .path(let path) = argument.value, argument.label == nil {
      fixIts.append(
        FixIt("put it in quotes", replacing: path.range, with: "\"\(path.text)\""))
    }
    let what = sink.target == .address ? "an address" : "a file name"
    report(
      Diagnostic(
        .wrongArgument, "\(sink.name) takes \(what) in quotes: \(sink.name)(\"\(sink.example)\")",
        at: argument.range, fixIts: fixIts))
  }

  private mutating func reportUnknownSink(_ call: Call) {
    let name = call.name.text
    let known = SinkCatalogue.all.filter { $0.refusal == nil }.map(\.name)
    var fixIts: [FixIt] = []
    if let near = nearest(to: name, in: known) {
      fixIts.append(FixIt("did you mean ‘\(near)’?", replacing: call.name.range, with: near))
    }
    report(
      Diagnostic(
        .unknownSink, "no sink is called ‘\(name)’", at: call.name.range,
        notes: [Diagnostic.Note("sinks are \(known.joined(separator: ", "))")], fixIts: fixIts))
  }

  // MARK: Obstacles

  private mutating func report(
    _ obstacle: SinkObstacle, output index: Int, to target: SinkTarget, _ node: Syntax.Output,
    _ call: Call
  ) {
    let text = obstacle.text(output: plan.outputs[index].name, target)
    var fixIts: [FixIt] = []
    var code = DiagnosticCode.unfitForSink
    switch obstacle {
    case .manyKeys:
      code = .unboundedKey
      if let fixIt = largestOnly(index, node) { fixIts.append(fixIt) }
    case .taken:
      let file = target.target
      let dot = file.lastIndex(of: ".") ?? file.endIndex
      let name = "\(file[..<dot])-{output}\(file[dot...])"
      fixIts.append(
        FixIt(
          "write a file for each", replacing: call.range, with: "\(target.sink)(\"\(name)\")"))
    case .tuples, .notANumber: break
    }
    report(
      Diagnostic(
        code, text.message, at: call.range, notes: [Diagnostic.Note(text.remedy)], fixIts: fixIts))
  }

  /// `OUTPUT TOP 20 X BY F` for `OUTPUT X`: the keys with the largest values only.
  private func largestOnly(_ index: Int, _ node: Syntax.Output) -> FixIt? {
    guard case .rows(_, let expressions) = plan.outputs[index].content else { return nil }
    let schema = plan.outputs[index].schema.columns
    let number = zip(schema, expressions).first { column, expression in
      if case .feature = expression { column.type.isNumeric } else { false }
    }
    guard let number, case .feature(let feature, _) = number.1 else { return nil }
    let name = plan.features[feature].name
    guard names.assignments[name] != nil else { return nil }
    var stream = text(node.input.range)
    if case .reference(let reference) = node.input {
      // A feature is a value of its stream's keys; TOP takes the stream.
      if let place = names.statement(of: reference.text, usedIn: statement),
        case .assignment(let assignment) = tree.program.statements[place],
        case .feature(let written) = assignment.value
      {
        guard case .reference(let keyed) = written.input else { return nil }
        stream = keyed.text
      }
    } else {
      stream = "(\(stream))"
    }
    return FixIt(
      "keep the 20 largest", replacing: node.input.range, with: "TOP 20 \(stream) BY \(name)")
  }
}
