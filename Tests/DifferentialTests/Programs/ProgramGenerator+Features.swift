import Operators
import TestSupport

extension ProgramGenerator {
  /// A feature of one of the keyed streams, or of all tuples of a stream.
  mutating func feature() {
    let keyed = streams.filter { !$0.key.isEmpty }
    let isGlobal = keyed.isEmpty || random.once(in: 6)
    feature(of: isGlobal ? random.choice(streams) : random.choice(keyed))
  }

  /// A feature of a stream, half of them of the program's main window.
  mutating func feature(of stream: Stream) {
    let operation = random.choice(OperatorCatalogue.all)
    let isOfItems = random.once(in: 5) && operation.name != "rate"
    // Halves are told apart by panes, which only packets and records have.
    // A sketch is a text of kilobytes; one a tuple takes minutes.
    if isOfItems, operation.name.hasSuffix("sketch") { return }
    guard !(operation.comparesHalves && !isOfItems && !random.once(in: 4)),
      let call = call(operation, stream)
    else { return }
    let window =
      isOfItems
      ? "\(random.choice([1, 2, 5, 9, 30])) ITEMS"
      : random.once(in: 2) ? windows[0] : random.choice(windows)
    let accuracy = operation.name == "topk" && isOfItems ? "" : accuracy(operation)
    let name = fresh("F")
    say("\(name) = FOREACH \(stream.name) GENERATE \(call)\(accuracy) WINDOW \(window);")
    features.append(
      Feature(
        value: Named(name: name, kind: kind(of: operation.name, stream)), key: stream.key,
        window: isOfItems ? nil : window, stream: stream.name))
  }

  private mutating func accuracy(_ operation: any StreamOperator) -> String {
    switch random.number(0...9) {
    case 0: " EXACT"
    case 1: " WITHIN \(random.choice([2, 5, 20]))%\(random.once(in: 2) ? " CONFIDENCE 99%" : "")"
    case 2 where operation.hasRanks: " WITHIN RANK \(random.choice([1, 10]))%"
    default: ""
    }
  }

  /// What expressions may do with the result.
  private func kind(of name: String, _ stream: Stream) -> Kind {
    if name.hasSuffix("sketch") { return .opaque }
    switch name {
    case "topk", "histogram", "kmedians", "sample", "flowset": return .ranking
    case "count", "countdistinct": return .number(bits: 60)
    case "descents": return .signed
    default: return .real
    }
  }

  /// A call with arguments of the operator's parameters; nil where the stream has none.
  private mutating func call(_ operation: any StreamOperator, _ stream: Stream) -> String? {
    var arguments: [String] = []
    for parameter in operation.parameters {
      if parameter.isOptional, random.once(in: 2) { break }
      guard let text = argument(parameter, operation, stream.fields) else { return nil }
      arguments.append(text)
    }
    return "\(operation.name)(\(arguments.joined(separator: ", ")))"
  }

  private mutating func argument(
    _ parameter: Parameter, _ operation: any StreamOperator, _ scope: [Named]
  ) -> String? {
    switch parameter.kind {
    case .expression:
      let weight = parameter.name == "weight"
      if !weight, random.once(in: 6) { return pick(scope) { $0 == .duration }?.name }
      if !weight, operation.takesReals, let field = pick(scope, { $0 == .real }) {
        return field.name
      }
      return expression(scope)
    case .values: return pick(scope) { Self.isSummed($0) && $0 != .flag }?.name
    case .fields:
      let count = random.choice([1, 1, 2, 3])
      var names: [String] = []
      for _ in 0..<count {
        guard
          let field = pick(
            scope,
            {
              switch $0 {
              case .real, .ranking, .opaque, .time: false
              default: true
              }
            })
        else { continue }
        let mask = field.kind == .ip && random.once(in: 5) ? "/24" : ""
        if !names.contains(where: { $0.hasPrefix(field.name) }) { names.append(field.name + mask) }
      }
      if names.isEmpty { return nil }
      return names.count == 1 ? names[0] : "{\(names.joined(separator: ", "))}"
    case .integer(let range):
      let low = Int(range.lowerBound)
      return "\(min(low + random.choice([0, 1, 2, 5, 60]), Int(range.upperBound)))"
    case .share: return random.choice(["0.5", "0.1", "0.99", "0.25", "1"])
    case .choice(let words): return random.choice(words)
    }
  }
}
