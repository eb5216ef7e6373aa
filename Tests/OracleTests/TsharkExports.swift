import TestSupport

/// What tshark reads of exported records and samples in a capture: a row of texts each, empty where
/// the record does not say it.
enum TsharkExports {
  /// A column: the field's name here, and what tshark calls it, by address family for instance.
  typealias Column = (name: String, theirs: [String])

  /// What a flow record says.
  static let flowColumns: [Column] = [
    ("SourceIp", ["cflow.srcaddr", "cflow.srcaddrv6"]),
    ("DestIp", ["cflow.dstaddr", "cflow.dstaddrv6"]),
    ("SourcePort", ["cflow.srcport"]), ("DestPort", ["cflow.dstport"]),
    ("IpLayerProtocol", ["cflow.protocol"]),
    ("Dpkts", ["cflow.packets"]), ("Doctets", ["cflow.octets"]), ("Tos", ["cflow.tos"]),
    ("TcpFlags", ["cflow.tcpflags"]), ("SnmpInput", ["cflow.inputint"]),
    ("SnmpOutput", ["cflow.outputint"]),
  ]

  /// What a sample of a packet says.
  static let sampleColumns: [Column] = [
    ("SampleSequence", ["sflow.flow_sample.sequence_number"]),
    ("SampleSource", ["sflow.flow_sample.index"]),
    ("SamplingRate", ["sflow.flow_sample.sampling_rate"]),
    ("SamplePool", ["sflow.flow_sample.sample_pool"]),
    ("SampleDrops", ["sflow.flow_sample.dropped_packets"]),
    ("FrameLength", ["sflow_245.header.frame_length"]),
    ("SourceMac", ["eth.src"]), ("DestMac", ["eth.dst"]), ("VlanId", ["vlan.id"]),
    ("SourceIp", ["ip.src", "ipv6.src"]), ("DestIp", ["ip.dst", "ipv6.dst"]),
    ("HopLimit", ["ip.ttl", "ipv6.hlim"]), ("IpLayerProtocol", ["ip.proto"]),
    ("SourcePort", ["tcp.srcport", "udp.srcport"]), ("DestPort", ["tcp.dstport", "udp.dstport"]),
  ]

  /// Records of NetFlow and IPFIX by exporter, in their order; nil where tshark cannot be asked.
  static func flows(of path: String, _ columns: [Column]) -> [String: [[String]]]? {
    var found: [String: [[String]]] = [:]
    guard let packets = packets(of: path, "cflow") else { return nil }
    for layers in packets {
      guard let exporter = layers["ip"]?["ip.src"]?.string, let flows = layers["cflow"] else {
        continue
      }
      each(in: flows, named: ["Flow ", "pdu "]) { flow in
        found[exporter, default: []].append(row(flow, columns))
      }
    }
    return found
  }

  /// Samples of packets, and how many there are of counters.
  static func samples(of path: String) -> (packets: [[String]], counters: Int)? {
    var found: [[String]] = []
    var counters = 0
    guard let packets = packets(of: path, "sflow") else { return nil }
    for layers in packets {
      guard let datagram = layers["sflow"] else { continue }
      each(in: datagram, named: ["Flow sample", "Expanded flow sample"]) { sample in
        found.append(row(flattened(sample), sampleColumns))
      }
      each(in: datagram, named: ["Counters sample", "Expanded counters sample"]) { _ in
        counters += 1
      }
    }
    return (found, counters)
  }

  private static func packets(of path: String, _ layer: String) -> [JSON]? {
    guard let tshark = Tool.find("tshark") else { return nil }
    let outcome = Tool.run(
      tshark, ["-n", "-r", path, "-T", "json", "--no-duplicate-keys", "-J", "ip \(layer)"])
    return JSON(outcome.output)?.elements.compactMap { $0["_source"]?["layers"] }
  }

  /// Members whose names begin so, at any depth outside themselves and in templates' place none.
  private static func each(in object: JSON, named prefixes: [String], _ body: (JSON) -> Void) {
    for (name, value) in object.members {
      let values = if case .array(let list) = value { list } else { [value] }
      for value in values {
        if prefixes.contains(where: name.hasPrefix) {
          body(value)
        } else if !name.contains("Template") {
          each(in: value, named: prefixes, body)
        }
      }
    }
  }

  /// An object with the members of all objects in it, those of outer headers first, without the
  /// packet that an error of ICMP quotes.
  private static func flattened(_ object: JSON) -> JSON {
    var members: [(name: String, value: JSON)] = []
    func collect(_ object: JSON) {
      for (name, value) in object.members where name != "icmp" && name != "icmpv6" {
        if case .object = value { collect(value) } else { members.append((name, value)) }
      }
    }
    collect(object)
    return .object(members)
  }

  private static func row(_ record: JSON, _ columns: [Column]) -> [String] {
    columns.map { column in
      for name in column.theirs {
        guard let value = record[name] else { continue }
        let text = (value.elements.first ?? value).string ?? ""
        return text.hasPrefix("0x") ? "\(Int(text.dropFirst(2), radix: 16) ?? -1)" : text
      }
      return ""
    }
  }
}
