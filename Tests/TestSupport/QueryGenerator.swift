import DataModel

/// Seeded random queries of the supported part of the grammar, over the whole field table.
///
/// Every query is meant to be accepted: expressions stay within what the range proof admits.
public struct QueryGenerator: Sendable {
  private var random: RandomSource
  private var lines: [String] = []
  private var window = "1s"

  private static let fields = PacketFields.all
  private static let flags = fields.filter { $0.type == .bool }
  private static let numbers = fields.filter {
    if case .unsigned(let bits) = $0.type { bits <= 32 } else { false }
  }
  private static let small = fields.filter {
    if case .unsigned(let bits) = $0.type { bits <= 18 } else { false }
  }
  /// Fields that most packets have, so that most predicates are neither always true nor never.
  private static let common = [
    "frame.len", "ip.len", "ip.ttl", "ip.proto", "ip.id", "IpBytes", "IpProtocol", "HopLimit",
    "DestPort", "tcp.srcport", "tcp.dstport", "tcp.window_size_value", "tcp.flags",
    "udp.length", "ip.dsfield",
  ]
  private static let commonFlags = [
    "tcp", "udp", "ip", "ipv6", "dns", "vlan", "tcp.flags.syn", "tcp.flags.ack",
    "dns.flags.response",
  ]
  private static let addresses = fields.filter(\.type.isAddress)
  private static let macs = fields.filter { $0.type == .mac }

  /// A generator with a seed.
  public init(seed: UInt64) { random = RandomSource(seed: seed &+ 1000) }

