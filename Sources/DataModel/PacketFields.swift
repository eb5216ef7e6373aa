/// The field table of packet streams: one row a field.
public enum PacketFields {
  /// Every field, in the order of the documentation. Adding a field is adding a row.
  public static let all: [PacketField] =
    frame + ethernet + arp + ipv4 + ipv6 + extensionHeaders + eitherFamily + tcp + udp + icmp + dns

  /// Finds a field by either vocabulary's name, case-sensitive.
  public static func named(_ name: String) -> FieldID? { byName[name] }

  /// The tuple's own time.
  public static let time: FieldID = {
    guard let id = byName["frame.time"] else { preconditionFailure("packets have a time") }
    return id
  }()

  /// Finds the published fields whose name matches only without regard to case.
  public static func namedIgnoringCase(_ name: String) -> [FieldID] {
    let wanted = name.lowercased()
    return byName.filter { $0.key.lowercased() == wanted }.map(\.value).sorted()
  }

  /// Every name of either vocabulary, sorted; for completion and "did you mean".
  public static let names: [String] = byName.keys.sorted()

  private static let byName: [String: FieldID] = {
    var table: [String: FieldID] = [:]
    for (index, field) in all.enumerated() {
      for name in [field.name] + field.aliases { table[name] = FieldID(index: index) }
    }
    return table
  }()
}

/// How rows say where a field is.
extension PacketFields {
  static func bit(_ layer: Layer, _ offset: Int, _ shift: Int) -> FieldLocation {
    .slices([HeaderSlice(layer, offset, 1, shift: shift, bits: 1)])
  }

  static func slice(
    _ layer: Layer, _ offset: Int, _ width: Int, shift: Int = 0, bits: Int? = nil, scale: Int = 1,
    addend: Int = 0
  ) -> FieldLocation {
    .slices([
      HeaderSlice(layer, offset, width, shift: shift, bits: bits, scale: scale, addend: addend)
    ])
  }
}
