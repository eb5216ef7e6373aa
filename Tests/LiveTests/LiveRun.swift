import DataModel
import Glibc
import Reference
import TestSupport
import Testing

/// `salc run` on the receiving end of a veth pair, and what is sent to it.
struct LiveRun {
  let namespaces: Namespaces
  let job: Job

  /// Starts salc on the receiving interface and waits until its program is attached.
  init(
    _ namespaces: Namespaces, _ query: String, _ options: [String] = [],
    output: Tool.Output = .collected
  ) throws {
    self.namespaces = namespaces
    let arguments = ["run", "-e", query, "--iface", namespaces.receivingInterface]
    job = namespaces.start(
      in: namespaces.receiver, Tool.salc, arguments + ["--format", "json"] + options,
      output: output)
    let isAttached = job.waitUntil(timeout: 30) { namespaces.hasProgram }
    try #require(isAttached, "not attached: \(job.wait(timeout: 1))")
  }

  /// A run that was started some other way.
  init(_ namespaces: Namespaces, _ job: Job) {
    self.namespaces = namespaces
    self.job = job
  }

  /// Sends frames with tcpreplay, at a rate or as fast as it goes; returns how many left.
  func send(_ frames: [CapturedFrame], _ options: [String] = ["--topspeed"]) throws -> UInt64 {
    let tcpreplay = try #require(Tool.find("tcpreplay"))
    let directory = TemporaryDirectory()
    let file = directory.file("sent.pcap")
    FileBytes.write(CaptureFile.classic(frames), to: file)
    let before = try #require(sent)
    let outcome = namespaces.run(
      in: namespaces.sender, tcpreplay,
      ["--quiet", "--intf1", namespaces.sendingInterface] + options + [file], timeout: 300)
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
    return try #require(sent) - before
  }

  /// Packets that left the sender.
  var sent: UInt64? {
    namespaces.counter("tx_packets", of: namespaces.sendingInterface, in: namespaces.sender)
  }

  /// Stops with a signal and reads everything.
  func stop(_ signal: Int32 = SIGINT) -> SalcRun {
    job.signal(signal)
    return SalcRun(job.wait(timeout: 30))
  }
}

/// Frames for live tests.
enum LiveTraffic {
  /// `syns` with a VLAN tag each.
  static func tagged(sources: Int, times: Int) -> [CapturedFrame] {
    syns(sources: sources, times: times).map { frame in
      CapturedFrame(
        time: frame.time,
        bytes: Array(frame.bytes[..<12]) + [0x81, 0, 0, 7] + Array(frame.bytes[12...]))
    }
  }

  /// SYNs from `sources` addresses to one host, each `times` times.
  static func syns(sources: Int, times: Int) -> [CapturedFrame] {
    (0..<sources * times).map { index in
      let source = index % sources
      let segment = FrameBuilder.tcp(
        source: 1024 + source % 60_000, destination: 80, flags: 2, sequence: index)
      let packet = FrameBuilder.ipv4(
        source: [10, 1, UInt8(source / 250), UInt8(source % 250)], destination: [10, 99, 0, 2],
        protocol: 6, payload: segment)
      return CapturedFrame(
        time: 1_700_000_000_000_000_000 + Int64(index) * 1000,
        bytes: FrameBuilder.ethernet(type: 0x0800, payload: packet))
    }
  }

  /// Datagrams of one host in frames of these sizes, each `times` times.
  static func udp(sizes: [Int], times: Int) -> [CapturedFrame] {
    (0..<sizes.count * times).map { index in
      // Ethernet, IPv4 and UDP headers take 42 bytes of a frame.
      let payload = [UInt8](repeating: 7, count: sizes[index % sizes.count] - 42)
      let packet = FrameBuilder.ipv4(
        source: [10, 1, 0, 1], destination: [10, 99, 0, 2], protocol: 17,
        payload: FrameBuilder.udp(source: 4000, destination: 4001, payload: payload))
      return CapturedFrame(
        time: 1_700_000_000_000_000_000 + Int64(index) * 1000,
        bytes: FrameBuilder.ethernet(type: 0x0800, payload: packet))
    }
  }
}

extension SalcRun {
  /// The sum of an output's last integer column over all windows.
  func total(_ output: Int = 0) -> UInt64 {
    rows.filter { $0.output == output }.reduce(0) { sum, row in
      guard case .integer(let value)? = row.values.last else { return sum }
      return sum + UInt64(value)
    }
  }

  /// The sums of the last column over all windows, by the first.
  var countsBySource: [String: UInt64] {
    rows.reduce(into: [:]) { counts, row in
      guard let key = row.values.first, case .integer(let value)? = row.values.last else { return }
      counts["\(key)", default: 0] += UInt64(value)
    }
  }

  /// Lost tuples of the `end` record.
  var lost: UInt64 {
    (end?["lost"]?.members ?? []).reduce(0) { $0 + UInt64($1.value.integer ?? 0) }
  }
}
