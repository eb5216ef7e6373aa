/// Fields that a packet has several times, and which move together: one *entry* has a value of
/// each, such as a DNS record its name, type and address.
///
/// In a key or an argument they make one tuple an entry; a comparison asks whether any entry
/// satisfies it.
/// - Source: `Docs/Language.md`, "Fields with several values".
public struct RepeatedGroup: Sendable {
  /// One field of every entry.
  public struct Member: Sendable {
    /// The Wireshark display-filter name.
    public let name: String
    /// The type of its values.
    public let type: ScalarType
    /// Where an entry has it.
    public let place: Place
    /// One sentence for the documentation.
    public let summary: String

    init(_ name: String, _ type: ScalarType, _ place: Place, _ summary: String) {
      (self.name, self.type, self.place, self.summary) = (name, type, place, summary)
    }
  }

  /// Where an entry has a field.
  public enum Place: Hashable, Sendable {
    /// The entry is one value of a field with several.
    case alternative
    /// A part of a DNS question or record.
    case dns(DNSPart)
  }

  /// Where the entries are.
  public enum Origin: Hashable, Sendable {
    /// Each of these fields that the packet has is an entry.
    case fields([FieldID])
    /// The questions of a DNS message.
    case dnsQuestions
    /// The resource records of all sections of a DNS message.
    case dnsRecords
  }

  /// The common name, such as `dns.resp`.
  public let name: String
  /// The fields of an entry.
  public let members: [Member]
  /// Where the entries are.
  public let origin: Origin

  /// Every group of fields that packets have several times; adding a group is adding a line.
  public static let all: [RepeatedGroup] =
    RepeatedField.all.map(\.group) + [dnsQuestions, dnsRecords]

  /// The group of a field, case-sensitive, and the field's place in it.
  public static func named(_ name: String) -> (group: RepeatedGroup, member: Int)? {
    for group in all {
      if let place = group.members.firstIndex(where: { $0.name == name }) { return (group, place) }
    }
    return nil
  }

  /// Every name, in the order of the documentation.
  public static let names: [String] = all.flatMap(\.members).map(\.name)

  /// The bytes that the entries are read from; nil where they are fields of the packet.
  public var bytes: PacketBytes? {
    switch origin {
    case .fields: nil
    case .dnsQuestions, .dnsRecords: .dns
    }
  }

  /// The fields of the packet that an entry is made of.
  public var fields: Set<FieldID> {
    switch origin {
    case .fields(let fields): Set(fields)
    case .dnsQuestions, .dnsRecords: [PacketBytes.dns.field, Self.tcp]
    }
  }

  /// Whether the packet has a TCP header, which tells how a DNS message begins.
  public static let tcp: FieldID = {
    guard let id = PacketFields.named(Layer.tcp.name) else {
      preconditionFailure("the field table has a row for the TCP header")
    }
    return id
  }()
}

extension RepeatedGroup: Hashable {
  public static func == (a: RepeatedGroup, b: RepeatedGroup) -> Bool { a.name == b.name }
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
