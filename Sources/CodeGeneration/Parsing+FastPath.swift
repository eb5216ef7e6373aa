import BPFModel
import DataModel

/// Fields at constant offsets, where the headers are ordinary.
extension Parsing {
  func fast(_ path: Path) -> [CStatement] {
    var result: [CStatement] = []
    for presence in fields.presences where !presence.isComputed {
      result.append(.assign(fields.mask(presence), present(presence, path).expression))
    }
    for id in fields.parsed {
      if let value = computed(id, path) {
        let (place, mask) = (fields.places(of: id)[0], fields.mask(.computed(id)))
        result += [
          .assign(place, value), .assign(mask, .unary(.complement, .call("sal_sign", [place]))),
          .update(place, .bitAnd, mask),
        ]
        continue
      }
      for (place, value) in zip(fields.places(of: id), value(id, path)) {
        result.append(.assign(place, value))
      }
    }
    if fields.readsPayload {
      result.append(.assign(fields.payloadPlace, payload(path, isUDPToo: true)))
    }
    return result
  }

  /// A value that a function makes, all ones where it is missing; nil for other fields.
  private func computed(_ id: FieldID, _ path: Path) -> CExpression? {
    switch id.field.location {
    case .service:
      let fast = CExpression.unary(.address, .name(Names.fast))
      return .call("sal_fast_service", [fast, transport(path)])
    case .payloadLength(let isUDPToo):
      return .call("sal_payload_length", [payload(path, isUDPToo: isUDPToo)])
    default: return nil
    }
  }

  private func payload(_ path: Path, isUDPToo: Bool) -> CExpression {
    let fast = CExpression.unary(.address, .name(Names.fast))
    let total: CExpression
    switch path {
    case .ipv4: total = .call("sal_get16", [.member(.name(Names.fast), "ip") + 2])
    case .ipv6: total = .call("sal_fast_total6", [fast])
    }
    return .call(
      "sal_fast_payload",
      [
        fast, .integer(UInt64(path.headerBytes)), total, .member(.name(Names.length), "cap"),
        isUDPToo ? ~0 : 0,
      ])
  }

  private func present(_ presence: Presence, _ path: Path) -> Mask {
    switch presence {
    case .transportProtocol: return .always
    case .slice, .computed: return .never
    case .layer(let layer): return present(layer, path)
    }
  }

  private func present(_ layer: Layer, _ path: Path) -> Mask {
    let fast = CExpression.unary(.address, .name(Names.fast))
    switch layer {
    case .ethernet:
      let flags = CExpression.member(.name(Names.length), "flags")
      return .value(.cast(.u64, flags & .name("SAL_FLAG_NO_LINK")) - 1)
    case .vlan: return .value(.member(.name(Names.fast), "tagged"))
    case .ipv4: return path == .ipv4 ? .always : .never
    case .ipv6: return path == .ipv6 ? .always : .never
    case .tcp: return .call("sal_fast_tcp", fast)
    case .udp: return .call("sal_fast_udp", fast)
    case .icmp: return path == .ipv4 ? .call("sal_fast_icmp", fast) : .never
    case .icmpv6: return path == .ipv6 ? .call("sal_fast_icmpv6", fast) : .never
    case .icmpQuery where path == .ipv4:
      return .call("sal_fast_icmp_query", fast, transport(path))
    case .icmpv6Echo where path == .ipv6:
      return .call("sal_fast_icmpv6_echo", fast, transport(path))
    // Behind IPv6 it is the general parser's.
    case .esp where path == .ipv4: return .call("sal_fast_esp", fast)
    case .vlan2, .arp, .dns, .icmpQuery, .icmpv6Echo, .esp: return .never
    case .hopByHop, .routing, .fragment, .destination, .ah: return .never
    }
  }

  /// The transport header's first byte.
  private func transport(_ path: Path) -> CExpression {
    .member(.name(Names.fast), "ip") + .integer(UInt64(path.headerBytes))
  }

