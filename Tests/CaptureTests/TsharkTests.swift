import DataModel
import Glibc
import Testing

@testable import Capture

/// tshark as the oracle of decoded fields.
enum Tshark {
  static let isThere = system("command -v tshark >/dev/null 2>&1") == 0
  static let reason: Comment = "tshark is not installed"

  /// Fields that tshark names and means as the field table does, but for which header they are of.
  static let comparable: [String] = [
    "frame.len", "frame.cap_len", "eth.dst", "eth.src", "eth.type", "vlan.id", "vlan.priority",
    "vlan.dei", "vlan.etype", "arp.hw.type", "arp.proto.type", "arp.opcode", "arp.src.hw_mac",
    "arp.src.proto_ipv4", "arp.dst.hw_mac", "arp.dst.proto_ipv4", "ip.version", "ip.hdr_len",
    "ip.dsfield", "ip.dsfield.dscp", "ip.dsfield.ecn", "ip.len", "ip.id", "ip.flags.df",
    "ip.flags.mf", "ip.frag_offset", "ip.ttl", "ip.proto", "ip.checksum", "ip.src", "ip.dst",
    "ipv6.tclass", "ipv6.flow", "ipv6.plen", "ipv6.nxt", "ipv6.hlim", "ipv6.src", "ipv6.dst",
    "tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw", "tcp.hdr_len", "tcp.flags",
    "tcp.flags.ece", "tcp.flags.cwr", "tcp.flags.urg", "tcp.flags.ack", "tcp.flags.push",
    "tcp.flags.reset", "tcp.flags.syn", "tcp.flags.fin", "tcp.window_size_value", "tcp.checksum",
    "tcp.urgent_pointer", "udp.srcport", "udp.dstport", "udp.length", "udp.checksum", "icmp.type",
    "icmp.code", "icmp.checksum", "icmpv6.type", "icmpv6.code", "icmpv6.checksum", "dns.id",
    "dns.flags", "dns.flags.response", "dns.flags.opcode", "dns.flags.authoritative",
    "dns.flags.truncated", "dns.flags.recdesired", "dns.flags.recavail", "dns.flags.rcode",
    "dns.count.queries", "dns.count.answers", "dns.count.auth_rr", "dns.count.add_rr",
    "eth.dst.ig", "eth.dst.lg", "eth.src.ig", "eth.src.lg", "arp.hw.size", "arp.proto.size",
    "ip.flags", "ip.flags.rb", "ipv6.version", "ipv6.tclass.dscp", "ipv6.tclass.ecn",
    "ipv6.hopopts.nxt", "ipv6.hopopts.len", "ipv6.hopopts.len_oct", "ipv6.routing.nxt",
    "ipv6.routing.len", "ipv6.routing.len_oct", "ipv6.routing.type", "ipv6.routing.segleft",
    "ipv6.fraghdr.nxt", "ipv6.fraghdr.offset", "ipv6.fraghdr.more", "ipv6.fraghdr.ident",
    "ipv6.dstopts.nxt", "ipv6.dstopts.len", "ipv6.dstopts.len_oct", "ah.next_header", "ah.length",
    "ah.spi", "ah.sequence", "esp.spi", "esp.sequence", "tcp.flags.ae", "icmp.ident", "icmp.seq",
    "icmpv6.echo.identifier", "icmpv6.echo.sequence_number", "dns.flags.z",
    "dns.flags.authenticated", "dns.flags.checkdisable", "tcp.len",
  ]

  /// Of these the message has bits in either direction, but tshark shows them in responses only.
  static let responseOnly: Set<String> = [
    "dns.flags.authoritative", "dns.flags.recavail", "dns.flags.rcode", "dns.flags.authenticated",
  ]

