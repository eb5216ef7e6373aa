import BPFModel
import DataModel

/// Fields by the general parser, for all other frames.
extension Parsing {
  var slow: [CStatement] {
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
      if fields.readsPayload { names.append(Names.payload) }
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
    if fields.readsPayload { members.append(CMember(.u64, Names.payload)) }
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
    if fields.readsPayload {
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
