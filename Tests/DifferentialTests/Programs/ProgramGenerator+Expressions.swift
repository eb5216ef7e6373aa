import TestSupport

extension ProgramGenerator {
  /// A number over one tuple or row; nil where the scope has none.
  mutating func expression(_ scope: [Named], _ depth: Int = 1) -> String? {
    guard let field = pick(scope, Self.isWhole) else { return nil }
    let bits = if case .number(let bits) = field.kind { bits } else { 64 }
    let name = field.name
    switch random.number(0...15) {
    case 0 where bits < 62: return "\(name) + \(random.number(1...1000))"
    case 1 where bits < 64:
      return pick(scope) { Self.isWhole($0) && $0 != .signed }.map { "\(name) - \($0.name)" }
    case 2 where bits <= 32: return "\(name) * \(random.number(2...9))"
    case 3: return "\(name) & \(random.choice(["1", "0x12", "255", "7"]))"
    case 4 where bits <= 32: return "\(name) | \(random.number(1...64))"
    case 5 where bits <= 32: return "(\(name) ^ \(random.number(1...64)))"
    case 6: return "\(name) >> \(random.number(0...9))"
    case 14 where bits <= 32: return "\(name) >> (\(name) & 31)"
    case 7 where bits <= 16: return "\(name) << \(random.number(1...9))"
    case 8: return "div(\(name), \(random.choice(["7", "2", "100", "-3"])))"
    case 9: return "\(name) % \(random.number(2...50))"
    case 10 where depth > 0 && bits <= 32:
      return expression(scope.filter { Self.isSmall($0.kind) }, depth - 1).map {
        "(\($0)) + \(name)"
      }
    case 11 where bits < 64: return "-\(name)"
    case 12 where depth > 0:
      return expression(scope, depth - 1).map { "div(\($0), \(random.number(2...9)))" }
    default: return name
    }
  }

  private static func isSmall(_ kind: Kind) -> Bool {
    if case .number(let bits) = kind { bits <= 32 } else { false }
  }

  mutating func comparison() -> String {
    random.choice(["==", "!=", "<", "<=", ">", ">=", ">", "="])
  }

  /// A constant of the kind.
  mutating func literal(_ kind: Kind) -> String {
    switch kind {
    case .number(let bits):
      let most = bits >= 20 ? 3000 : (1 << bits) - 1
      return random.choice([
        "\(random.number(0...most))", "\(random.number(0...min(most, 40)))", "\(min(most, 80))",
        "\(min(most, 443))", "\(min(most, 6))",
      ])
    case .signed: return "\(random.number(-40...40))"
    case .real: return random.choice(["0.5", "\(random.number(0...300))", "12.25"])
    case .flag: return random.choice(["true", "false"])
    case .ip:
      return random.once(in: 5)
        ? literal(.ipv6) : random.choice([literal(.ipv4), "147.32.84.\(random.number(0...5))"])
    case .ipv4: return "10.\(random.number(0...3)).0.\(random.zipf(9))"
    case .ipv6: return "2001:db8::\(random.zipf(9))"
    case .mac: return "02:00:00:00:00:0\(random.number(0...9))"
    case .text(let texts), .service(let texts): return "\"\(random.choice(texts))\""
    case .duration: return random.choice(["1s", "250ms", "3", "0.5", "10s"])
    case .time: return random.choice(["5", "1700000000", "1312962430.5"])
    case .ranking, .opaque: return "0"
    }
  }

  /// A condition over one tuple or row of these names.
  mutating func predicate(_ scope: [Named], _ depth: Int) -> String {
    if depth > 0 {
      let (a, b) = (predicate(scope, depth - 1), predicate(scope, depth - 1))
      switch random.number(0...5) {
      case 0...1: return "(\(a) AND \(b))"
      case 2: return "(\(a) OR \(b))"
      case 3: return "NOT (\(a))"
      case 4: return "\(a) AND NOT \(b.hasPrefix("NOT") ? "(\(b))" : b)"
      default: break
      }
    }
    if random.once(in: 6), let value = expression(scope) {
      return "\(value) \(comparison()) \(random.number(-5...1500))"
    }
    if random.once(in: 12), let pair = tupleList(scope) { return pair }
    guard let field = pick(scope, { $0 != .ranking && $0 != .opaque }) else { return "true" }
    return condition(field, scope)
  }

