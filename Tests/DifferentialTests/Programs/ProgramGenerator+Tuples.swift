import TestSupport

/// Streams of tuples that need features or other streams.
extension ProgramGenerator {
  mutating func tupleForm() {
    switch random.number(0...9) {
    case 0...1: besideFeatures()
    case 2: itemFilter()
    case 3: asked()
    case 4: unanswered()
    case 5: rowsAsTuples()
    case 6: collapsed()
    case 7: pattern()
    case 8: feature()
    default: selection()
    }
  }

  /// A filter of tuples by features of windows of time.
  private mutating func besideFeatures() {
    guard let feature = features.filter({ $0.window != nil && isNumeric($0.value.kind) }).last
    else { return }
    let plain = streams.filter { stream in
      feature.key.allSatisfy { key in stream.fields.contains { $0.name == key.name } }
    }
    guard !plain.isEmpty else { return }
    let stream = random.choice(plain)
    let name = feature.value.name
    let value = expression(stream.fields.filter { !$0.isRepeated }) ?? "1"
    let condition = random.choice([
      "\(value) \(comparison()) \(name)", "\(name) > \(random.number(1...60))",
      "\(name) >= 2 AND \(predicate(stream.fields, 0))",
      "\(predicate(stream.fields, 0)) OR NOT (\(value) < \(name))",
    ])
    selected(stream, by: "FILTER \(stream.name) BY \(condition)")
  }

  func isNumeric(_ kind: Kind) -> Bool {
    switch kind {
    case .number, .signed, .real, .duration: true
    default: false
    }
  }

  /// A filter by current values of windows of items.
  private mutating func itemFilter() {
    let own = features.filter { $0.window == nil && isNumeric($0.value.kind) }
    guard let feature = own.last, let stream = streams.first(where: { $0.name == feature.stream })
    else { return }
    var scope = own.filter { $0.stream == stream.name }.map(\.value)
    scope.append(Named(name: "\(feature.value.name).prev(\(random.number(1...4)))", kind: .real))
    let condition =
      random.once(in: 2)
      ? predicate(scope, 1) : "\(predicate(scope, 0)) AND \(predicate(stream.fields, 0))"
    selected(stream, by: "FILTER \(stream.name) BY \(condition)")
  }

  /// `x IN S`, of the keys of rows, or of items.
  private mutating func asked() {
    let sets =
      rows.map { ($0.name, $0.key) }
      + features.filter {
        $0.window != nil && !$0.key.isEmpty && ($0.value.kind != .ranking || random.once(in: 9))
      }.map { ($0.value.name, $0.key) }
    guard !sets.isEmpty else { return }
    let (name, key) = random.choice(sets)
    let stream = random.choice(streams)
    var columns: [String] = []
    for part in key {
      guard let field = pick(stream.fields.filter({ !$0.isRepeated }), { $0 == part.kind }) else {
        return
      }
      columns.append(field.name)
    }
    let who = columns.count == 1 ? columns[0] : "(\(columns.joined(separator: ", ")))"
    let within = random.once(in: 3) ? " WITHIN \(random.choice(spans))" : ""
    let word = random.once(in: 4) ? "NOT IN" : "IN"
    let rest = random.once(in: 3) ? " AND \(predicate(stream.fields, 0))" : ""
    selected(stream, by: "FILTER \(stream.name) BY \(who) \(word) \(name)\(within)\(rest)")
  }

  /// ANTI joins of keyed streams.
  private mutating func unanswered() {
    let (a, b) = (random.choice(streams), random.choice(streams))
    guard let x = pick(a.fields.filter({ !$0.isRepeated }), { Self.isKey($0) }),
      let y = pick(b.fields.filter({ !$0.isRepeated }), { $0 == x.kind })
    else { return }
    let kind = random.choice(["ANTI BEFORE", "ANTI AFTER"])
    let span = random.choice(spans)
    let inputs =
      "(STREAM \(a.name) BY \(x.name) AS H), (STREAM \(b.name) BY \(y.name) AS H)"
    var result = a
    result.name = fresh("J")
    result.tuples = kind == "ANTI BEFORE" ? a.tuples : result.name
    result.key = [Named(name: "H", kind: x.kind)]
    say("\(result.name) = JOIN \(inputs) BY H \(kind) \(span);")
    streams.append(result)
  }

  static func isKey(_ kind: Kind) -> Bool {
    switch kind {
    case .number(let bits): bits <= 32
    case .ip, .ipv4, .text, .service: true
    default: false
    }
  }

