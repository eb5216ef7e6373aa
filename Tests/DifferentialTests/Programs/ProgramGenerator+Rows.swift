import TestSupport

/// Rows of windows: filters by features, TOP, JOIN and COLLAPSE.
extension ProgramGenerator {
  mutating func rowForm() {
    switch random.number(0...9) {
    case 0...3: filterRows()
    case 4...5: top()
    case 6...8: join()
    default: collapseRows()
    }
  }

  /// Features that rows of a stream can have: of its key, of a part of it, and global ones.
  private func visible(_ key: [Named], like window: String?) -> [Feature] {
    features.filter { feature in
      feature.window != nil && feature.key.allSatisfy { key.contains($0) }
        && (window == nil || feature.window == window)
    }
  }

  /// What stands in conditions over rows.
  mutating func scope(_ features: [Feature]) -> [Named] {
    features.flatMap { feature -> [Named] in
      let name = feature.value.name
      switch feature.value.kind {
      case .opaque: return []
      case .ranking:
        return [
          Named(name: "\(name).value(0)", kind: .real),
          Named(name: "\(name).count(\(random.number(0...1)))", kind: .number(bits: 60)),
        ]
      default:
        var own = [Named](repeating: feature.value, count: 4)
        // What a feature was earlier.
        own.append(Named(name: "\(name).prev(\(random.number(1...3)))", kind: feature.value.kind))
        return own
      }
    }
  }

  private mutating func filterRows() {
    let own = features.filter { $0.window != nil && isNumeric($0.value.kind) }
    guard !own.isEmpty else { return }
    let base = random.choice(own)
    let isOfFeature = random.once(in: 3)
    let meeting = visible(base.key, like: random.once(in: 3) ? nil : base.window)
    var scope = scope(meeting.isEmpty ? [base] : meeting).filter { isNumeric($0.kind) }
    let condition: String
    if random.once(in: 4) {
      scope += base.key
      condition = "\(base.value.name) >= 1 AND \(predicate(scope, 1))"
    } else {
      condition = "\(base.value.name) \(comparison()) \(literal(.real)) OR \(predicate(scope, 1))"
    }
    let name = fresh("R")
    let input = isOfFeature || base.key.isEmpty ? base.value.name : base.stream
    say("\(name) = FILTER \(input) BY \(condition);")
    rows.append(
      Rows(
        name: name, key: base.key, values: meeting.map(\.value), window: base.window ?? ""))
  }

  private mutating func top() {
    // How averages are rounded at each step must not decide who is first.
    let averages = program.statements.filter { $0.contains("ewma(") }
    let own = features.filter { feature in
      feature.window != nil && isNumeric(feature.value.kind) && !feature.key.isEmpty
        && !averages.contains { $0.hasPrefix("\(feature.value.name) = ") }
    }
    guard !own.isEmpty else { return }
    let base = random.choice(own)
    let name = fresh("R")
    let among = rows.filter { $0.key == base.key && $0.window == base.window }
    let input = among.last.flatMap { random.once(in: 3) ? $0.name : nil } ?? base.stream
    let per =
      base.key.count > 1 && base.key[0].kind != .opaque && random.once(in: 3)
      ? " PER \(base.key[0].name)" : ""
    say("\(name) = TOP \(random.number(1...4)) \(input) BY \(base.value.name)\(per);")
    rows.append(
      Rows(name: name, key: base.key, values: [base.value], window: base.window ?? ""))
  }

  /// A join of two or three features made for it, or of rows that the program has.
  private mutating func join() {
    let window = random.choice(windows)
    var inputs: [String] = []
    var values: [Named] = []
    let stream = random.choice(streams)
    guard let kind = pick(stream.fields, Self.isKey)?.kind else { return }
    let plain = stream.fields.filter { !$0.isRepeated }
    let second = random.once(in: 3) ? pick(plain, Self.isKey) : nil
    for _ in 0..<random.number(2...3) {
      let own = random.once(in: 2) ? stream : random.choice(streams)
      let fields = own.fields.filter { !$0.isRepeated }
      guard let field = pick(fields, { $0 == kind }) else { continue }
      var key = "\(field.name) AS Host"
      if let second {
        guard second.name != field.name, fields.contains(second) else { continue }
        key += ", \(second.name) AS Also"
      }
      let name = fresh("F")
      let sum = expression(fields.filter { !$0.isRepeated }, 0) ?? "1"
      let call = random.choice(["count()", "sum(\(sum))", "max(\(sum))", "ave(\(sum))"])
      let input = "(STREAM \(own.name) BY \(key))"
      say("\(name) = FOREACH \(input) GENERATE \(call) WINDOW \(window);")
      values.append(Named(name: name, kind: call == "count()" ? .number(bits: 60) : .real))
      inputs.append(
        random.once(in: 2)
          ? name : "(FILTER \(name) BY \(name) \(comparison()) \(random.number(0...9)))")
    }
    guard inputs.count > 1 else { return }
    let name = fresh("R")
    let word = random.choice(["", " LEFT", " OUTER", " ANTI"])
    let also = second.map { _ in ", Also" } ?? ""
    say("\(name) = JOIN \(inputs.joined(separator: ", ")) BY Host\(also)\(word);")
    var key = [Named(name: "Host", kind: kind)]
    if let second { key.append(Named(name: "Also", kind: second.kind)) }
    rows.append(
      Rows(
        name: name, key: key, values: word == " ANTI" ? [values[0]] : values, window: window))
    guard random.once(in: 2) else { return }
    let filtered = fresh("R")
    let scope = word == " ANTI" ? [values[0]] : values
    say("\(filtered) = FILTER \(name) BY \(predicate(scope, 1));")
    rows.append(Rows(name: filtered, key: key, values: scope, window: window))
  }

  private mutating func collapseRows() {
    let forms =
      rows.filter { $0.key.count > 1 }.map { ($0.name, $0.key, $0.values, $0.window) }
      + features.filter { $0.window != nil && $0.key.count > 1 }.map {
        ($0.value.name, $0.key, [$0.value], $0.window ?? "")
      }
    guard !forms.isEmpty else { return }
    let (input, key, values, window) = random.choice(forms)
    let kept = Array(key.prefix(random.number(1...key.count - 1)))
    if kept.contains(where: { $0.kind == .opaque }) { return }
    let name = fresh("C")
    let names = kept.map(\.name).joined(separator: ", ")
    let column = values.first { isNumeric($0.kind) }
    guard let column, !random.once(in: 3) else {
      say("\(name) = COLLAPSE \(input) BY \(names);")
      rows.append(Rows(name: name, key: kept, values: [], window: window))
      return
    }
    say("\(name) = COLLAPSE \(input) BY \(names) FOR \(column.name);")
    rows.append(Rows(name: name, key: kept, values: [], window: window))
    let value = fresh("V")
    let call = random.choice([
      "sum(\(column.name))", "count()", "max(\(column.name))", "ave(\(column.name))",
      "entropy(\(column.name))", "topk(\(key[key.count - 1].name), 2)", "median(\(column.name))",
    ])
    say("\(value) = FOREACH \(name) GENERATE \(call);")
    rows.append(
      Rows(
        name: value, key: kept,
        values: [Named(name: value, kind: call.hasPrefix("topk") ? .ranking : .real)],
        window: window))
  }
}