  private mutating func condition(_ field: Named, _ scope: [Named]) -> String {
    let name = field.name
    switch field.kind {
    case .flag: return random.choice([name, name, "NOT \(name)", "\(name) == true"])
    case .ip, .ipv4, .ipv6: return address(field, scope)
    case .text, .service, .mac: return listed(field)
    case .duration: return duration(name, scope)
    case .real:
      return random.choice([
        "\(name) \(comparison()) \(literal(.real))", "\(name) * 2 > \(literal(.real))",
        "\(name) / 3 \(comparison()) \(literal(.real))",
      ])
    case .time:
      return random.choice([
        "\(name) > \(literal(.time))", "\(name) - \(name) <= 1s", "\(name) >= 1312962440",
      ])
    default: break
    }
    let other = pick(scope) { Self.isWhole($0) || $0 == .real }?.name ?? name
    switch random.number(0...8) {
    case 0: return "\(name) \(comparison()) \(other)"
    case 1:
      let low = random.number(0...200)
      let word = random.choice(["BETWEEN", "NOT BETWEEN"])
      return "\(name) \(word) \(low) AND \(low + random.number(0...500))"
    case 2: return listed(field)
    case 3: return "\(name) / \(other) \(comparison()) \(random.choice(["0.5", "2", "1.25"]))"
    case 4 where field.kind != .signed: return "\(name) * 2 \(comparison()) \(other)"
    default: return "\(name) \(comparison()) \(literal(field.kind))"
    }
  }

  private func hasOrder(_ field: Named) -> Bool {
    if case .text = field.kind { false } else { true }
  }

  private mutating func listed(_ field: Named) -> String {
    let (a, b) = (literal(field.kind), literal(field.kind))
    let list = a == b ? "{\(a)}" : "{\(a), \(b)}"
    switch random.number(0...5) {
    case 0: return "\(field.name) == \(a)"
    case 1: return "\(field.name) != \(a)"
    case 2: return "\(field.name) NOT IN \(list)"
    case 3: return "NOT \(field.name) IN \(list)"
    case 4 where hasOrder(field): return "\(field.name) \(random.choice(["<", ">="])) \(a)"
    default: return "\(field.name) IN \(list)"
    }
  }

  private mutating func address(_ field: Named, _ scope: [Named]) -> String {
    let prefixes =
      switch field.kind {
      case .ipv4: ["10.0.0.0/15", "10.1.0.0/16", "10.0.0.0/30"]
      case .ipv6: ["2001:db8::/125", "2001:db8::1:0/112"]
      default: ["10.0.0.0/15", "10.1.0.0/16", "2001:db8::/126", "147.32.0.0/16"]
      }
    let word = random.once(in: 3) ? "NOT IN" : "IN"
    switch random.number(0...6) {
    case 0: return listed(field)
    case 1:
      guard let other = pick(scope, { $0 == field.kind }) else { break }
      return "\(field.name) \(random.choice(["==", "!=", "<", ">="])) \(other.name)"
    case 2: return "\(field.name) \(word) {\(random.choice(prefixes)), \(literal(field.kind))}"
    case 3: return "NOT \(field.name) \(word) \(random.choice(prefixes))"
    default: break
    }
    return "\(field.name) \(word) \(random.choice(prefixes))"
  }

  private mutating func duration(_ name: String, _ scope: [Named]) -> String {
    switch random.number(0...4) {
    case 0: return "\(name) BETWEEN 1s AND \(random.number(1...9))s"
    case 1 where random.once(in: 4):
      guard let field = pick(scope, Self.isSmall) else { break }
      return "\(field.name) / \(name) > \(random.number(1...500))"
    case 2 where random.once(in: 4): return "\(name) * 2 < \(random.choice(spans))"
    default: break
    }
    return "\(name) \(comparison()) \(literal(.duration))"
  }

  private mutating func tupleList(_ scope: [Named]) -> String? {
    let plain = scope.filter { !$0.isRepeated }
    guard let a = pick(plain, { Self.isSmall($0) || $0 == .ip }),
      let b = pick(plain, { Self.isSmall($0) || $0 == .flag }), a.name != b.name
    else { return nil }
    let pairs = (0..<2).map { _ in "(\(literal(a.kind)), \(literal(b.kind)))" }
    return "(\(a.name), \(b.name)) IN {\(Array(Set(pairs)).sorted().joined(separator: ", "))}"
  }
}
