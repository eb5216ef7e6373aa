import DataModel
import TestSupport
import Testing

/// Rows by output name, from whichever engine.
typealias Answers = [String: [Row]]

/// A program, and what the oracle says of its rows.
struct Question: Sendable, CustomStringConvertible {
  let description: String
  let text: String
  /// Whether the program has windows shorter than a capture.
  let isWindowed: Bool
  /// Compares the rows with the oracle's answers.
  let check: @Sendable (Answers, JSON) -> Void

  /// A window that every capture lies in: the first hundred years of the epoch.
  static let ever = "WINDOW 36500d"

  static let all = [totals, hosts, flags, dns, pairs, windows]

  static let totals = Question(
    description: "totals",
    text: """
      P = PacketStream("eth0");
      Packets = FOREACH P GENERATE count() \(ever);
      Bytes = FOREACH P GENERATE sum(frame.len) \(ever);
      Least = FOREACH P GENERATE min(frame.len) \(ever);
      Greatest = FOREACH P GENERATE max(frame.len) \(ever);
      """, isWindowed: false
  ) { answers, oracle in
    let lengths = oracle["frame_len_min_max"]?.elements ?? []
    #expect(number(answers["Packets"]?.first) == oracle["totals"]?["packets"]?.integer)
    #expect(number(answers["Bytes"]?.first) == oracle["totals"]?["bytes"]?.integer)
    #expect(number(answers["Least"]?.first) == lengths.first?.integer)
    #expect(number(answers["Greatest"]?.first) == lengths.last?.integer)
  }

  static let hosts = Question(
    description: "talkers and peers",
    text: """
      P = PacketStream("eth0");
      S = STREAM P BY SourceIp;
      SourcePackets = FOREACH S GENERATE count() \(ever);
      SourceBytes = FOREACH S GENERATE sum(frame.len) \(ever);
      Peers = FOREACH S GENERATE countdistinct(DestIp) \(ever);
      D = STREAM P BY DestIp;
      DestPackets = FOREACH D GENERATE count() \(ever);
      DestBytes = FOREACH D GENERATE sum(frame.len) \(ever);
      """, isWindowed: false
  ) { answers, oracle in
    expectRanking(answers["SourcePackets"], oracle["top_src_packets"])
    expectRanking(answers["SourceBytes"], oracle["top_src_bytes"])
    expectRanking(answers["DestPackets"], oracle["top_dst_packets"])
    expectRanking(answers["DestBytes"], oracle["top_dst_bytes"])
    expectRanking(answers["Peers"], oracle["superspreader_distinct_dst"])
    #expect(answers["SourcePackets"]?.count == oracle["distinct_src_ip"]?.integer.map(Int.init))
    #expect(answers["DestPackets"]?.count == oracle["distinct_dst_ip"]?.integer.map(Int.init))
  }

  static let flags = Question(
    description: "TCP flags by destination",
    text: """
      P = PacketStream("eth0");
      Syn = FOREACH (STREAM (FILTER P BY tcp.flags.syn AND NOT tcp.flags.ack) BY DestIp)
        GENERATE count() \(ever);
      SynAck = FOREACH (STREAM (FILTER P BY tcp.flags.syn AND tcp.flags.ack) BY DestIp)
        GENERATE count() \(ever);
      Ack = FOREACH (STREAM (FILTER P BY tcp.flags.ack) BY DestIp) GENERATE count() \(ever);
      Fin = FOREACH (STREAM (FILTER P BY tcp.flags.fin) BY DestIp) GENERATE count() \(ever);
      Rst = FOREACH (STREAM (FILTER P BY tcp.flags.reset) BY DestIp) GENERATE count() \(ever);
      """, isWindowed: false
  ) { answers, oracle in
    let names = [
      ("Syn", "syn"), ("SynAck", "synack"), ("Ack", "ack"), ("Fin", "fin"), ("Rst", "rst"),
    ]
    for (output, member) in names {
      let found = byKey(answers[output])
      for entry in oracle["tcp_by_dst"]?.elements ?? [] {
        let key = entry["dst"]?.string ?? ""
        #expect(found[key] ?? 0 == entry[member]?.integer, "\(output) of \(key)")
      }
    }
  }

