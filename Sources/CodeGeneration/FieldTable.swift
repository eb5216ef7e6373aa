import BPFModel
import DataModel

/// Why a field can be missing: what has to be in the frame for it to be there.
enum Presence: Hashable {
  /// The header; enough for every field within its fixed part.
  case layer(Layer)
  /// The header and the captured bytes of a slice beyond its fixed part (ARP's addresses).
  case slice(HeaderSlice)
  /// An IP header, and with it a transport protocol's number.
  case transportProtocol
  /// The field itself, whose function gives all ones where it is missing.
  case computed(FieldID)

  /// What a slice needs.
  init(_ slice: HeaderSlice) {
    self =
      slice.byteOffset + slice.byteWidth <= slice.layer.fixedBytes
      ? .layer(slice.layer) : .slice(slice)
  }
}

extension Presence {
  /// Whether it is known only after the value.
  var isComputed: Bool { if case .computed = self { true } else { false } }
}

extension Layer {
  /// Bytes that are captured wherever the layer is present (`sal/parse.h`).
  var fixedBytes: Int {
    switch self {
    case .ethernet: 14
    case .vlan, .vlan2, .icmp, .icmpv6, .hopByHop, .routing, .fragment, .destination: 4
    case .arp, .udp, .esp, .icmpQuery, .icmpv6Echo: 8
    case .ipv4, .tcp: 20
    case .ipv6: 40
    case .dns, .ah: 12
    }
  }

  /// The constant of `enum sal_layer`.
  var constant: CExpression {
    switch self {
    case .ethernet: .name("SAL_LAYER_ETH")
    case .vlan: .name("SAL_LAYER_VLAN")
    case .vlan2: .name("SAL_LAYER_VLAN2")
    case .arp: .name("SAL_LAYER_ARP")
    case .ipv4: .name("SAL_LAYER_IPV4")
    case .ipv6: .name("SAL_LAYER_IPV6")
    case .tcp: .name("SAL_LAYER_TCP")
    case .udp: .name("SAL_LAYER_UDP")
    case .icmp: .name("SAL_LAYER_ICMP")
    case .icmpv6: .name("SAL_LAYER_ICMPV6")
    case .dns: .name("SAL_LAYER_DNS")
    case .hopByHop: .name("SAL_LAYER_HOPOPTS")
    case .routing: .name("SAL_LAYER_ROUTING")
    case .fragment: .name("SAL_LAYER_FRAGHDR")
    case .destination: .name("SAL_LAYER_DSTOPTS")
    case .ah: .name("SAL_LAYER_AH")
    case .esp: .name("SAL_LAYER_ESP")
    case .icmpQuery: .name("SAL_LAYER_ICMP_QUERY")
    case .icmpv6Echo: .name("SAL_LAYER_ICMPV6_ECHO")
    }
  }
}

/// The fields that a program reads of each frame, and the C names that hold them.
///
/// Values are 0 where the field is missing; each presence is a mask of its own, shared by all
/// fields that hang on it. A wide program keeps all of them in the half instead of locals, and
/// each consumer in a function of its own: the stack holds 512 bytes, and a frame's values with
/// the keys made of them can be more.
struct FieldTable {
  /// The fields in use, ascending.
  let fields: [FieldID]
  /// The presences that they hang on, in order of first use.
  let presences: [Presence]
  /// Whether values live in `half->tuple` on every path, not only on the slow one.
  let isWide: Bool
  /// Whether the program needs the order of arrival.
  let needsOrder: Bool

  /// Words of fields, masks and keys that may be locals: 384 of the 512 bytes of stack that the
  /// main function can take beside the deepest function that it calls, less the rest of its own.
  static let localWords = 36

  /// `keyWords`: words of keys that will stand beside the fields.
  init(_ used: Set<FieldID>, keyWords: Int = 0, needsOrder: Bool = false) {
    self.needsOrder = needsOrder
    fields = used.sorted()
    var presences: [Presence] = []
    for field in fields {
      for presence in Self.presences(of: field) where !presences.contains(presence) {
        presences.append(presence)
      }
    }
    self.presences = presences
    let lanes = fields.reduce(0) { $0 + (Self.isStored($1) ? $1.field.type.laneCount : 0) }
    let place = fields.contains { $0.needle != nil || $0.bytes != nil } ? 1 : 0
    isWide = lanes + place + presences.count + keyWords > Self.localWords
  }

  private static let recordOnHost = "placement leaves records to the host"

  /// Whether the field's value needs a place of its own (others follow from masks and lengths).
  static func isStored(_ id: FieldID) -> Bool {
    switch id.field.location {
    case .slices, .transportProtocol, .extensionCount, .service, .payloadLength: true
    case .payloadContains: true
    case .derived: preconditionFailure("derived columns are the host's")
    // The bytes go from the frame into the record; their number is known there.
    case .presence, .wireLength, .capturedLength, .time, .bytes: false
    case .record: preconditionFailure(Self.recordOnHost)
    }
  }

  /// The fields with a place of their own.
  var stored: [FieldID] { fields.filter(Self.isStored) }

  /// Of these all but searches, which are made when they are asked for.
  var parsed: [FieldID] { stored.filter { $0.needle == nil } }

  /// The searches of the payload.
  var searches: [FieldID] { stored.filter { $0.needle != nil } }

  private static func presences(of id: FieldID) -> [Presence] {
    switch id.field.location {
    case .slices(let slices): slices.map { Presence($0) }
    case .presence(let layer): [.layer(layer)]
    case .transportProtocol: [.transportProtocol]
    case .extensionCount: [.layer(.ipv6)]
    case .service, .payloadLength: [.computed(id)]
    case .payloadContains: []
    case .bytes(let bytes): [.layer(bytes.layer)]
    case .derived: preconditionFailure("derived columns are the host's")
    case .wireLength, .capturedLength, .time: []
    case .record: preconditionFailure(recordOnHost)
    }
  }