  /// One line a frame: its protocols, `eth.len`, its time, then the comparable fields, each with
  /// all its occurrences. Fragments and segments stay as they are.
  static func lines(_ path: String) -> [[String]] {
    let names = ["frame.protocols", "eth.len", "frame.time_epoch"] + comparable
    let options = [
      "ip.defragment", "ipv6.defragment", "tcp.desegment_tcp_streams",
      "tcp.relative_sequence_numbers",
      "ip.security_flag", "ip.tso_support",
    ].map { "-o \($0):FALSE" }.joined(separator: " ")
    let command =
      "tshark -n \(options) -r '\(path)' -T fields -E occurrence=a -E aggregator=, "
      + names.map { "-e \($0)" }.joined(separator: " ") + " 2>/dev/null"
    guard let pipe = popen(command, "r") else { return [] }
    defer { pclose(pipe) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&chunk, 1, chunk.count, pipe), count > 0 {
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { line in
      line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// The headers of the outermost packet in a list such as `eth:ethertype:vlan:ethertype:ip:tcp`:
  /// what the layer parser is to find.
  static func layers(of protocols: String) -> Set<Layer> {
    var rest = protocols.split(separator: ":")[...]
    var found: Set<Layer> = []
    func take(_ name: String) -> Bool {
      guard rest.first == name[...] else { return false }
      rest.removeFirst()
      return true
    }
    if take("eth") { found.insert(.ethernet) }
    _ = take("ethertype")
    var tags = 0
    while take("vlan") {
      tags += 1
      _ = take("ethertype")
    }
    if tags > 0 { found.insert(.vlan) }
    if tags > 1 { found.insert(.vlan2) }
    if take("arp") { found.insert(.arp) }
    let isIPv4 = take("ip")
    let isIPv6 = !isIPv4 && take("ipv6")
    if isIPv4 { found.insert(.ipv4) }
    if isIPv6 { found.insert(.ipv6) }
    guard isIPv4 || isIPv6 else { return found }
    let headers: [Layer] = [.hopByHop, .routing, .fragment, .destination, .ah]
    while let layer = headers.first(where: { take($0.name) }) { found.insert(layer) }
    if take("esp") { found.insert(.esp) }
    if isIPv4, take("icmp") { found.insert(.icmp) }
    if isIPv6, take("icmpv6") { found.insert(.icmpv6) }
    if take("tcp") { found.insert(.tcp) } else if take("udp") { found.insert(.udp) }
    if !found.isDisjoint(with: [.tcp, .udp]), take("dns") { found.insert(.dns) }
    return found
  }
}

@Suite(
  "Fields against tshark", .enabled(if: TestData.root != nil, TestData.reason),
  .enabled(if: Tshark.isThere, Tshark.reason))
struct TsharkTests {
  @Test("every comparable field of every frame", arguments: TestData.captures)
  func fields(entry: TestData.Entry) throws {
    let decoded = try decodeAll(CaptureFile(path: entry.path))
    let lines = Tshark.lines(entry.path)
    try #require(lines.count == decoded.count)
    let time = try #require(PacketFields.named("frame.time")).index
    var differences: [String] = []
    for (row, (line, values)) in zip(lines, decoded).enumerated() {
      let layers = Tshark.layers(of: line[0])
      #expect(nanoseconds(line[2]) == values[time])
      for (column, name) in Tshark.comparable.enumerated() {
        let id = try #require(PacketFields.named(name))
        var text = line[column + 3]
        if name == "eth.type", text.isEmpty { text = line[1] }
        if Tshark.responseOnly.contains(name), text.isEmpty { continue }
        // An error message quotes a packet, whose identifier tshark shows beside none of its own.
        if name.hasPrefix("icmp."),
          line[0].split(separator: ":").count(where: { $0 == "icmp" }) > 1,
          values[id.index] == .missing
        {
          continue
        }
        let expected = hasLayer(id, layers) ? first(of: text) : ""
        let found = canonical(values[id.index])
        if expected != found {
          differences.append("\(row + 1) \(line[0]) \(name): tshark '\(expected)' salc '\(found)'")
        }
      }
      differences += presenceDifferences(layers, values, row: row, protocols: line[0])
    }
    #expect(differences.isEmpty, "\(differences.count): \(differences.prefix(12))")
  }

  private func presenceDifferences(
    _ layers: Set<Layer>, _ values: [Value], row: Int, protocols: String
  ) -> [String] {
    // tshark has no name for the messages that carry an identifier.
    Layer.allCases.filter { ![.icmpQuery, .icmpv6Echo].contains($0) }.compactMap { layer in
      let id = PacketFields.named(layer.name)!
      if values[id.index] == .bool(layers.contains(layer)) { return nil }
      return "\(row + 1) \(protocols) \(layer.name): salc \(values[id.index])"
    }
  }

  /// Whether the outermost packet has the field's header; a message's own fields are tshark's to
  /// show or not, if it is of the outermost packet.
  private func hasLayer(_ id: FieldID, _ layers: Set<Layer>) -> Bool {
    if case .payloadLength = id.field.location { return layers.contains(.tcp) }
    guard case .slices(let slices) = id.field.location else { return true }
    return slices.contains { slice in
      switch slice.layer {
      case .icmpQuery: layers.contains(.icmp)
      case .icmpv6Echo: layers.contains(.icmpv6)
      default: layers.contains(slice.layer)
      }
    }
  }

  /// tshark's first occurrence; numbers decimal.
  private func first(of text: String) -> String {
    let first = String(text.prefix { $0 != "," })
    guard first.hasPrefix("0x"), let number = UInt64(first.dropFirst(2), radix: 16) else {
      return first
    }
    return "\(number)"
  }

  private func canonical(_ value: Value) -> String {
    if case .bool(let flag) = value { return flag ? "1" : "0" }
    return value.description
  }

  private func nanoseconds(_ text: String) -> Value {
    let parts = text.split(separator: ".")
    return .time(Int64(parts[0])! * 1_000_000_000 + Int64(parts[1])!)
  }
}
