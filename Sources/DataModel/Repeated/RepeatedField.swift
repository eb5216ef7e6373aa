/// A name for several fields of a packet: a comparison asks whether any of them satisfies it.
///
/// - Source: `Docs/Language.md`, "Missing values"; the names are Wireshark's.
public struct RepeatedField: Sendable, Hashable {
  /// The Wireshark display-filter name.
  public let name: String
  /// The fields, in the order of a packet's description.
  public let fields: [FieldID]

  private init(_ name: String, _ fields: [String]) {
    self.name = name
    self.fields = fields.map { field in
      guard let id = PacketFields.named(field) else {
        preconditionFailure("\(name) stands for rows of the field table, not for \(field)")
      }
      return id
    }
  }

  /// Every repeated field.
  public static let all = [
    RepeatedField("eth.addr", ["eth.src", "eth.dst"]),
    RepeatedField("ip.addr", ["ip.src", "ip.dst"]),
    RepeatedField("ipv6.addr", ["ipv6.src", "ipv6.dst"]),
    RepeatedField("tcp.port", ["tcp.srcport", "tcp.dstport"]),
    RepeatedField("udp.port", ["udp.srcport", "udp.dstport"]),
  ]

  /// Its values as entries of their own.
  var group: RepeatedGroup {
    RepeatedGroup(
      name: name,
      members: [
        RepeatedGroup.Member(
          name, fields[0].field.type, .alternative,
          "Each of " + fields.map { "`\($0)`" }.joined(separator: " and ") + ".")
      ], origin: .fields(fields))
  }
}
