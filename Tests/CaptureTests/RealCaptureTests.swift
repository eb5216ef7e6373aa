import Glibc
import Testing

@testable import Capture

/// Captures that nobody of this project wrote, and what is known of them.
enum TestData {
  static let root: String? = getenv("SALC_TEST_DATA").map { String(cString: $0) }
  static let reason: Comment = "SALC_TEST_DATA is not set"

  struct Entry: Sendable, CustomTestStringConvertible {
    let name: String
    let packets: Int
    let wireBytes: Int
    let duration: String
    var path: String { "\(root!)/pcap/\(name)" }
    var testDescription: String { name }
  }

  /// The captures of MANIFEST.tsv.
  static let captures: [Entry] = {
    guard let root, let text = readText("\(root)/MANIFEST.tsv") else { return [] }
    let lines = text.split(whereSeparator: \.isNewline).map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
    guard let header = lines.first else { return [] }
    func column(_ name: String, _ line: [String]) -> String { line[header.firstIndex(of: name)!] }
    return lines.dropFirst().compactMap { line in
      guard ["pcap", "pcapng"].contains(column("format", line)) else { return nil }
      return Entry(
        name: column("file", line), packets: Int(column("packets", line))!,
        wireBytes: Int(column("wire_bytes", line))!, duration: column("duration_s", line))
    }
  }()

  static func readText(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

@Suite("Real captures", .enabled(if: TestData.root != nil, TestData.reason))
struct RealCaptureTests {
  @Test("the manifest lists captures")
  func manifest() {
    #expect(TestData.captures.count >= 25)
  }

  @Test("packets, bytes and duration are those of the manifest", arguments: TestData.captures)
  func totals(entry: TestData.Entry) throws {
    let result = try CaptureFile(path: entry.path).readAll()
    #expect(result.error == nil)
    #expect(result.frames.count == entry.packets)
    #expect(result.frames.reduce(0) { $0 + Int($1.wireLength) } == entry.wireBytes)
    let times = result.frames.map(\.time)
    let span = times.max()! - times.min()!
    let micros = String((span + 500) / 1000 % 1_000_000)
    let zeros = String(repeating: "0", count: 6 - micros.count)
    #expect("\((span + 500) / 1_000_000_000).\(zeros)\(micros)" == entry.duration)
  }
}
