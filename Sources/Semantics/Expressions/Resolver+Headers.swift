import DataModel
import Diagnostics
import Syntax

extension Resolver {
  /// Warns where a condition wants two headers of which a packet has one at most: `tcp AND udp`.
  mutating func warnOfHeaders(_ condition: TuplePredicate, at range: SourceRange) {
    guard !tree.hasErrors else { return }
    let needed = condition.neededLayers
    for group in Layer.alternatives {
      let wanted = group.filter(needed.contains).map(\.name)
      guard wanted.count > 1 else { continue }
      let (first, second) = (wanted[0], wanted[1])
      report(
        Diagnostic(
          .neverTrue, .warning, "no packet has both headers, ‘\(first)’ and ‘\(second)’",
          at: range,
          notes: [Diagnostic.Note("OR takes packets with either: \(first) OR \(second)")]))
      return
    }
  }
}

extension Layer {
  /// Headers that exclude each other in one packet: the parser reads the outermost network and the
  /// transport in it, of which there is one each (`runtime-bpf/include/sal/parse.h`).
  static let alternatives: [[Layer]] = [
    [.tcp, .udp, .icmp, .icmpv6], [.ipv4, .ipv6, .arp], [.arp, .tcp], [.arp, .udp],
  ]

  /// The headers that a packet with this one has as well.
  fileprivate var implied: Set<Layer> {
    switch self {
    case .icmp: [.ipv4]
    case .icmpv6: [.ipv6]
    case .icmpQuery: [.icmp, .ipv4]
    case .icmpv6Echo: [.icmpv6, .ipv6]
    case .hopByHop, .routing, .fragment, .destination: [.ipv6]
    default: []
    }
  }
}

extension TuplePredicate {
  /// Headers that every packet has for which the condition is true.
  fileprivate var neededLayers: Set<Layer> {
    switch self {
    case .compare(let op, .field(let id), .constant(let value)) where id.isPresence:
      return (op == .notEqual) == (value == 0) ? id.neededLayers : []
    case .compare(_, let a, let b): return a.neededLayers.union(b.neededLayers)
    case .isOneOf(let value, _, _): return value.neededLayers
    case .inPrefixes(let id, _, _): return id.neededLayers
    case .compareAddress(_, let a, let b): return a.neededLayers.union(b.neededLayers)
    case .and(let parts): return parts.reduce(into: []) { $0.formUnion($1.neededLayers) }
    case .or(let parts):
      guard let first = parts.first else { return [] }
      return parts.dropFirst().reduce(first.neededLayers) { $0.intersection($1.neededLayers) }
    // A missing field makes NOT true.
    case .not, .constant, .inSet: return []
    }
  }
}

extension TupleExpression {
  /// Headers without which the value is missing.
  fileprivate var neededLayers: Set<Layer> {
    switch self {
    case .field(let id) where id.isPresence: []
    case .field(let id): id.neededLayers
    case .constant: []
    case .negate(let operand): operand.neededLayers
    case .binary(_, let a, let b): a.neededLayers.union(b.neededLayers)
    }
  }
}

extension AddressOperand {
  fileprivate var neededLayers: Set<Layer> {
    if case .field(let id) = self { id.neededLayers } else { [] }
  }
}

extension FieldID {
  /// Headers that a packet with the field has; where several may have it, none for sure.
  fileprivate var neededLayers: Set<Layer> {
    switch field.location {
    case .presence(let layer): return layer.implied.union([layer])
    case .slices(let slices):
      guard let layer = slices.first?.layer, slices.allSatisfy({ $0.layer == layer }) else {
        return []
      }
      return layer.implied.union([layer])
    default: return []
    }
  }
}
