import DataModel
import Diagnostics
import Plan
import Syntax

extension Resolver {
  /// The components of a BY clause; nil where one of them has an error.
  mutating func keys(_ nodes: [Key], of stream: TupleStream) -> [KeyComponent]? {
    var result: [KeyComponent] = []
    var isValid = !nodes.isEmpty
    for node in nodes {
      guard let component = key(node, of: stream) else {
        isValid = false
        continue
      }
      if result.contains(where: { $0.name == component.name }) {
        report(
          Diagnostic(
            .duplicateKey, "two components of the key are called ‘\(component.name)’",
            at: node.range, notes: [Diagnostic.Note("name one of them: … AS Other")]))
        isValid = false
      }
      result.append(component)
    }
    return isValid ? result : nil
  }

  private mutating func key(_ node: Key, of stream: TupleStream) -> KeyComponent? {
    let mask = node.mask.map {
      MaskBits(
        first: Int(clamping: $0.first.value), second: $0.second.map { Int(clamping: $0.value) },
        range: $0.range)
    }
    guard var component = component(node.expression, mask: mask, of: stream) else { return nil }
    if let fallback = node.fallback {
      guard let value = fallbackValue(fallback, component) else { return nil }
      component.fallback = value
    }
    if let alias = node.alias, !alias.isMissing { component.name = alias.text }
    guard component.type != .float else {
      report(
        Diagnostic(
          .keyIsNoField, "‘\(component.name)’ is a real number, and no key", at: node.range,
          notes: [Diagnostic.Note("a key is a value that tuples can share: div(a, b) is whole")]))
      return nil
    }
    return component
  }

  /// A prefix as written after a field.
  struct MaskBits {
    var first: Int
    var second: Int?
    var range: SourceRange
  }

  /// A field of the tuple, or a column of the stream's key, with its prefix.
  mutating func component(
    _ node: Expression, mask: MaskBits?, of stream: TupleStream
  ) -> KeyComponent? {
    guard case .path(let path) = node else {
      if case .invalid = node { return nil }
      report(
        Diagnostic(
          .keyIsNoField, "a key is a field of the tuple", at: node.range,
          notes: [Diagnostic.Note("for example: STREAM S BY DestIp, DestPort")]))
      return nil
    }
    var component: KeyComponent
    if let known = stream.components.first(where: { $0.name == path.text }) {
      component = known
    } else if let known = earlierKey(path.text, in: Scope(stream)) {
      component = known
    } else {
      if path.components.count == 1, names.assignments[path.text] != nil,
        published(path.text, in: Scope(stream)) == nil,
        bound(path.text, in: Scope(stream)) == nil
      {
        report(
          Diagnostic(
            .keyIsNoField, "‘\(path.text)’ is a name of the program, no field of the tuple",
            at: path.range))
        return nil
      }
      guard let (field, name) = field(path, in: Scope(stream)) else { return nil }
      component = KeyComponent(name: name, field: field, type: field.field.type)
    }
    if let mask {
      guard let bits = addressMask(mask, component) else { return nil }
      component.mask = bits
      component.name += "/\(mask.first)" + (mask.second.map { "/\($0)" } ?? "")
    }
    return component
  }

  /// `X/n/m` is n bits of IPv4, m of IPv6; `X/n` alone is `X/n/64` for n ≤ 32, else `X/32/n`.
  private mutating func addressMask(
    _ node: MaskBits, _ component: KeyComponent
  ) -> AddressMask? {
    guard component.type.isAddress else {
      report(
        Diagnostic(
          .maskedField, "only addresses have prefixes, ‘\(component.name)’ is \(component.type)",
          at: node.range))
      return nil
    }
    let first = node.first
    let mask: AddressMask
    switch (component.type, node.second) {
    case (.ipv6, nil): mask = AddressMask(v4Bits: 32, v6Bits: first)
    case (_, let bits?): mask = AddressMask(v4Bits: first, v6Bits: bits)
    case (.ipv4, nil): mask = AddressMask(v4Bits: first, v6Bits: 64)
    default:
      mask =
        first <= 32
        ? AddressMask(v4Bits: first, v6Bits: 64) : AddressMask(v4Bits: 32, v6Bits: first)
    }
    guard mask.v4Bits <= 32, mask.v6Bits <= 128 else {
      let (family, most) = mask.v4Bits > 32 ? ("IPv4", 32) : ("IPv6", 128)
      report(
        Diagnostic(.maskedField, "\(family) addresses have \(most) bits", at: node.range))
      return nil
    }
    return mask
  }

  private mutating func fallbackValue(_ node: Expression, _ component: KeyComponent) -> Int64? {
    guard component.type.laneCount == 1 else {
      notSupported("ELSE for addresses that may be IPv6", node.range)
      return nil
    }
    guard let value = check(node, in: Scope(constantsOnly: true)) else { return nil }
    let number: Int64?
    switch value.node {
    case .number(let n, 1) where component.type.isNumeric: number = n
    case .truth(let truth) where component.type == .bool: number = truth ? 1 : 0
    case .network(let prefix)
    where component.type == .ipv4 && prefix.isSingleAddress && prefix.address.family == 4:
      number = Int64(prefix.address.low)
    case .mac(let mac) where component.type == .mac: number = Int64(mac)
    case .text(let written) where component.type == .text: number = textCode(written)
    case .text where component.type == .service:
      var name = value
      guard makeService(&name), case .text(let written) = name.node else { return nil }
      number = Services.code(written).map { Int64($0) }
    default: number = nil
    }
    guard let number, component.type.integerRange.contains(Int128(number)) else {
      report(
        Diagnostic(
          .wrongType, "‘\(component.name)’ is \(component.type); ‘\(text(node.range))’ is none",
          at: node.range, notes: number.map { _ in [range(of: component.type)] } ?? []))
      return nil
    }
    return number
  }

  /// What numbers of a type may be, which its name does not say of a field of three bits.
  private func range(of type: ScalarType) -> Diagnostic.Note {
    let range = type.integerRange
    return Diagnostic.Note("it is from \(range.lowerBound) to \(range.upperBound)")
  }
}