  /// Rows of windows as tuples.
  private mutating func rowsAsTuples() {
    let forms =
      rows.map { $0 }
      + features.filter { $0.window != nil }.map {
        Rows(name: $0.value.name, key: $0.key, values: [$0.value], window: $0.window ?? "")
      }
    guard !forms.isEmpty else { return }
    let source = random.choice(forms)
    var values = source.values.filter { isNumeric($0.kind) }
    values = values.map { Named(name: $0.name, kind: $0.kind == .duration ? .duration : $0.kind) }
    var stream = Stream(
      name: source.name, fields: source.key + values, tuples: source.name, isRows: true)
    if stream.fields.isEmpty { return }
    if !source.key.isEmpty, random.once(in: 2) {
      let keys = self.keys(stream, most: 2)
      stream.name = fresh("R")
      stream.key = keys.key
      stream.fields.append(Named(name: "frame.time", kind: .time))
      say("\(stream.name) = STREAM \(source.name) BY \(keys.text);")
    }
    streams.append(stream)
    if random.once(in: 2) { feature(of: stream) }
  }

  /// COLLAPSE of tuples, with the current values of each key of the table, or without.
  private mutating func collapsed() {
    guard let stream = streams.filter({ $0.key.count > 1 }).last else { return }
    let kept = Array(stream.key.dropLast())
    if kept.contains(where: { $0.kind == .opaque }) { return }
    let names = kept.map(\.name).joined(separator: ", ")
    let own = features.filter { $0.window == nil && $0.stream == stream.name }
    let columns = own.map(\.value).filter { isNumeric($0.kind) || random.once(in: 9) }.prefix(2)
    var result = stream
    result.name = fresh("C")
    result.key = kept
    result.tuples = result.name
    let list =
      columns.isEmpty ? "" : " FOR \(columns.map(\.name).joined(separator: ", "))"
    say("\(result.name) = COLLAPSE \(stream.name) BY \(names)\(list);")
    streams.append(result)
    guard let column = columns.first, isNumeric(column.kind) else { return }
    let value = fresh("V")
    let call = random.choice([
      "ave(\(column.name))", "max(\(column.name))", "count()", "median(\(column.name))",
      "sum(\(column.name))", "topk(\(stream.key[stream.key.count - 1].name), 2)",
    ])
    say("\(value) = FOREACH \(result.name) GENERATE \(call);")
    features.append(
      Feature(
        value: Named(name: value, kind: call.hasPrefix("topk") ? .ranking : .real), key: kept,
        window: nil, stream: result.name))
  }

  /// A small pattern, whose matches are tuples.
  private mutating func pattern() {
    guard let stream = streams.filter({ $0.ends != nil && !$0.isRows }).last, let ends = stream.ends
    else { return }
    let count = random.number(1...3)
    let vertices = ["u", "v", "w"]
    var lines = (0..<count).map { index in
      "\(random.choice(vertices)) e\(index) \(random.choice(vertices));"
    }
    let used = vertices.filter { name in
      lines.contains { $0.hasPrefix(name + " ") || $0.hasSuffix(" \(name);") }
    }
    for index in 1..<max(1, count) {
      lines.append("start(e\(index - 1)) \(random.choice(["<", "<="])) start(e\(index));")
      let reach = random.choice(["1", "0.1", "5"])
      lines.append("start(e\(index)) - start(e\(index - 1)) <= \(reach);")
    }
    let plain = stream.fields.filter { !$0.isRepeated }
    if random.once(in: 2), let field = pick(plain, Self.isWhole) {
      lines.append("e0.\(field.name) \(comparison()) \(literal(field.kind));")
      if count > 1 { lines.append("e0.\(field.name) \(comparison()) e1.\(field.name);") }
    }
    if random.once(in: 3) { lines.append("\(used[0]) IN {10.0.0.0/15, 2001:db8::/125};") }
    let distinct = random.once(in: 4) ? "DISTINCT " : ""
    let name = fresh("M")
    say(
      "\(name) = SUBGRAPH ON \(stream.name) WITH source(\(ends.source)) AND "
        + "target(\(ends.target)) \(distinct){ \(lines.joined(separator: " ")) }")
    var fields = used.map { Named(name: $0, kind: .ip) }
    fields += [Named(name: "e0.start", kind: .time)]
    if let field = pick(plain, Self.isWhole) {
      fields.append(Named(name: "e0.\(field.name)", kind: field.kind))
    }
    streams.append(Stream(name: name, fields: fields, tuples: name))
  }
}
