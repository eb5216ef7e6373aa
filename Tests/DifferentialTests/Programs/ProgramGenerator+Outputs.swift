import TestSupport

extension ProgramGenerator {
  mutating func output() {
    switch random.number(0...9) {
    case 0...2 where !rows.isEmpty: rowOutput()
    case 3...4 where !features.isEmpty: featureOutput()
    case 5: everyOutput()
    case 6 where !rows.isEmpty: say("OUTPUT \(random.choice(rows).name);")
    default: tupleOutput()
    }
  }

  private mutating func rowOutput() {
    let row = random.choice(rows)
    var columns: [String] = []
    let values = row.values.filter { isNumeric($0.kind) }
    for value in row.values.prefix(3) { columns.append(value.name) }
    if let a = values.first, let b = values.last {
      let name = fresh("y")
      columns.append(
        random.choice([
          "\(a.name) + \(b.name) AS \(name)", "\(a.name) / \(b.name) AS \(name)",
          "\(a.name) > \(b.name) AS \(name)", "\(a.name) * 2 - 1 AS \(name)",
          "\(a.name).prev(1) AS \(name)",
        ]))
    }
    let list = columns.isEmpty ? "" : " (\(columns.joined(separator: ", ")))"
    say("OUTPUT \(row.name)\(list);")
  }

  private mutating func featureOutput() {
    let feature = random.choice(features)
    let meeting = features.filter {
      $0.stream == feature.stream && $0.window == feature.window && !$0.key.isEmpty
    }
    if meeting.count > 1 || (feature.window == nil && !feature.key.isEmpty) {
      var names = meeting.map(\.value.name)
      if feature.value.kind == .ranking {
        names += ["\(feature.value.name).key(0) AS \(fresh("y"))"]
      } else if feature.value.kind != .opaque {
        names += ["\(feature.value.name).prev(1) AS \(fresh("y"))"]
      }
      say("OUTPUT \(feature.stream) (\(names.joined(separator: ", ")));")
    } else {
      say("OUTPUT \(feature.value.name);")
    }
  }

  private mutating func everyOutput() {
    let items = features.filter { $0.window == nil }
    guard let feature = items.last else { return tupleOutput() }
    let every = random.choice(spans)
    say(
      feature.key.isEmpty
        ? "OUTPUT \(feature.value.name) EVERY \(every);"
        : "OUTPUT \(feature.stream) (\(feature.value.name)) EVERY \(every);")
  }

  private mutating func tupleOutput() {
    let stream = streams.last.flatMap { random.once(in: 2) ? $0 : nil } ?? random.choice(streams)
    var columns: [String] = []
    for _ in 0..<random.number(1...3) {
      let field = random.choice(stream.fields)
      if !columns.contains(field.name) { columns.append(field.name) }
    }
    if random.once(in: 3), let value = expression(stream.fields.filter { !$0.isRepeated }) {
      columns.append("\(value) AS \(fresh("y"))")
    }
    if random.once(in: 4) {
      columns.append("\(predicate(stream.fields.filter { !$0.isRepeated }, 0)) AS \(fresh("y"))")
    }
    let beside = features.filter { feature in
      feature.key.allSatisfy { key in stream.fields.contains { $0.name == key.name } }
    }
    if random.once(in: 3), let feature = beside.last {
      columns.append(feature.value.name)
    }
    say("OUTPUT \(stream.name) (\(columns.joined(separator: ", ")));")
  }
}
