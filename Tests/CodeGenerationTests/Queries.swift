/// Queries that together use every kind of block that the data path has.
enum Queries {
  static let source = "P = PacketStream(\"e\");\n"

  static let count = """
    P = PacketStream("e");
    K = STREAM P BY ip.src;
    N = FOREACH K GENERATE count() WINDOW 1s;
    OUTPUT K (N);
    """

  /// The five-tuple's flows: the widest key that tables take.
  static let flows = """
    P = PacketStream("e");
    K = STREAM P BY SourceIp, DestIp, SourcePort, DestPort, IpProtocol;
    N = FOREACH K GENERATE count() WINDOW 1s;
    B = FOREACH K GENERATE sum(frame.len) WINDOW 1s;
    OUTPUT K (N, B);
    """

  static let flood = """
    P = PacketStream("e");
    Syns = FILTER P BY tcp.flags.syn AND NOT tcp.flags.ack;
    ByDest = STREAM Syns BY DestIp;
    Rate = FOREACH ByDest GENERATE count() WINDOW 1s;
    Sources = FOREACH ByDest GENERATE countdistinct(SourceIp) WITHIN 2% WINDOW 1s;
    Victims = FILTER ByDest BY Rate > 1000 AND Sources > 200;
    OUTPUT Victims;
    """

  static let global = """
    P = PacketStream("e");
    F = FILTER P BY frame.len > 100;
    N = FOREACH F GENERATE count() WINDOW 1s;
    S = FOREACH F GENERATE sum(frame.len) WINDOW 1s;
    V = FOREACH F GENERATE var(tcp.options_len) WINDOW 1s;
    D = FOREACH P GENERATE countdistinct(SourceIp, DestPort) WINDOW 1s;
    OUTPUT N; OUTPUT S; OUTPUT V; OUTPUT D;
    """

  /// A distinct count of all tuples, beside the keys that every packet has.
  static let globalBesideKeys = """
    P = PacketStream("e");
    N = FOREACH (STREAM P BY ip.src) GENERATE count() WINDOW 1s;
    D = FOREACH P GENERATE countdistinct(ip.dst) WINDOW 1s;
    OUTPUT N; OUTPUT D;
    """

  static let predicates = """
    P = PacketStream("e");
    F = FILTER P BY SourcePort IN {1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,443}
      OR DestIp IN {10.0.0.0/8, 2001:db8::/32, 2001:db8::1, 1.2.3.4}
      AND NOT (tcp.options_len % 7 == -3) OR SourceIp > DestIp OR tcp.seq - tcp.ack < 5
      OR div(frame.len, ip.ttl) > 4 OR (tcp.window << (ip.ttl & 7)) == 12 OR ip.src == 1.2.3.4;
    K = STREAM F BY DestIp/24, DestPort ELSE 7, eth.src, arp.src.hw_mac;
    N = FOREACH K GENERATE count() WINDOW 1s;
    OUTPUT K (N);
    """

  static let sets = """
    P = PacketStream("e");
    Seen = FOREACH (STREAM P BY SourceIp) GENERATE count() WINDOW 1s;
    Suspect = FILTER Seen BY Seen >= 3;
    Z = FILTER P BY SourceIp IN Suspect WITHIN 5s AND frame.len > 60;
    ZN = FOREACH (STREAM Z BY DestIp) GENERATE count() WINDOW 1s;
    OUTPUT ZN; OUTPUT Suspect;
    """

  static let exports = """
    P = PacketStream("e");
    D = DISTINCT P BY SourceIp/24, DestIp WINDOW 1s;
    N = FOREACH D GENERATE count() WINDOW 1s;
    K = STREAM P BY SourceIp;
    F = FOREACH K GENERATE first(tcp.seq) WINDOW 1s;
    OUTPUT N; OUTPUT K (F);
    """

  /// Twelve keys under twelve filters, seven operators each: far more than the stack could hold.
  static let many: String = {
    let fields = [
      "ip.ttl", "ip.len", "tcp.window", "udp.length", "frame.len", "HopLimit", "IpBytes",
      "tcp.seq", "tcp.ack", "ip.id",
    ]
    let keys = [
      "SourceIp", "DestIp", "ip.src", "ip.dst", "SourceIp, DestIp", "SourcePort", "eth.src",
      "vlan.id", "arp.src.proto_ipv4", "dns.id", "icmp.type, ipv6.src",
      "SourceIp, DestIp, DestPort, SourcePort, IpProtocol",
    ]
    var text = source
    for (i, key) in keys.enumerated() {
      text += "F\(i) = FILTER P BY \(fields[i % 10]) > \(i) AND SourcePort != \(i);\n"
      text += "K\(i) = STREAM F\(i) BY \(key);\n"
      let calls = [
        "count()", "sum(\(fields[i % 10]))", "min(\(fields[(i + 1) % 10]))",
        "max(\(fields[(i + 2) % 10]))", "var(\(fields[(i + 3) % 7]))", "countdistinct(DestPort)",
        "topk(DestPort, 5)",
      ]
      for (j, call) in calls.enumerated() {
        text += "X\(i)_\(j) = FOREACH K\(i) GENERATE \(call) WINDOW 1s;\n"
      }
      text += "OUTPUT K\(i) (" + (0..<7).map { "X\(i)_\($0)" }.joined(separator: ", ") + ");\n"
    }
    return text
  }()

  static let all = [
    "count": count, "flows": flows, "flood": flood, "global": global,
    "globalBesideKeys": globalBesideKeys, "predicates": predicates,
    "sets": sets, "exports": exports, "many": many,
  ]
}
