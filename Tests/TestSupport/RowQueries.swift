/// Random statements over rows of several streams.
enum RowQueries {
  /// Two to three features over the same key, filtered or not, joined, perhaps filtered again.
  static func join(
    _ streams: [String], window: String, _ random: inout RandomSource
  ) -> [String] {
    let key = random.choice(["Host", "Host, DestPort"])
    let ports = key == "Host" ? "" : ", DestPort ELSE 0"
    var lines: [String] = []
    var inputs: [String] = []
    let count = random.number(2...3)
    for index in 0..<count {
      let address = random.choice(["SourceIp", "DestIp"])
      let call = random.choice([
        "count()", "sum(frame.len)", "max(ip.ttl)", "countdistinct(DestPort)", "ave(frame.len)",
      ])
      lines.append(
        "J\(index) = FOREACH (STREAM \(random.choice(streams)) BY \(address) AS Host\(ports)) "
          + "GENERATE \(call) WINDOW \(window);")
      inputs.append(
        random.once(in: 2)
          ? "J\(index)" : "(FILTER J\(index) BY J\(index) > \(random.number(1...60)))")
    }
    let kind = random.choice(["", " LEFT", " OUTER", " ANTI"])
    lines.append("JJ = JOIN \(inputs.joined(separator: ", ")) BY \(key)\(kind);")
    switch random.number(0...4) {
    case 0: lines.append("OUTPUT JJ (J0, J1);")
    case 1: lines.append("OUTPUT (FILTER JJ BY J0 + J1 > \(random.number(1...99))) (J0, J1);")
    case 2: lines.append("OUTPUT TOP \(random.number(1...4)) JJ BY J0 (J0, J1);")
    case 3:
      lines.append("JS = COLLAPSE JJ BY Host; JF = FILTER P BY DestIp IN JS;")
      lines.append("OUTPUT FOREACH JF GENERATE count() WINDOW 1s;")
    default: lines.append("OUTPUT JJ;")
    }
    return lines
  }
}