  /// The next query.
  public mutating func next() -> String {
    lines = ["P = PacketStream(\"eth0\");"]
    window = random.choice(["500ms", "1s", "2s", "10s", "2s SLIDE 500ms", "6s SLIDE 2s"])
    var streams = ["P"]
    if random.once(in: 2) {
      lines.append("F1 = FILTER P BY \(predicate(2));")
      streams.append("F1")
    }
    if random.once(in: 3) {
      lines.append("F2 = FILTER \(random.choice(streams)) BY \(predicate(1));")
      streams.append("F2")
    }
    if random.once(in: 5) {
      lines.append(
        "D1 = DISTINCT \(random.choice(streams)) BY \(keys(2)) WINDOW \(window);")
      streams.append("D1")
    }
    if random.once(in: 4) {
      lines.append("HotN = FOREACH (STREAM P BY SourceIp) GENERATE count() WINDOW 500ms;")
      lines.append("Hot = FILTER HotN BY HotN >= \(random.number(2...20));")
      let within = random.once(in: 2) ? " WITHIN \(random.choice(["1s", "2s"]))" : ""
      let negation = random.once(in: 3) ? "NOT " : ""
      lines.append("F3 = FILTER P BY SourceIp \(negation)IN Hot\(within);")
      streams.append("F3")
    }
    if random.once(in: 3) { streams.append(beside(streams)) }
    if random.once(in: 6) { tuples(streams) }
    if random.once(in: 3) { lines += RowQueries.join(streams, window: window, &random) }
    for index in 0..<random.number(1...2) { relation(index, streams) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A keyed stream, its features, perhaps a filter or a TOP over them, and the output.
  private mutating func relation(_ index: Int, _ streams: [String]) {
    let stream = random.choice(streams)
    let key = "K\(index)"
    let isGlobal = random.once(in: 8)
    if !isGlobal { lines.append("\(key) = STREAM \(stream) BY \(keys(3));") }
    let source = isGlobal ? stream : key
    var features: [(name: String, isNumber: Bool)] = []
    for number in 0..<random.number(1...3) {
      let name = "V\(index)x\(number)"
      let call = self.call()
      lines.append("\(name) = FOREACH \(source) GENERATE \(call.text) WINDOW \(window);")
      features.append((name, call.isNumber))
      // A global feature is an output itself, and an earlier value is no stream.
      if call.isNumber, !isGlobal, random.once(in: 6) {
        features.append(("\(name).prev(\(random.number(1...3)))", true))
      }
    }
    let numeric = features.filter(\.isNumber).map(\.name)
    guard !isGlobal else {
      for feature in features { lines.append("OUTPUT \(feature.name);") }
      return
    }
    let list = features.map(\.name).joined(separator: ", ")
    switch numeric.isEmpty ? 0 : random.number(0...3) {
    case 1...2:
      lines.append("R\(index) = FILTER \(key) BY \(condition(numeric));")
      lines.append("OUTPUT R\(index) (\(list));")
    case 3:
      lines.append(
        "R\(index) = TOP \(random.number(1...5)) \(key) BY \(random.choice(numeric));")
      lines.append("OUTPUT R\(index) (\(list));")
    default: lines.append("OUTPUT \(key) (\(list));")
    }
  }

  /// A filter that compares tuples with features, by key or of all tuples.
  private mutating func beside(_ streams: [String]) -> String {
    let stream = random.choice(streams)
    let base = random.choice(streams)
    let key = random.choice(["SourceIp", "DestIp/24", "IpProtocol", "DestPort ELSE 0"])
    let source = random.once(in: 3) ? base : "(STREAM \(base) BY \(key))"
    let call = random.choice(["ave(frame.len)", "max(ip.ttl)", "count()", "sum(IpBytes)"])
    lines.append("B1 = FOREACH \(source) GENERATE \(call) WINDOW \(window);")
    lines.append("B2 = FOREACH \(base) GENERATE count() WINDOW 500ms;")
    let comparison = random.choice(["<", "<=", ">", ">=", "!="])
    let condition = random.choice([
      "\(number()) \(comparison) B1", "B2 > \(random.number(5...60))",
      "\(flag()) AND frame.len * 2 \(comparison) B1 + \(number())",
      "\(flag()) OR NOT (\(number()) \(comparison) B1)",
      "B1 > \(random.number(1...300)) AND \(flag())", "B2 / 2 < B1 OR \(predicate(0))",
    ])
    lines.append("BF = FILTER \(stream) BY \(condition);")
    return "BF"
  }

  /// An output of tuples with computed columns and features in effect.
  private mutating func tuples(_ streams: [String]) {
    lines.append("TN = FOREACH (STREAM P BY SourceIp) GENERATE count() WINDOW \(window);")
    let columns = [
      "frame.len", "SourceIp", "tcp AND frame.len > 100 AS Long", "frame.len / 3 AS Third", "TN",
      "TN > 5 AS Busy", "DestPort IN {53, 80} AS Known", "ip.ttl + 1 AS Hops",
    ]
    let chosen = columns.filter { _ in random.once(in: 2) }
    if chosen.isEmpty { return }
    let source = random.once(in: 2) ? random.choice(streams) : "(STREAM P BY SourceIp)"
    lines.append("TT = FILTER \(source) BY frame.len > 200;")
    lines.append("OUTPUT TT (\((["frame.time"] + chosen).joined(separator: ", ")));")
  }

  private mutating func keys(_ most: Int) -> String {
    var names: [String] = []
    for _ in 0..<random.number(1...most) {
      var name: String
      switch random.number(0...5) {
      case 0...1: name = random.choice(["SourceIp", "DestIp"])
      case 2:
        name = random.choice(["SourceIp/16", "DestIp/24", "DestIp/8/48"])
      case 3:
        name = random.once(in: 3) ? "ApplicationProtocol" : random.choice(Self.small.map(\.name))
      case 4:
        let fallback = random.once(in: 2) ? " ELSE 0" : ""
        name = random.choice(["SourcePort", "vlan.id"]) + fallback
      default: name = random.choice((Self.addresses + Self.macs + Self.flags).map(\.name))
      }
      let base = name.split { " /".contains($0) }[0]
      if !names.contains(where: { $0.split { " /".contains($0) }[0] == base }) {
        names.append(name)
      }
    }
    return names.joined(separator: ", ")
  }

  private mutating func call() -> (text: String, isNumber: Bool) {
    switch random.number(0...12) {
    case 0...2: return ("count()", true)
    case 3: return ("sum(\(expression()))", true)
    case 4:
      return (random.choice(["min", "max"]) + "(\(expression()))", true)
    case 5: return ("ave(\(expression()))", true)
    case 6: return (random.choice(["var", "stddev"]) + "(\(expression()))", true)
    case 7: return (random.choice(["first", "last"]) + "(\(expression()))", true)
    case 9: return counted()
    case 8: return ("topk(\(random.choice(["DestPort", "SourceIp", "ip.proto"])), 3)", false)
    default:
      let items = random.choice([
        "SourceIp", "DestPort", "ApplicationProtocol", "SourceIp, SourcePort", "ip.ttl",
      ])
      return ("countdistinct(\(items))", true)
    }
  }

  /// An operator over the counts of items or values.
  private mutating func counted() -> (text: String, isNumber: Bool) {
    let item = random.choice(["DestPort", "SourceIp", "ip.proto", "DestIp, DestPort"])
    switch random.number(0...12) {
    case 8: return ("quantile(\(number()), 0.5) WITHIN \(random.number(1...30))%", true)
    case 9: return ("rate(\(number()))", true)
    case 10: return (random.choice(["sample", "flowset"]) + "({\(item)}, 3)", false)
    case 11: return ("ewma(\(number()), 0.\(random.number(0...99)))", true)
    case 12: return ("descents(\(number()))", true)
    case 7: return (random.choice(["hll", "theta", "frequent"]) + "sketch(\(item))", false)
    case 0: return ("entropy(\(item))", true)
    case 1: return ("rarity(\(random.choice(["SourcePort", "ip.ttl"])), 2)", true)
    case 2: return ("norm(DestIp, \(random.choice(["L0", "L1", "L2", "Linf"])))", true)
    case 3: return ("norm(DestPort, \(random.choice(["L1", "L2"])), frame.len)", true)
    case 4: return ("quantile(\(number()), 0.\(random.number(0...99)))", true)
    case 5: return ("median(\(number()))", true)
    default: return ("histogram(\(number())\(random.choice(["", ", 100"])))", false)
    }
  }

  /// A numeric field, of the common ones two times in three.
  private mutating func number() -> String {
    random.once(in: 3) ? random.choice(Self.numbers).name : random.choice(Self.common)
  }

  private mutating func flag() -> String {
    random.once(in: 4) ? random.choice(Self.flags).name : random.choice(Self.commonFlags)
  }

  /// A number over the tuple.
  private mutating func expression() -> String {
    let field = number()
    switch random.number(0...7) {
    case 0: return "\(field) + \(random.number(1...1000))"
    case 1: return "\(random.choice(Self.small).name) * \(random.number(2...9))"
    case 2: return "\(field) - \(number())"
    case 3: return "\(field) & \(random.number(1...255))"
    case 4: return "div(\(field), \(random.number(2...50)))"
    case 5: return "\(field) % \(random.number(2...50))"
    default: return field
    }
  }

  /// A condition over one tuple.
  private mutating func predicate(_ depth: Int) -> String {
    if depth > 0 {
      switch random.number(0...4) {
      case 0: return "(\(predicate(depth - 1)) AND \(predicate(depth - 1)))"
      case 1: return "(\(predicate(depth - 1)) OR \(predicate(depth - 1)))"
      case 2: return "NOT (\(predicate(depth - 1)))"
      default: break
      }
    }
    let comparison = random.choice(["==", "!=", "<", "<=", ">", ">=", ">=", ">", "="])
    switch random.number(0...12) {
    case 0...2: return flag()
    case 11: return text()
    case 3:
      let field = random.choice(Self.addresses)
      let negation = random.once(in: 3) ? "NOT IN" : "IN"
      let prefixes =
        field.type == .ipv6
        ? "{2001:db8::/125, 2001:db8::1:0/112}"
        : field.type == .ip ? "{10.0.0.0/15, 10.3.0.0/24, 2001:db8::/126}" : "{10.1.0.0/16}"
      return "\(field.name) \(negation) \(prefixes)"
    case 4: return "SourceIp \(random.choice(["==", "!=", "<", ">="])) DestIp"
    case 5:
      let low = random.number(0...200)
      return "\(number()) BETWEEN \(low) AND \(low + random.number(0...500))"
    case 6:
      let list = (0..<random.number(1...4)).map { _ in "\(random.choice([22, 53, 80, 443, 6, 17]))"
      }
      let unique = list.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
      let field = random.choice(["DestPort", "SourcePort", "IpProtocol", "tcp.dstport"])
      return "\(field) \(random.once(in: 3) ? "NOT IN" : "IN") {\(unique.joined(separator: ", "))}"
    case 7: return "(\(expression())) \(comparison) \(random.number(0...1500))"
    default:
      return "\(number()) \(comparison) \(random.number(0...1500))"
    }
  }

  /// A condition over a name or over bytes.
  private mutating func text() -> String {
    let negation = random.once(in: 3) ? "NOT " : ""
    switch random.number(0...3) {
    case 0:
      let comparison = random.choice(["==", "!=", "<", ">="])
      return "ApplicationProtocol \(comparison) \"\(random.choice(["ssh", "http", "domain"]))\""
    case 1: return "ApplicationProtocol \(negation)IN {\"https\", \"ssh\", \"microsoft-ds\"}"
    default:
      let field = random.choice(["payload", "payload", "tcp.payload", "udp.payload"])
      let needle = random.choice([
        "zorro", "Z", "ZZZZZZZZZ", "the mark of zorro", "oZ", "a mark that nobody ever sends out",
      ])
      return "\(field) \(negation)CONTAINS \"\(needle.prefix(32))\""
    }
  }

  /// A condition over one row.
  private mutating func condition(_ features: [String]) -> String {
    let first = random.choice(features)
    let second = random.choice(features)
    switch random.number(0...4) {
    case 0: return "\(first) > \(random.number(1...50)) AND \(second) < \(random.number(50...5000))"
    case 1: return "\(first) / \(second) <= \(random.number(1...40))"
    case 2: return "NOT (\(first) == \(second)) OR \(first) >= \(random.number(1...9))"
    case 3: return "\(first) + \(second) > \(random.number(1...100))"
    default: return "\(first) >= \(random.number(1...10))"
    }
  }
}
