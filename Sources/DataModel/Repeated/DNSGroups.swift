/// A part of a DNS question or resource record (RFC 1035, §4.1.2 and §4.1.3).
public enum DNSPart: Hashable, Sendable {
  /// The name that it is about.
  case name
  /// Bytes of that name's labels with a dot between each two; 0 of the root's.
  case nameLength
  /// Labels of that name; 0 of the root's.
  case labelCount
  /// The type's number.
  case type
  /// The class; missing in OPT, which has something else there.
  case classCode
  /// The time to live in seconds; missing in OPT.
  case timeToLive
  /// Bytes of the data.
  case dataLength
  /// The data of a record of this type, of 4 or 16 bytes, which are an address.
  case address(type: UInt16)
  /// A name at this offset of the data of a record of this type.
  case nameInData(type: UInt16, offset: Int)
}

/// What a name of DNS looks like here: case does not matter (RFC 4343), so letters of ASCII are
/// small; there is no last dot, but the root's name is one. Dots and backslashes within a label,
/// and all that does not print, are escaped as in master files (RFC 1035, §5.1).
public enum DomainName {
  /// The one form of a name that a program writes.
  public static func canonical(_ text: String) -> String {
    var bytes = text.utf8.map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0 }
    if bytes.count > 1, bytes.last == UInt8(ascii: "."), bytes.dropLast().last != UInt8(ascii: "\\")
    {
      bytes.removeLast()
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Bytes of a name in a message at most (RFC 1035, §2.3.4).
  public static let bytesMax = 255
}

/// Types of records whose data are told (IANA, "Resource Record (RR) TYPEs").
public enum DNSType {
  /// OPT, which is no record of a name (RFC 6891).
  public static let options: UInt16 = 41
}

extension RepeatedGroup {
  static let dnsQuestions = RepeatedGroup(
    name: "dns.qry",
    members: [
      Member("dns.qry.name", .text, .dns(.name), "Name asked for."),
      Member(
        "dns.qry.name.len", .unsigned(bits: 16), .dns(.nameLength),
        "Bytes of the labels of the name asked for and of the dots between; 0 for the root."),
      Member(
        "dns.count.labels", .unsigned(bits: 8), .dns(.labelCount),
        "Labels of the name asked for."),
      Member("dns.qry.type", .unsigned(bits: 16), .dns(.type), "Type asked for (IANA)."),
      Member("dns.qry.class", .unsigned(bits: 16), .dns(.classCode), "Class asked for (IANA)."),
    ], origin: .dnsQuestions)

  static let dnsRecords = RepeatedGroup(
    name: "dns.resp",
    members: [
      Member("dns.resp.name", .text, .dns(.name), "Name that the record is of."),
      Member("dns.resp.type", .unsigned(bits: 16), .dns(.type), "Type of the record (IANA)."),
      Member("dns.resp.class", .unsigned(bits: 16), .dns(.classCode), "Class; missing in OPT."),
      Member(
        "dns.resp.ttl", .unsigned(bits: 32), .dns(.timeToLive),
        "Time to live in seconds; missing in OPT."),
      Member("dns.resp.len", .unsigned(bits: 16), .dns(.dataLength), "Bytes of the data."),
      Member("dns.a", .ipv4, .dns(.address(type: 1)), "IPv4 address of the name."),
      Member("dns.aaaa", .ipv6, .dns(.address(type: 28)), "IPv6 address of the name."),
      Member(
        "dns.cname", .text, .dns(.nameInData(type: 5, offset: 0)), "Canonical name of an alias."),
      Member("dns.ns", .text, .dns(.nameInData(type: 2, offset: 0)), "Name server of the zone."),
      Member(
        "dns.ptr.domain_name", .text, .dns(.nameInData(type: 12, offset: 0)),
        "Name of an address."),
      Member(
        "dns.mx.mail_exchange", .text, .dns(.nameInData(type: 15, offset: 2)), "Mail exchanger."),
      Member(
        "dns.soa.mname", .text, .dns(.nameInData(type: 6, offset: 0)),
        "Primary name server of the zone."),
      Member(
        "dns.srv.target", .text, .dns(.nameInData(type: 33, offset: 6)), "Host of a service."),
    ], origin: .dnsRecords)
}
