import DataModel
import Reference
import TestSupport

/// Flows in which each of the twelve published programs finds what it looks for, as records and as
/// packets: a web server that many visit, rings of three, a controller with four quiet bots, and a
/// client that a page sends elsewhere.
struct PublishedScenario {
  private struct Flow {
    var start: Int
    var source: String
    var dest: String
    var sourcePort: Int
    var destPort = 80
    var sent = 30
    var answered = 60
  }

  private static let begin = 1_700_000_000
  private static let answerDelay = 10
  private var flows: [Flow] = []

  /// The scenario with this many visits to the server; more than a thousand make it one.
  init(visits: Int) {
    for bot in 1...4 {
      add(Flow(start: 0, source: "10.0.9.\(bot)", dest: "10.0.0.20", sourcePort: bot, sent: 4))
    }
    for visit in 0..<visits {
      add(
        Flow(
          start: 1000 + visit * 60 + visit * 13 % 41, source: "10.0.1.\(visit % 5 + 1)",
          dest: "10.0.0.10",
          sourcePort: 20_000 + visit, destPort: visit % 50 == 7 ? 443 : 80,
          sent: 10 + visit * 37 % 200, answered: visit * 91 % 900))
    }
    for ring in 0..<3 {
      for (place, ends) in [(1, 2), (2, 3), (3, 1)].enumerated() {
        add(
          Flow(
            start: 20_000 + ring * 9000 + place * 1500, source: "10.0.3.\(ends.0)",
            dest: "10.0.3.\(ends.1)", sourcePort: 5000 + ring))
      }
    }
    for bot in 1...4 {
      add(
        Flow(
          start: 30_000 + bot * 700, source: "10.0.9.9", dest: "10.0.9.\(bot)", sourcePort: 6000))
    }
    let end = 2000 + visits * 60
    add(Flow(start: end, source: "10.0.4.1", dest: "10.0.0.10", sourcePort: 7000))
    add(Flow(start: end + 3000, source: "10.0.4.1", dest: "10.0.5.5", sourcePort: 7001))
    add(Flow(start: end + 30_000, source: "10.0.4.1", dest: "10.0.5.5", sourcePort: 7002))
    flows.sort { $0.start < $1.start }
  }

  private mutating func add(_ flow: Flow) { flows.append(flow) }

  /// A table of vertices for xss.
  static let domains = "address,domain\n10.0.0.10,shop.example\n10.0.5.5,evil.example\n"

  /// What that table says.
  static let attributes = ["10.0.0.10": "shop.example", "10.0.5.5": "evil.example"]

  /// The flows as VAST's records, label in front.
  var records: String {
    flows.map { flow in
      let start = flow.start % 1000
      let zeros = start < 10 ? "00" : start < 100 ? "0" : ""
      let fields = [
        "0", "\(Self.begin + flow.start / 1000).\(zeros)\(start)", "d", "t", "6", "tcp",
        flow.source, flow.dest, "\(flow.sourcePort)", "\(flow.destPort)", "0", "0", "0.010",
        "\(flow.sent)", "\(flow.answered)", "\(flow.sent + 40)", "\(flow.answered + 40)", "1", "1",
        "0",
      ]
      return fields.joined(separator: ",") + "\n"
    }.joined()
  }

  /// A packet in each direction of each flow.
  var frames: [CapturedFrame] {
    flows.flatMap { flow in
      let source = Self.bytes(flow.source)
      let dest = Self.bytes(flow.dest)
      let ports = (flow.sourcePort, flow.destPort)
      return [
        Self.frame(flow.start, source, dest, ports, flow.sent),
        Self.frame(flow.start + Self.answerDelay, dest, source, (ports.1, ports.0), flow.answered),
      ]
    }.sorted { $0.time < $1.time }
  }

  private static func bytes(_ address: String) -> FrameBuilder.Address {
    address.split(separator: ".").compactMap { UInt8($0) }
  }

  private static func frame(
    _ time: Int, _ source: FrameBuilder.Address, _ dest: FrameBuilder.Address,
    _ ports: (Int, Int), _ payload: Int
  ) -> CapturedFrame {
    let segment = FrameBuilder.tcp(
      source: ports.0, destination: ports.1, flags: 0x18,
      payload: [UInt8](repeating: 0x61, count: payload))
    let packet = FrameBuilder.ipv4(
      source: source, destination: dest, protocol: 6, payload: segment)
    return CapturedFrame(
      time: (Int64(begin) * 1000 + Int64(time)) * 1_000_000,
      bytes: FrameBuilder.ethernet(type: 0x800, payload: packet))
  }
}