  private func value(_ id: FieldID, _ path: Path) -> [CExpression] {
    let lanes = id.field.type.laneCount
    let slices: [HeaderSlice]
    switch id.field.location {
    case .slices(let places): slices = places
    case .extensionCount: return [0]  // The fast path's IPv6 has none.
    default: return [.member(.name(Names.fast), "protocol")]
    }
    // Slices of one shape (TCP's and UDP's ports) are one load under both masks.
    var loads: [(lanes: [CExpression], mask: Mask)] = []
    for slice in slices {
      let presence = Presence(slice)
      let certain = present(presence, path)
      if certain == .never { continue }
      let mask = certain == .always ? Mask.always : .value(fields.mask(presence))
      let load = self.load(slice, path, lanes: lanes)
      if let same = loads.firstIndex(where: { $0.lanes == load }) {
        loads[same].mask = loads[same].mask | mask
      } else {
        loads.append((load, mask))
      }
    }
    return (0..<lanes).map { lane in
      var value: CExpression?
      for load in loads where load.lanes[lane] != 0 {
        let masked = load.mask.select(load.lanes[lane])
        value = value.map { $0 | masked } ?? masked
      }
      return value ?? 0
    }
  }

  /// The lanes of a slice at its constant place.
  private func load(_ slice: HeaderSlice, _ path: Path, lanes: Int) -> [CExpression] {
    let ip = CExpression.member(.name(Names.fast), "ip")
    func at(_ extra: Int) -> CExpression {
      switch slice.layer {
      case .ethernet: return Self.offset(.name(Names.data), slice.byteOffset + extra)
      case .vlan: return Self.offset(ip, slice.byteOffset + extra - 4)
      case .ipv4, .ipv6: return Self.offset(ip, slice.byteOffset + extra)
      default: return Self.offset(ip, path.headerBytes + slice.byteOffset + extra)
      }
    }
    switch slice.byteWidth {
    case 16: return [.call("sal_get64", [at(0)]), .call("sal_get64", [at(8)])]
    case 6:
      // Only Ethernet's addresses, which lie within the first 14 of 16 checked bytes.
      return [.call("sal_get64", [at(0)]) >> 16]
    case 4: return Self.widened([Self.cut(.call("sal_get32", [at(0)]), slice)], to: lanes)
    case 2: return Self.widened([Self.cut(.call("sal_get16", [at(0)]), slice)], to: lanes)
    default:
      return Self.widened([Self.cut(.unary(.dereference, Self.grouped(at(0))), slice)], to: lanes)
    }
  }

  private static func offset(_ base: CExpression, _ bytes: Int) -> CExpression {
    bytes == 0 ? base : bytes > 0 ? base + .integer(UInt64(bytes)) : base - .integer(UInt64(-bytes))
  }

  private static func grouped(_ pointer: CExpression) -> CExpression { pointer }

  /// An IPv4 address in an either-family field is the low lane under a high one of 0.
  private static func widened(_ lane: [CExpression], to lanes: Int) -> [CExpression] {
    lanes == 2 ? [0] + lane : lane
  }

  /// Shift, mask, scale and addend of a slice.
  static func cut(_ load: CExpression, _ slice: HeaderSlice) -> CExpression {
    var value = load
    if slice.shift > 0 { value = value >> .integer(UInt64(slice.shift)) }
    if slice.bits < slice.byteWidth * 8 - slice.shift {
      value = value & .hex((1 << UInt64(slice.bits)) - 1)
    }
    if slice.scale != 1 || slice.addend != 0 { value = .cast(.u64, value) }
    if slice.scale != 1 { value = value * .integer(UInt64(slice.scale)) }
    if slice.addend > 0 { value = value + .integer(UInt64(slice.addend)) }
    if slice.addend < 0 { value = value - .integer(UInt64(-slice.addend)) }
    return value
  }
}
