import Glibc
import TestSupport

/// Runs the tool as a shell would.
@discardableResult
func salc(
  _ arguments: String..., output: Tool.Output = .collected, environment: [String: String] = [:]
) -> Tool.Outcome {
  Tool.run(Tool.salc, arguments, output: output, environment: environment, timeout: 60)
}

/// Runs the tool within a shell command, where `$SALC` is its path.
func shell(_ command: String) -> Tool.Outcome {
  Tool.run("/bin/sh", ["-c", command], environment: ["SALC": Tool.salc], timeout: 60)
}

extension Tool.Outcome {
  /// One line for a failed expectation.
  var summary: String {
    "exit \(exitCode), stdout <\(output.prefix(400))>, stderr <\(errors.prefix(800))>"
  }

  /// Whether standard error holds a message, and no sign of a crash.
  var explains: Bool {
    !errors.isEmpty && !errors.contains("Fatal error") && !errors.contains("Stack dump")
      && exitCode < 128
  }
}

/// Queries and captures that the tests share.
enum Given {
  static let bySource = """
    Packets = PacketStream("eth0");
    BySource = STREAM Packets BY SourceIp;
    Count = FOREACH BySource GENERATE count() WINDOW 1s;
    Bytes = FOREACH BySource GENERATE sum(frame.len) WINDOW 1s;
    OUTPUT BySource (Count, Bytes);

    """

  /// Three frames from 10.0.0.1 in one second, one from 10.0.0.2 in the next but one.
  static let frames: [(seconds: Int, source: UInt8)] = [(100, 1), (100, 1), (100, 1), (102, 2)]

  /// A classic pcap of frames.
  static func capture(_ frames: [(seconds: Int, source: UInt8)] = Given.frames) -> [UInt8] {
    func little(_ value: Int, _ width: Int) -> [UInt8] {
      FrameBuilder.bytes(value, width).reversed()
    }
    var bytes = little(0xA1B2_C3D4, 4) + little(2, 2) + little(4, 2) + little(0, 8)
    bytes += little(65_535, 4) + little(1, 4)
    for (seconds, source) in frames {
      let packet = FrameBuilder.ipv4(
        source: [10, 0, 0, source], destination: [10, 0, 0, 9], protocol: 17,
        payload: FrameBuilder.udp(source: 1, destination: 2))
      let frame = FrameBuilder.ethernet(type: 0x0800, payload: packet)
      bytes += little(seconds, 4) + little(0, 4) + little(frame.count, 4)
      bytes += little(frame.count, 4) + frame
    }
    return bytes
  }
}

extension TemporaryDirectory {
  /// The shared capture in this directory.
  func capture() -> String {
    FileBytes.write(Given.capture(), to: file("three.pcap"))
    return file("three.pcap")
  }
}
