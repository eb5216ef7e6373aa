import DataModel
import Diagnostics
import Syntax

// Texts: names of services, and what is searched for in a payload.
extension Resolver {
  /// Makes a text the name of a service, or reports that no service is called so.
  mutating func makeService(_ value: inout Typed) -> Bool {
    guard case .text(let written) = value.node else { return false }
    if Services.code(written) != nil {
      value.type = .service
      return true
    }
    var fixIts: [FixIt] = []
    if let near = nearest(to: written, in: Services.names) {
      fixIts.append(
        FixIt("did you mean ‘\(near)’?", replacing: value.range, with: "\"\(near)\""))
    }
    report(
      Diagnostic(
        .unknownService, "no service is called ‘\(written)’", at: value.range,
        notes: [
          Diagnostic.Note("names are those of IANA for well-known ports; ports are numbers")
        ], fixIts: fixIts))
    return false
  }

  /// Fields whose bytes can be searched, and the header that the packet must have.
  static let searchable: [String: String?] = [
    "payload": nil, "tcp.payload": "tcp", "udp.payload": "udp",
  ]

  /// `payload CONTAINS "text"`: a bit of the packet, false where there is no payload.
  mutating func contains(_ node: Binary, in scope: Scope) -> Typed? {
    guard case .path(let path) = node.left, let header = Self.searchable[path.text] else {
      report(
        Diagnostic(
          .wrongType, "CONTAINS searches bytes, and ‘\(text(node.left.range))’ has none",
          at: node.left.range,
          notes: [Diagnostic.Note("payload, tcp.payload and udp.payload can be searched")]))
      return nil
    }
    guard scope.hasTuples else {
      report(
        Diagnostic(
          .fieldNotInRows, "rows have no field ‘\(path.text)’", at: path.range,
          notes: [Diagnostic.Note("search the payload in a FILTER before FOREACH")]))
      return nil
    }
    guard let needle = needle(node.right) else { return nil }
    let id = FieldID(payloadContains: needle)
    let found = Typed(.field(id), .bool, node.range)
    guard let header, let presence = PacketFields.named(header) else { return found }
    return Typed(.and([Typed(.field(presence), .bool, path.range), found]), .bool, node.range)
  }

  /// The bytes of a literal, 1 to 32 of them.
  private mutating func needle(_ node: Expression) -> [UInt8]? {
    guard case .literal(let literal) = node, case .string(let bytes) = literal.value else {
      report(
        Diagnostic(
          .wrongType, "CONTAINS needs a text in quotes", at: node.range,
          notes: [Diagnostic.Note("for example: payload CONTAINS \"zorro\"")]))
      return nil
    }
    guard 1...PayloadSearch.needleLimit ~= bytes.count else {
      report(
        Diagnostic(
          .wrongArgument,
          "a text of \(bytes.count) bytes cannot be searched for; 1 to "
            + "\(PayloadSearch.needleLimit) can",
          at: node.range))
      return nil
    }
    return Array(bytes)
  }
}

// Texts of records.
extension Resolver {
  /// Makes both sides texts of records, which are equal or not and have no order.
  mutating func makeTexts(
    _ a: inout Typed, _ b: inout Typed, _ op: String, at place: SourceRange
  ) -> Bool {
    guard ["==", "!=", "IN"].contains(op) else {
      report(
        Diagnostic(
          .wrongType, "‘\(op)’ does not compare texts", at: place,
          notes: [Diagnostic.Note("texts of records are equal or not: use == != or IN")]))
      return false
    }
    if isDomainName(a) { makeCanonical(&b) }
    if isDomainName(b) { makeCanonical(&a) }
    a.type = .text
    b.type = .text
    return true
  }

  /// Whether a value is a name of DNS, of which case and a last dot say nothing.
  private func isDomainName(_ value: Typed) -> Bool {
    guard case .field(let id) = value.node, id.derived != nil,
      let (group, member) = RepeatedGroup.named(id.field.name)
    else { return false }
    return group.members[member].type == .text
  }

  private func makeCanonical(_ value: inout Typed) {
    guard case .text(let written) = value.node else { return }
    value.node = .text(DomainName.canonical(written))
  }

  /// The code of a text, which the plan has for ever; one that no table can hold equals none.
  func textCode(_ text: String) -> Int64 { TextTable.pinnedCode(text).map { Int64($0) } ?? 0 }
}
