import BPFModel
import DataModel

/// Emits how a frame's fields are read: at constant offsets on the fast path, by the general
/// parser of `sal/parse.h` for all other frames. Both fill the same names.
struct Parsing {
  let fields: FieldTable

  /// Where the fast path's code stands: which IP header is there for certain.
  enum Path {
    case ipv4, ipv6

    var headerBytes: Int { self == .ipv4 ? 20 : 40 }
  }

  /// Declares and fills masks and values.
  var statements: [CStatement] {
    var result: [CStatement] = []
    let masks = fields.isWide ? [] : fields.presences.map(fields.maskName)
    if !masks.isEmpty { result.append(.declareAll(.u64, masks)) }
    var values = fields.isWide ? [] : fields.stored.flatMap(fields.members)
    if !fields.isWide, fields.readsPayload { values.append(Names.payload) }
    if !values.isEmpty { result.append(.declareAll(.u64, values)) }
    if !result.isEmpty { result.append(.blank) }
    let found = CExpression.unary(.address, .name(Names.fast))
    func opened(_ path: Path, _ function: CIdentifier) -> CExpression {
      let fits = CExpression.call(function, [found, .name(Names.end)])
      var both = CExpression.binary(.logicalAnd, .name("opened"), fits)
      // Of IPv4 the network header alone is there in fragments too.
      if path == .ipv4, readsTransport {
        both = .binary(.logicalAnd, both, .call("sal_fast_transport", [found]))
      }
      guard readsDNS else { return both }
      let port = CExpression.call(
        "sal_fast_port",
        [
          .unary(.address, .name(Names.fast)),
          .member(.name(Names.fast), "ip") + .integer(UInt64(path.headerBytes)), 53,
        ])
      return .binary(.logicalAnd, both, .unary(.not, port))
    }
    let ok = CStatement.update(.member(Names.outcomes, "ok"), .add, 1)
    result.append(
      .branch(
        .call("SAL_LIKELY", [opened(.ipv4, "sal_fast_ipv4")]), [ok] + fast(.ipv4),
        [.branch(opened(.ipv6, "sal_fast_ipv6"), [ok] + fast(.ipv6), slow)]))
    return result
  }

  /// Whether anything behind the network header is read.
  private var readsTransport: Bool {
    if fields.readsPayload { return true }
    return fields.presences.contains { presence in
      switch presence {
      case .transportProtocol, .slice, .computed: return true
      case .layer(let layer):
        switch layer {
        case .tcp, .udp, .icmp, .icmpv6, .dns, .ah, .esp, .icmpQuery, .icmpv6Echo: return true
        case .ethernet, .vlan, .vlan2, .arp, .ipv4, .ipv6: return false
        case .hopByHop, .routing, .fragment, .destination: return false
        }
      }
    }
  }

  /// Port 53 leaves the fast path only where a DNS header would be read.
  private var readsDNS: Bool { fields.presences.contains(.layer(.dns)) }
}
