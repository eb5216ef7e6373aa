import BPFModel
import DataModel

/// Emits how a frame's fields are read: at constant offsets on the fast path, by the general
/// parser of `sal/parse.h` for all other frames. Both fill the same names.
struct Parsing {
  let fields: FieldTable

  /// Where the fast path's code stands: which IP header is there for certain.
  private enum Path {
    case ipv4, ipv6

    var headerBytes: Int { self == .ipv4 ? 20 : 40 }
  }

  // MARK: the main program's part

  /// Declares and fills masks and values.
  var statements: [CStatement] {
    var result: [CStatement] = []
    let masks = fields.isWide ? [] : fields.presences.map(fields.maskName)
    if !masks.isEmpty { result.append(.declareAll(.u64, masks)) }
    var values = fields.isWide ? [] : fields.stored.flatMap(fields.members)
    if !fields.isWide, !fields.searches.isEmpty { values.append(Names.payload) }
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
    if !fields.searches.isEmpty { return true }
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

  // MARK: the fast path

  private func fast(_ path: Path) -> [CStatement] {
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
    if !fields.searches.isEmpty {
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

  // MARK: the general parser

  private var slow: [CStatement] {
    let flags = CExpression.cast(.u64, .member(.name(Names.length), "flags")) << 32
    var result: [CStatement] = [
      .expression(
        .call(
          "salc_general",
          [
            .name(Names.frame), .member(.name(Names.length), "cap") | flags, .name(Names.half),
          ]))
    ]
    for (bit, presence) in fields.presences.enumerated() {
      let present = CExpression.member(Names.tuple, "present")
      let shifted = bit == 0 ? present : present >> .integer(UInt64(bit))
      result.append(.assign(fields.mask(presence), 0 - (shifted & 1)))
    }
    if !fields.isWide {
      var names = fields.parsed.flatMap(fields.members)
      if !fields.searches.isEmpty { names.append(Names.payload) }
      for name in names { result.append(.assign(.name(name), .member(Names.tuple, name))) }
    }
    return result
  }

  /// `struct sal_tuple`: what the general parser hands over.
  var tupleMembers: [CMember] {
    var members = [CMember(.u64, "present", note: "a bit for each header that fields hang on")]
    for id in fields.isWide ? fields.stored : fields.parsed {
      for name in fields.members(of: id) {
        members.append(CMember(.u64, name, note: id.field.name))
      }
    }
    if !fields.searches.isEmpty { members.append(CMember(.u64, Names.payload)) }
    if fields.isWide {
      members += fields.presences.map { CMember(.u64, fields.maskName($0)) }
      members += fields.given.map { CMember(.u64, $0.name) }
    }
    return members
  }

  /// `salc_general`: any frame, one helper call a load.
  var generalFunction: CDeclaration {
    let cap = CExpression.name("cap_flags")
    var body: [CStatement] = [
      .declare(
        .pointer(.structure("sal_layers")), "layers",
        .cast(.pointer(.structure("sal_layers")), Names.layers))
    ]
    if !fields.presences.isEmpty || !fields.stored.isEmpty {
      body.append(
        .declare(
          .pointer(.structure("sal_tuple")), "tuple", .unary(.address, Names.tuple)))
    }
    let used = fields.stored.filter { if case .slices = $0.field.location { true } else { false } }
    for (width, name) in Self.rawNames where used.contains(where: { Self.uses(width, $0) }) {
      body.append(.declare(Self.type(width), name, nil))
    }
    body.append(.blank)
    body.append(
      .expression(
        .call(
          "sal_parse_general",
          [.name(Names.frame), .cast(.u32, cap), .cast(.u32, cap >> 32), .name("layers")])))
    body.append(
      .expression(
        .call(
          "sal_end_general",
          [.unary(.address, Names.outcomes), .arrow(.name("layers"), "outcome")])))
    if !fields.presences.isEmpty {
      body.append(.assign(.arrow(.name("tuple"), "present"), 0))
      for (bit, presence) in fields.presences.enumerated() where !presence.isComputed {
        body.append(
          .branch(
            generalPresence(presence),
            [.update(.arrow(.name("tuple"), "present"), .bitOr, .hex(1 << UInt64(bit)))], []))
      }
    }
    for id in fields.parsed { body += generalField(id) }
    if !fields.searches.isEmpty {
      body.append(.assign(.arrow(.name("tuple"), Names.payload), generalPayload(isUDPToo: true)))
    }
    return .function(
      prefix: "SAL_NOINLINE", .void, "salc_general",
      [
        CParameter(.pointer(.structure("xdp_md")), Names.frame), CParameter(.u64, "cap_flags"),
        CParameter(.pointer(.structure(HalfBuilder.name)), Names.half),
      ], body)
  }

  private static let rawNames: [(Int, CIdentifier)] = [
    (1, "raw8"), (2, "raw16"), (4, "raw32"), (8, "raw64"),
  ]

  private static func type(_ width: Int) -> CType {
    switch width {
    case 1: .u8
    case 2: .u16
    case 4: .u32
    default: .u64
    }
  }

  private static func uses(_ width: Int, _ id: FieldID) -> Bool {
    guard case .slices(let slices) = id.field.location else { return false }
    return slices.contains { slice in
      switch slice.byteWidth {
      case 6: width == 4 || width == 2
      case 16: width == 8
      default: width == slice.byteWidth
      }
    }
  }

  private func generalPresence(_ presence: Presence) -> CExpression {
    let layers = CExpression.name("layers")
    switch presence {
    case .layer(let layer): return .call("sal_has", [layers, layer.constant])
    case .slice(let slice):
      return .call(
        "sal_reaches",
        [
          layers, slice.layer.constant, .integer(UInt64(slice.byteOffset)),
          .integer(UInt64(slice.byteWidth)),
        ])
    case .transportProtocol:
      return .binary(
        .notEqual, .arrow(.name("layers"), "protocol"), .name("SAL_PROTOCOL_NONE"))
    case .computed: preconditionFailure("a computed value says itself whether it is there")
    }
  }

  private func generalField(_ id: FieldID) -> [CStatement] {
    let targets = fields.members(of: id).map { CExpression.arrow(.name("tuple"), $0) }
    if let value = generalComputed(id), let bit = fields.presences.firstIndex(of: .computed(id)) {
      let present = CExpression.arrow(.name("tuple"), "present")
      return [
        .assign(targets[0], value),
        .branch(
          .binary(.equal, targets[0], ~0), [.assign(targets[0], 0)],
          [.update(present, .bitOr, .hex(1 << UInt64(bit)))]),
      ]
    }
    var result: [CStatement] = targets.map { .assign($0, 0) }
    guard case .slices(let slices) = id.field.location else {
      let isCount = id.field.location == .extensionCount
      let value = CExpression.arrow(.name("layers"), isCount ? "extensions" : "protocol")
      let presence = isCount ? Presence.layer(.ipv6) : .transportProtocol
      result.append(.branch(generalPresence(presence), [.assign(targets[0], value)], []))
      return result
    }
    // The first slice that is present counts.
    var otherwise: [CStatement] = []
    for slice in slices.reversed() {
      otherwise = [generalSlice(slice, targets, otherwise: otherwise)]
    }
    return result + otherwise
  }

  private func generalComputed(_ id: FieldID) -> CExpression? {
    switch id.field.location {
    case .service:
      return .call(
        "sal_service", [.name(Names.frame), .name("layers")])
    case .payloadLength(let isUDPToo):
      return .call("sal_payload_length", [generalPayload(isUDPToo: isUDPToo)])
    default: return nil
    }
  }

  private func generalPayload(isUDPToo: Bool) -> CExpression {
    .call(
      "sal_payload",
      [.name(Names.frame), .name("layers"), isUDPToo ? 1 : 0])
  }

  private func generalSlice(
    _ slice: HeaderSlice, _ targets: [CExpression], otherwise: [CStatement]
  ) -> CStatement {
    func read(_ width: Int, _ at: Int) -> (call: CExpression, raw: CExpression) {
      let raw = Self.rawNames.first { $0.0 == width }.map { CExpression.name($0.1) } ?? 0
      let function = CIdentifier(sanitizing: "sal_field\(width * 8)")
      return (
        .call(
          function,
          [
            .name(Names.frame), .name("layers"), slice.layer.constant,
            .integer(UInt64(at)), .unary(.address, raw),
          ]), raw
      )
    }
    let last = targets[targets.count - 1]
    switch slice.byteWidth {
    case 16:
      let high = read(8, slice.byteOffset)
      let low = read(8, slice.byteOffset + 8)
      return .branch(
        high.call,
        [.assign(targets[0], high.raw), .branch(low.call, [.assign(last, low.raw)], [])],
        otherwise)
    case 6:
      let high = read(4, slice.byteOffset)
      let low = read(2, slice.byteOffset + 4)
      return .branch(
        .binary(.logicalAnd, high.call, low.call),
        [.assign(last, (.cast(.u64, high.raw) << 16) | low.raw)], otherwise)
    default:
      let value = read(slice.byteWidth, slice.byteOffset)
      return .branch(value.call, [.assign(last, Self.cut(value.raw, slice))], otherwise)
    }
  }
}
