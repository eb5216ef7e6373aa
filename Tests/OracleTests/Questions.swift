import DataModel
import TestSupport

/// Statements, and what the oracle says of their rows.
struct Question: Sendable, CustomStringConvertible {
  let description: String
  /// Statements over the packets `P`.
  let statements: String
  /// What differs from the oracle's answers, one line each.
  let differences: @Sendable (Answers, JSON) -> [String]

  /// One question as a program.
  var program: Program { Program(description, [statements]) }

  /// A window that every capture lies in: the first hundred years of the epoch.
  static let ever = "WINDOW 36500d"

  /// Questions about whole captures; their statements can stand in one program.
  static let whole = [totals, hosts, flags, dns, pairs, flows, lengths]
  /// Questions about windows shorter than a capture.
  static let windowed = [windows]

  // Without the days, panes would be as long as `ever`; a sum may overflow in one, and would stay
  // on the host.
  static let totals = Question(
    description: "totals",
    statements: """
      Packets = FOREACH P GENERATE count() \(ever);
      Days = FOREACH P GENERATE count() WINDOW 1d;
      Bytes = FOREACH P GENERATE sum(frame.len) \(ever);
      Least = FOREACH P GENERATE min(frame.len) \(ever);
      Greatest = FOREACH P GENERATE max(frame.len) \(ever);
      """
  ) { answers, oracle in
    let totals = oracle["totals"]
    let lengths = oracle["frame_len_min_max"]?.elements ?? []
    return answers.unequal("Packets", totals?["packets"]?.integer)
      + answers.unequal("Bytes", totals?["bytes"]?.integer)
      + answers.unequal("Days", totals?["packets"]?.integer)
      + answers.unequal("Least", lengths.first?.integer)
      + answers.unequal("Greatest", lengths.last?.integer)
  }

  static let hosts = Question(
    description: "talkers and peers",
    statements: """
      S = STREAM P BY SourceIp;
      SourcePackets = FOREACH S GENERATE count() \(ever);
      SourceBytes = FOREACH S GENERATE sum(frame.len) \(ever);
      Peers = FOREACH S GENERATE countdistinct(DestIp) \(ever);
      D = STREAM P BY DestIp;
      DestPackets = FOREACH D GENERATE count() \(ever);
      DestBytes = FOREACH D GENERATE sum(frame.len) \(ever);
      """
  ) { answers, oracle in
    answers.unequal("SourcePackets", ranking: oracle["top_src_packets"])
      + answers.unequal("SourceBytes", ranking: oracle["top_src_bytes"])
      + answers.unequal("DestPackets", ranking: oracle["top_dst_packets"])
      + answers.unequal("DestBytes", ranking: oracle["top_dst_bytes"])
      + answers.unequal("Peers", ranking: oracle["superspreader_distinct_dst"])
      + answers.unequal("SourcePackets", rows: oracle["distinct_src_ip"]?.integer)
      + answers.unequal("DestPackets", rows: oracle["distinct_dst_ip"]?.integer)
  }

  static let flags = Question(
    description: "TCP flags by destination",
    statements: """
      Syn = FOREACH (STREAM (FILTER P BY tcp.flags.syn AND NOT tcp.flags.ack) BY DestIp)
        GENERATE count() \(ever);
      SynAck = FOREACH (STREAM (FILTER P BY tcp.flags.syn AND tcp.flags.ack) BY DestIp)
        GENERATE count() \(ever);
      Ack = FOREACH (STREAM (FILTER P BY tcp.flags.ack) BY DestIp) GENERATE count() \(ever);
      Fin = FOREACH (STREAM (FILTER P BY tcp.flags.fin) BY DestIp) GENERATE count() \(ever);
      Rst = FOREACH (STREAM (FILTER P BY tcp.flags.reset) BY DestIp) GENERATE count() \(ever);
      """
  ) { answers, oracle in
    let names = [
      ("Syn", "syn"), ("SynAck", "synack"), ("Ack", "ack"), ("Fin", "fin"), ("Rst", "rst"),
    ]
    let hosts = oracle["tcp_by_dst"]?.elements ?? []
    return names.flatMap { output, member in
      answers.unequal(
        output,
        listed: hosts.map { ($0["dst"]?.string ?? "", $0[member]?.integer ?? -1) })
    }
  }

  static let dns = Question(
    description: "DNS",
    statements: """
      A = STREAM (FILTER P BY dns.flags.response AND udp.srcport == 53) BY DestIp;
      Responses = FOREACH A GENERATE count() \(ever);
      ResponseBytes = FOREACH A GENERATE sum(frame.len) \(ever);
      Q = STREAM (FILTER P BY dns AND NOT dns.flags.response AND udp.dstport == 53) BY SourceIp;
      Queries = FOREACH Q GENERATE count() \(ever);
      """
  ) { answers, oracle in
    answers.unequal("Responses", ranking: oracle["dns_responses_per_dst"])
      + answers.unequal("ResponseBytes", ranking: oracle["dns_response_bytes_per_dst"])
      + answers.unequal("Queries", ranking: oracle["dns_queries_per_src"])
  }

