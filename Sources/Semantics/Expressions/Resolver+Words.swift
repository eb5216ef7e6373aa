import DataModel
import Diagnostics
import Syntax

/// What a word beside a field means to people: `DestPort == http`, `IpProtocol == udp`,
/// `tcp.flags == SYN`. SAL has numbers there, and the message says which.
extension Resolver {
  /// What to write instead of a word beside a field, and what the word stands for.
  struct WordMeaning {
    /// The text to write; nil where the whole comparison is written otherwise.
    var replacement: String?
    var note: String
  }

  /// The field that an expression is, where it is one and nothing more.
  func plainField(_ node: Expression, in scope: Scope) -> FieldID? {
    guard case .path(let path) = node, names.assignments[path.text] == nil else { return nil }
    return published(path.text, in: scope) ?? PacketFields.namedIgnoringCase(path.text).first
  }

  /// What the word stands for beside this field; nil for all that is none.
  func meaning(ofWord word: String, beside id: FieldID) -> WordMeaning? {
    let (name, lower) = (id.field.name, word.lowercased())
    if id.field.type == .service || id.field.type == .text {
      return WordMeaning(replacement: "\"\(lower)\"", note: "texts stand in quotes")
    }
    if name.lowercased().hasSuffix("port"), id.field.type.isNumeric {
      guard let port = Services.port(of: lower) else { return nil }
      return WordMeaning(replacement: "\(port)", note: "‘\(word)’ is port \(port)")
    }
    if !Self.protocolNumbers.isDisjoint(with: [name] + id.field.aliases) {
      guard let number = ProtocolNames.number(lower) else { return nil }
      return WordMeaning(replacement: "\(number)", note: "‘\(word)’ is protocol \(number)")
    }
    if let bit = PacketFields.named("\(name).\(lower)")?.field.name {
      return WordMeaning(replacement: nil, note: "‘\(bit)’ asks for that bit alone")
    }
    return nil
  }

  /// Fields that hold numbers of protocols (IANA, Assigned Internet Protocol Numbers).
  private static let protocolNumbers: Set<String> = [
    "IpProtocol", "ip.proto", "ipv6.nxt", "ipv6.fraghdr.nxt", "ah.next_header",
  ]

  /// Refuses `IpProtocol == udp`: the number of the protocol is compared with whether the packet
  /// has its header, which is 0 or 1. True where it was refused.
  mutating func reportPresence(_ a: Typed, _ b: Typed, at place: SourceRange) -> Bool {
    for (value, other) in [(a, b), (b, a)] {
      guard case .field(let presence) = value.node, presence.isPresence,
        case .field(let id) = other.node, id.field.type != .bool
      else { continue }
      let word = text(value.range)
      var fixIts: [FixIt] = []
      if let meant = meaning(ofWord: word, beside: id)?.replacement {
        fixIts.append(FixIt("did you mean \(meant)?", replacing: value.range, with: meant))
      }
      report(
        Diagnostic(
          .incomparable, "‘\(word)’ says whether there is such a header, not a number", at: place,
          notes: [Diagnostic.Note("alone it is a condition: FILTER … BY \(word)")],
          fixIts: fixIts))
      return true
    }
    return false
  }
}
