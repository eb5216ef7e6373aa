import DataModel
import TestSupport

/// What tshark reads of one frame.
struct TsharkPacket {
  /// Nanoseconds since the Unix epoch.
  let time: Int64
  /// Bytes on the wire.
  let length: Int64
  /// The addresses of the outermost IP header, where it lies behind nothing but VLAN tags.
  let addresses: (source: IPAddress, dest: IPAddress)?

  /// All frames of a capture; nil where tshark gives a line that is not understood.
  static func all(of capture: String, tshark: String) -> [TsharkPacket]? {
    let fields = [
      "frame.time_epoch", "frame.len", "frame.protocols",
      "ip.src", "ip.dst", "ipv6.src", "ipv6.dst",
    ]
    let outcome = Tool.run(
      tshark,
      [
        "-n", "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE",
        "-r", TestCaptures.path(capture), "-T", "fields", "-E", "occurrence=f",
      ] + fields.flatMap { ["-e", $0] })
    guard outcome.exitCode == 0 else { return nil }
    let lines = outcome.output.split(separator: "\n")
    let packets = lines.compactMap { line -> TsharkPacket? in
      let words = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      return words.count == fields.count ? TsharkPacket(words) : nil
    }
    return packets.count == lines.count ? packets : nil
  }

  private init?(_ words: [String]) {
    let seconds = words[0].split(separator: ".")
    guard seconds.count == 2, seconds[1].utf8.count == 9, let whole = Int64(seconds[0]),
      let rest = Int64(seconds[1]), let length = Int64(words[1])
    else { return nil }
    time = whole * 1_000_000_000 + rest
    self.length = length
    let network = words[2].split(separator: ":").first { !Self.linkLayers.contains(String($0)) }
    let pair =
      switch network {
      case "ip": (words[3], words[4])
      case "ipv6": (words[5], words[6])
      default: ("", "")
      }
    addresses = TextValue.address(pair.0).flatMap { source in
      TextValue.address(pair.1).map { (source, $0) }
    }
  }

  private static let linkLayers: Set<String> = ["eth", "ethertype", "vlan", "raw", "sll"]
}

/// A capture's packets added up in windows, from what tshark reads.
struct TsharkWindows {
  /// What a window, or a source in it, sent.
  struct Tally {
    var packets: Int64 = 0
    var bytes: Int64 = 0
    var peers: Set<IPAddress> = []

    mutating func add(_ packet: TsharkPacket) {
      packets += 1
      bytes += packet.length
      if let dest = packet.addresses?.dest { peers.insert(dest) }
    }
  }

  /// By the second in which the window begins.
  private(set) var all: [Int64: Tally] = [:]
  /// By that second, then by the source.
  private(set) var sources: [Int64: [IPAddress: Tally]] = [:]

  /// Windows of so many seconds that begin with the Unix epoch.
  init(_ packets: [TsharkPacket], seconds: Int64) {
    for packet in packets {
      let start = packet.time / (seconds * 1_000_000_000) * seconds
      all[start, default: Tally()].add(packet)
      guard let source = packet.addresses?.source else { continue }
      sources[start, default: [:]][source, default: Tally()].add(packet)
    }
  }

  /// A number of each window, keyed as ``Answers/Keys/started`` has it.
  func perWindow(_ number: (Tally) -> Int64) -> [(key: String, value: Int64)] {
    all.map { ("\($0) ", number($1)) }
  }

  /// A number of each source in each window.
  func perSource(_ number: (Tally) -> Int64) -> [(key: String, value: Int64)] {
    sources.flatMap { start, hosts in hosts.map { ("\(start) \($0)", number($1)) } }
  }

  /// The sources of the most bytes in each window; of equal ones, the lesser address.
  func talkers(_ count: Int) -> [(key: String, value: Int64)] {
    sources.flatMap { start, hosts in
      hosts.sorted { ($1.value.bytes, $0.key) < ($0.value.bytes, $1.key) }.prefix(count)
        .map { ("\(start) \($0.key)", $0.value.bytes) }
    }
  }
}