  // MARK: names

  /// The members of a field's value in `struct sal_tuple`, by lane.
  func members(of id: FieldID) -> [CIdentifier] {
    if let needle = id.needle {
      let digits = needle.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      return [CIdentifier(sanitizing: "payload_has_" + digits)]
    }
    let name = CIdentifier(sanitizing: id.field.name)
    guard id.field.type.laneCount == 2 else { return [name] }
    return [name.appending("_high"), name.appending("_low")]
  }

  /// The name of the mask that says whether a presence holds.
  func maskName(_ presence: Presence) -> CIdentifier {
    switch presence {
    case .layer(let layer): CIdentifier(sanitizing: "has_\(layer.name)")
    case .slice(let slice):
      CIdentifier(
        sanitizing: "has_\(slice.layer.name)_\(slice.byteOffset)_\(slice.byteWidth)")
    case .transportProtocol: "has_protocol"
    case .computed(let id): CIdentifier(sanitizing: "has_\(id.field.name)")
    }
  }

  // MARK: values

  /// A local, or in a wide program the member of the same name.
  private func place(_ name: CIdentifier) -> CExpression {
    isWide ? .member(Names.tuple, name) : .name(name)
  }

  /// Where the lanes are stored, on every path.
  func places(of id: FieldID) -> [CExpression] { members(of: id).map(place) }

  /// The mask that says whether a presence holds.
  func mask(_ presence: Presence) -> CExpression { place(maskName(presence)) }

  /// The tuple's time.
  var tick: CExpression { isWide ? place("tick") : .member(.name(Names.turn), "tick") }

  /// `cpu * 2 + epoch`
  var index: CExpression { isWide ? place("index") : .member(.name(Names.turn), "index") }

  /// The tuple's place in the order of arrival, where ``needsOrder``.
  var order: CExpression { place(Names.order) }

  /// The run's hash seed.
  var seed: CExpression { isWide ? .name("sal_seed") : .name(Names.seed) }

  /// What is known of a frame without its headers: a name and the value that it is given.
  var given: [(name: CIdentifier, value: CExpression)] {
    var result: [(CIdentifier, CExpression)] = []
    if isWide {
      result.append(("tick", .member(.name(Names.turn), "tick")))
      result.append(("index", .member(.name(Names.turn), "index")))
    }
    let locations = fields.map(\.field.location)
    let length = CExpression.name(Names.length)
    if locations.contains(.wireLength) {
      result.append((Names.wireLength, .member(length, "wire")))
    }
    if locations.contains(.capturedLength) {
      result.append((Names.capturedLength, .call("SAL_CAPTURED", [length])))
    }
    if needsOrder {
      result.append((Names.order, .call("SAL_ORDER", [.member(Names.outcomes, "packets")])))
    }
    return result
  }

  /// Statements that give them.
  var giving: [CStatement] {
    given.map { isWide ? .assign(place($0.name), $0.value) : .declare(.u64, $0.name, $0.value) }
  }

  /// Whether the program reads the payload: searches it, or hands its first bytes on.
  var readsPayload: Bool { fields.contains { $0.needle != nil || $0.bytes != nil } }

  /// Where the payload's place stands, in programs that read it.
  var payloadPlace: CExpression { place(Names.payload) }

  /// The lanes of a field's value; 0 where it is missing.
  func lanes(of id: FieldID) -> [CExpression] {
    switch id.field.location {
    case .slices, .transportProtocol, .extensionCount, .service, .payloadLength: places(of: id)
    case .payloadContains: places(of: id)
    case .bytes: preconditionFailure("an export copies bytes, and nothing else reads them")
    case .derived: preconditionFailure("derived columns are the host's")
    case .presence(let layer): [mask(.layer(layer)) & 1]
    case .wireLength: [place(Names.wireLength)]
    case .capturedLength: [place(Names.capturedLength)]
    case .time: [tick]
    case .record: preconditionFailure(Self.recordOnHost)
    }
  }

  /// Whether the field has a value.
  func validity(of id: FieldID) -> Mask {
    switch id.field.location {
    case .slices(let slices):
      var valid = Mask.never
      for slice in slices { valid = valid | .value(mask(Presence(slice))) }
      return valid
    case .transportProtocol: return .value(mask(.transportProtocol))
    case .extensionCount: return .value(mask(.layer(.ipv6)))
    case .service, .payloadLength: return .value(mask(.computed(id)))
    case .payloadContains: return .always
    case .bytes(let bytes): return .value(mask(.layer(bytes.layer)))
    case .derived: preconditionFailure("derived columns are the host's")
    case .presence, .wireLength, .capturedLength, .time: return .always
    case .record: preconditionFailure(Self.recordOnHost)
    }
  }

  /// The address in a field: which family it has, if any, and its halves.
  func address(of id: FieldID) -> AddressCode {
    let lanes = lanes(of: id)
    var (v4, v6) = (Mask.never, Mask.never)
    if case .slices(let slices) = id.field.location {
      for slice in slices {
        let present = Mask.value(mask(Presence(slice)))
        if slice.byteWidth == 16 { v6 = v6 | present } else { v4 = v4 | present }
      }
    }
    return AddressCode(
      v4: v4, v6: v6, high: lanes.count == 2 ? lanes[0] : 0, low: lanes[lanes.count - 1])
  }
}

extension FieldID {
  /// What is searched for, where the field is a search of the payload.
  var needle: [UInt8]? {
    if case .payloadContains(let needle) = field.location { needle } else { nil }
  }
}