  static let pairs = Question(
    description: "ports and attempts",
    statements: """
      Syns = FILTER P BY tcp.flags.syn AND NOT tcp.flags.ack;
      Ports = FOREACH (STREAM P BY SourceIp, DestIp) GENERATE countdistinct(DestPort) \(ever);
      SynPorts = FOREACH (STREAM Syns BY SourceIp, DestIp)
        GENERATE countdistinct(DestPort) \(ever);
      SynPeers = FOREACH (STREAM Syns BY SourceIp) GENERATE countdistinct(DestIp) \(ever);
      SynSources = FOREACH (STREAM Syns BY DestIp) GENERATE countdistinct(SourceIp) \(ever);
      """
  ) { answers, oracle in
    // A pair without ports is no row of the oracle, and 0 here.
    let withPorts = Answers(
      rows: answers.rows.mapValues { rows in rows.filter { Answers.number($0) != 0 } })
    return withPorts.unequal("Ports", ranking: oracle["portscan_distinct_dst_ports"])
      + answers.unequal("SynPorts", ranking: oracle["portscan_syn_only"])
      + answers.unequal("SynPeers", ranking: oracle["superspreader_syn_only"])
      + answers.unequal("SynSources", ranking: oracle["ddos_distinct_src_per_dst_syn_only"])
  }

  static let flows = Question(
    description: "flows",
    statements: """
      TCP = FOREACH (STREAM (FILTER P BY tcp) BY SourceIp, SourcePort, DestIp, DestPort)
        GENERATE count() \(ever);
      UDP = FOREACH (STREAM (FILTER P BY udp) BY SourceIp, SourcePort, DestIp, DestPort)
        GENERATE count() \(ever);
      """
  ) { answers, oracle in
    let ranking = oracle["top_flows_5tuple_packets"]
    let keys = Answers.Keys { row in
      let key = row.values.map(\.description)
      return "\(key[0]):\(key[1]) -> \(key[2]):\(key[3])"
    }
    let listed = Oracle.rows(ranking)
    func of(_ proto: String) -> [(key: String, value: Int64)] {
      listed.filter { $0.key.hasSuffix(proto) }
        .map { (String($0.key.dropLast(proto.utf8.count)), $0.value) }
    }
    let found = (answers.rows["TCP"]?.count ?? 0) + (answers.rows["UDP"]?.count ?? 0)
    let count = ranking?["distinct_keys"]?.integer
    return answers.unequal("TCP", listed: of(" proto 6"), keys: keys)
      + answers.unequal("UDP", listed: of(" proto 17"), keys: keys)
      + (count == Int64(found) ? [] : ["\(found) flows, not \(count ?? -1)"])
  }

  static let lengths = Question(
    description: "lengths",
    statements: """
      FrameLengths = FOREACH (STREAM P BY frame.len) GENERATE count() \(ever);
      LengthsV4 = FOREACH (STREAM P BY ip.len) GENERATE count() \(ever);
      LengthsV6 = FOREACH (STREAM P BY ipv6.plen) GENERATE count() \(ever);
      """
  ) { answers, oracle in
    // What IPv6 calls the length is without its header of 40 bytes.
    let packets =
      answers.histogram("LengthsV4")
      + answers.histogram("LengthsV6").map { (length: $0.length + 40, count: $0.count) }
    return unequalQuantiles(answers.histogram("FrameLengths"), oracle["frame_len_quantiles"])
      + unequalQuantiles(packets, oracle["ip_len_quantiles"])
  }

  static let windows = Question(
    description: "windows",
    statements: """
      Seconds = FOREACH P GENERATE count() WINDOW 1s;
      Syns = FOREACH (STREAM (FILTER P BY tcp.flags.syn AND NOT tcp.flags.ack) BY DestIp)
        GENERATE count() WINDOW 10s;
      Answers = FOREACH (STREAM (FILTER P BY dns.flags.response AND udp.srcport == 53) BY DestIp)
        GENERATE count() WINDOW 1s;
      """
  ) { answers, oracle in
    let seconds = answers.rows["Seconds"] ?? []
    let expected = oracle["win1s_packets"]
    let most = seconds.compactMap { Answers.number($0) }.max()
    let start = seconds.first { Answers.number($0) == most }?.start
    return answers.unequal("Seconds", rows: expected?["windows"]?.integer)
      + (most == expected?["max"]?.integer ? [] : ["\(most ?? 0) packets in the fullest second"])
      + (start.map { $0 / 1_000_000_000 } == expected?["max_window"]?.integer
        ? [] : ["the fullest second begins at \(start ?? 0) ns"])
      + answers.unequal("Syns", ranking: oracle["win10s_syn_per_dst"], keys: .started)
      + answers.unequal("Answers", ranking: oracle["win1s_dns_responses_per_dst"], keys: .started)
  }

  /// Quantiles by nearest rank: the value at place ⌈q·n⌉ of the sorted ones.
  private static func unequalQuantiles(
    _ histogram: [(length: Int64, count: Int64)], _ wanted: JSON?
  ) -> [String] {
    let sorted = histogram.sorted { $0.length < $1.length }
    let total = sorted.reduce(0) { $0 + $1.count }
    guard let wanted else { return ["the oracle has no quantiles"] }
    return wanted.members.compactMap { name, value in
      guard let percent = Int64(name.dropFirst()) else { return "what is \(name)?" }
      var rank = (percent * total + 99) / 100
      let found = sorted.first { bucket in
        rank -= bucket.count
        return rank <= 0
      }
      return found?.length == value.integer
        ? nil : "\(name) is \(found?.length ?? -1), not \(value.integer ?? -1)"
    }
  }
}