  static let dns = Question(
    description: "DNS",
    text: """
      P = PacketStream("eth0");
      A = STREAM (FILTER P BY dns.flags.response AND udp.srcport == 53) BY DestIp;
      Responses = FOREACH A GENERATE count() \(ever);
      ResponseBytes = FOREACH A GENERATE sum(frame.len) \(ever);
      Q = STREAM (FILTER P BY dns AND NOT dns.flags.response AND udp.dstport == 53) BY SourceIp;
      Queries = FOREACH Q GENERATE count() \(ever);
      """, isWindowed: false
  ) { answers, oracle in
    expectRanking(answers["Responses"], oracle["dns_responses_per_dst"])
    expectRanking(answers["ResponseBytes"], oracle["dns_response_bytes_per_dst"])
    expectRanking(answers["Queries"], oracle["dns_queries_per_src"])
  }

  static let pairs = Question(
    description: "ports and attempts",
    text: """
      P = PacketStream("eth0");
      Syns = FILTER P BY tcp.flags.syn AND NOT tcp.flags.ack;
      Ports = FOREACH (STREAM P BY SourceIp, DestIp) GENERATE countdistinct(DestPort) \(ever);
      SynPorts = FOREACH (STREAM Syns BY SourceIp, DestIp)
        GENERATE countdistinct(DestPort) \(ever);
      SynPeers = FOREACH (STREAM Syns BY SourceIp) GENERATE countdistinct(DestIp) \(ever);
      SynSources = FOREACH (STREAM Syns BY DestIp) GENERATE countdistinct(SourceIp) \(ever);
      """, isWindowed: false
  ) { answers, oracle in
    // A pair without ports is no row of the oracle, and 0 here.
    let ports = answers["Ports"]?.filter { number($0) != 0 }
    expectRanking(ports, oracle["portscan_distinct_dst_ports"])
    expectRanking(answers["SynPorts"], oracle["portscan_syn_only"])
    expectRanking(answers["SynPeers"], oracle["superspreader_syn_only"])
    expectRanking(answers["SynSources"], oracle["ddos_distinct_src_per_dst_syn_only"])
  }

  static let windows = Question(
    description: "windows",
    text: """
      P = PacketStream("eth0");
      Seconds = FOREACH P GENERATE count() WINDOW 1s;
      Syns = FOREACH (STREAM (FILTER P BY tcp.flags.syn AND NOT tcp.flags.ack) BY DestIp)
        GENERATE count() WINDOW 10s;
      Answers = FOREACH (STREAM (FILTER P BY dns.flags.response AND udp.srcport == 53) BY DestIp)
        GENERATE count() WINDOW 1s;
      """, isWindowed: true
  ) { answers, oracle in
    let seconds = answers["Seconds"] ?? []
    let expected = oracle["win1s_packets"]
    #expect(seconds.count == expected?["windows"]?.integer.map(Int.init))
    #expect(seconds.compactMap { number($0) }.max() == expected?["max"]?.integer)
    if let window = expected?["max_window"]?.integer {
      let row = seconds.first { $0.start == window * 1_000_000_000 }
      #expect(number(row) == expected?["max"]?.integer)
    }
    expectRanking(answers["Syns"], oracle["win10s_syn_per_dst"], withStart: true)
    expectRanking(answers["Answers"], oracle["win1s_dns_responses_per_dst"], withStart: true)
  }
}

/// The last column of a row as an integer.
func number(_ row: Row?) -> Int64? {
  if case .integer(let value)? = row?.values.last { value } else { nil }
}

/// The last column by the text of the key columns, as the oracle writes keys.
func byKey(_ rows: [Row]?, withStart: Bool = false) -> [String: Int64] {
  var result: [String: Int64] = [:]
  for row in rows ?? [] {
    let key = row.values.dropLast().map(\.description).joined(separator: " -> ")
    result[withStart ? "\(row.start / 1_000_000_000) \(key)" : key] = number(row)
  }
  return result
}

/// Every row that the oracle lists is there with its value, and the number of keys is right.
func expectRanking(_ rows: [Row]?, _ ranking: JSON?, withStart: Bool = false) {
  let found = byKey(rows, withStart: withStart)
  for (key, value) in Oracle.rows(ranking) {
    let row = rows?.first { row in
      let text = row.values.dropLast().map(\.description).joined(separator: " -> ")
      return (withStart ? "\(row.start / 1_000_000_000) \(text)" : text) == key
    }
    if let row, let bound = row.bounds[row.values.count - 1] {
      // The declared confidence is 95 %: twice the bound is beyond 99.9 %.
      let estimate = Double(number(row) ?? 0)
      #expect(abs(Double(value) - estimate) <= 2 * (bound.high - bound.low), "\(key)")
    } else {
      #expect(found[key] == value, "\(key)")
    }
  }
  #expect(found.count == ranking?["distinct_keys"]?.integer.map(Int.init))
}
