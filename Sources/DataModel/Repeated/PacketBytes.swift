/// Bytes of a packet that records are read from behind the data path, which hands them on as they
/// are.
public enum PacketBytes: Hashable, Sendable {
  /// What UDP or TCP carries where there is a DNS header: over TCP with the message's length in
  /// front (RFC 1035, §4.2.2).
  case dns

  /// Bytes of a packet that are read at most: what DNS servers keep their answers within so that
  /// none is fragmented ("DNS flag day 2020"); `SAL_PAYLOAD_COPY` in `sal/payload.h` is the same.
  public static let limit = 1232

  /// Words of 64 bits that they take in records of the data path.
  public static let words = limit / 8

  /// The header that a packet with such bytes has.
  public var layer: Layer {
    switch self {
    case .dns: .dns
    }
  }

  /// The field that holds them; its lane is how many there are.
  public var field: FieldID { FieldID(bytes: self) }
}
