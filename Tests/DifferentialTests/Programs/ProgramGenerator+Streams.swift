import TestSupport

extension ProgramGenerator {
  /// A FILTER, DISTINCT, TRANSFORM or UNION of a stream of tuples.
  mutating func selection() {
    let stream = random.choice(streams)
    switch random.number(0...9) {
    case 0: distinct(stream)
    case 1: transform(stream)
    case 2: union()
    case 3 where stream.fields.contains { $0.name == "frame.len" }: searching(stream)
    default:
      selected(stream, by: "FILTER \(stream.name) BY \(predicate(stream.fields, 2))")
    }
  }

  /// A stream whose tuples are some of another's.
  @discardableResult
  mutating func selected(_ stream: Stream, by statement: String) -> Stream {
    var result = stream
    result.name = fresh("S")
    say("\(result.name) = \(statement);")
    streams.append(result)
    return result
  }

  private mutating func searching(_ stream: Stream) {
    let negation = random.once(in: 3) ? "NOT " : ""
    let bytes = random.choice(["payload", "tcp.payload", "udp.payload"])
    let needle = random.choice(["zorro", "ZZZZ", "mark of z", "\\x00\\x01"])
    let rest = random.once(in: 2) ? " AND \(predicate(stream.fields, 0))" : ""
    selected(
      stream, by: "FILTER \(stream.name) BY \(bytes) \(negation)CONTAINS \"\(needle)\"\(rest)")
  }

  private mutating func distinct(_ stream: Stream) {
    let keys = self.keys(stream, most: 2).text
    selected(stream, by: "DISTINCT \(stream.name) BY \(keys) WINDOW \(random.choice(windows))")
  }

  private mutating func union() {
    let first = random.choice(streams)
    let others = streams.filter { $0.tuples == first.tuples }
    let second = random.once(in: 4) ? random.choice(streams) : random.choice(others)
    guard first.name != second.name else { return }
    var result = first
    result.name = fresh("U")
    result.key = []
    if first.tuples != second.tuples {
      result.tuples = result.name
      result.fields = first.fields.filter { second.fields.contains($0) }
      result.ends = first.ends.flatMap { own in
        second.ends.map { $0 == own } == true ? own : nil
      }
    }
    guard !result.fields.isEmpty else { return }
    say("\(result.name) = UNION \(first.name), \(second.name);")
    streams.append(result)
  }

  private mutating func transform(_ stream: Stream) {
    var result = stream
    result.name = fresh("T")
    result.tuples = result.name
    var columns: [String] = []
    for _ in 0..<random.number(1...2) {
      guard let column = transformed(stream) else { continue }
      let name = fresh("x")
      columns.append("(\(column.name)) : \(name)")
      result.fields += [Named](repeating: Named(name: name, kind: column.kind), count: 6)
    }
    guard !columns.isEmpty else { return }
    say("\(result.name) = FOREACH \(stream.name) TRANSFORM \(columns.joined(separator: ", "));")
    streams.append(result)
  }

  private mutating func transformed(_ stream: Stream) -> Named? {
    let plain = stream.fields.filter { !$0.isRepeated }
    let back = random.number(1...3)
    if random.once(in: 3), let time = pick(plain, { $0 == .time }) {
      return Named(name: "\(time.name) - \(time.name).prev(\(back))", kind: .duration)
    }
    guard let field = pick(plain, Self.isWhole) else { return nil }
    switch random.number(0...4) {
    case 0: return Named(name: "\(field.name).prev(\(back))", kind: field.kind)
    case 1: return Named(name: "\(field.name) - \(field.name).prev(\(back))", kind: .signed)
    case 2: return Named(name: "\(field.name) / \(random.number(2...9))", kind: .real)
    case 3:
      return features.first { $0.window == nil && $0.stream == stream.name }.map {
        Named(name: "\(field.name) - \($0.value.name)", kind: .real)
      }
    default: return expression(plain).map { Named(name: $0, kind: .signed) }
    }
  }

  /// Components of a key, as text and as what rows have.
  mutating func keys(_ stream: Stream, most: Int) -> (text: String, key: [Named]) {
    var texts: [String] = []
    var key: [Named] = []
    for _ in 0..<random.number(1...most) {
      guard
        let field = pick(
          stream.fields,
          {
            switch $0 {
            case .real, .ranking, .opaque, .time, .duration: false
            case .number(let bits): bits <= 32
            default: true
            }
          })
      else { continue }
      let component = component(field)
      if key.contains(where: { $0.name == component.key.name }) { continue }
      texts.append(component.text)
      key.append(component.key)
    }
    if texts.isEmpty, let field = stream.fields.first(where: { $0.kind != .real }) {
      return (field.name, [field])
    }
    return (texts.joined(separator: ", "), key)
  }

  private mutating func component(_ field: Named) -> (text: String, key: Named) {
    var key = Named(name: field.name, kind: field.kind)
    var text = field.name
    switch field.kind {
    case .ip where random.once(in: 4): text += random.choice(["/24", "/16/48", "/8/64"])
    case .ipv4 where random.once(in: 4): text += "/24"
    default: break
    }
    // Columns of a key have their masks in their names, which expressions do not take.
    if text != field.name { key = Named(name: text, kind: .opaque) }
    if !field.isRepeated, random.once(in: 5) {
      switch field.kind {
      case .number(let bits): text += " ELSE \(random.number(0...min(9, 1 << bits - 1)))"
      case .flag: text += " ELSE false"
      case .ipv4: text += " ELSE 10.0.0.9"
      default: break
      }
    }
    if random.once(in: 6) {
      key = Named(name: field.kind == .ip ? "Host" : fresh("k"), kind: field.kind)
      text += " AS \(key.name)"
    }
    return (text, key)
  }

  mutating func keyedStream() {
    let stream = random.choice(streams)
    let keys = keys(stream, most: 3)
    var result = stream
    result.name = fresh("K")
    result.key = keys.key
    say("\(result.name) = STREAM \(stream.name) BY \(keys.text);")
    streams.append(result)
  }
}
