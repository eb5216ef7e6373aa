import DataModel
import Testing

@testable import Capture

@Suite("Templates of NetFlow v9 and IPFIX") struct TemplateTests {
  private static let columns = ["SourceIp", "SrcTotalBytes", "UserName", "DestTotalBytes"]

  @Test("values of variable length, enterprises, reverse elements, padding")
  func variableLength() throws {
    let template = TestMessage.template(
      300,
      [
        TestField(8, 4), TestField(371, 0xFFFF), TestField(77, 3, enterprise: 9),
        TestField(1, 8), TestField(1, 4, enterprise: FlowElement.reverseEnterprise),
      ])
    let long = [UInt8](repeating: UInt8(ascii: "x"), count: 300)
    let records =
      [10, 0, 0, 1, 3] + Array("bob".utf8) + [1, 2, 3] + octets(5_000_000_000, 8) + octets(7, 4)
      + [10, 0, 0, 2, 255] + octets(300, 2) + long + [1, 2, 3] + octets(1, 8) + octets(8, 4)
      + [10, 0, 0, 3, 0, 9, 9, 9] + octets(2, 8) + octets(9, 4) + [0, 0, 0]
    let found = try Decoded(
      .ipfix, [TestMessage.ipfix([TestMessage.set(2, template), TestMessage.set(300, records)])],
      Self.columns)
    #expect(
      found.rows == [
        [
          .address(IPAddress(v4: 0x0A00_0001)), .integer(5_000_000_000), .text("bob"), .integer(7),
        ],
        [
          .address(IPAddress(v4: 0x0A00_0002)), .integer(1),
          .text(String(decoding: long, as: UTF8.self)), .integer(8),
        ],
        [.address(IPAddress(v4: 0x0A00_0003)), .integer(2), .missing, .integer(9)],
      ])
    #expect(found.issues.malformed == 0)
    #expect(found.issues.skippedValues == 3 && found.issues.skippedElements == ["9/77"])
  }

  @Test("a counter keeps 60 bits; one of more is missing and counted")
  func wideCounters() throws {
    let template = TestMessage.template(300, [TestField(1, 8), TestField(2, 3)])
    let records =
      octets(UInt64(1) << 60 - 1, 8) + octets(0xABCDEF, 3) + octets(UInt64(1) << 60, 8)
      + octets(1, 3)
    let found = try Decoded(
      .ipfix, [TestMessage.ipfix([TestMessage.set(2, template), TestMessage.set(300, records)])],
      ["SrcTotalBytes", "SrcPacketCount"])
    #expect(
      found.rows == [
        [.integer(1 << 60 - 1), .integer(0xABCDEF)], [.missing, .integer(1)],
      ])
    #expect(found.issues.unreadable == 1 && found.issues.firstUnreadable == "SrcTotalBytes")
  }

  @Test("records before their template wait for it; withdrawn, it is lost")
  func heldAndWithdrawn() throws {
    let template = TestMessage.set(2, TestMessage.template(300, [TestField(1, 4)]))
    let withdrawal = TestMessage.set(2, octets(300, 2) + octets(0, 2))
    func data(_ value: Int) -> [UInt8] { TestMessage.set(300, octets(value, 4)) }
    let found = try Decoded(
      .ipfix,
      [
        TestMessage.ipfix([data(1)]), TestMessage.ipfix([data(2)], domain: 8),
        TestMessage.ipfix([template, data(3)], sequence: 1),
        TestMessage.ipfix([withdrawal, data(4)], sequence: 2),
      ], ["SrcTotalBytes"])
    #expect(found.rows.map { $0[0] }.sorted { "\($0)" < "\($1)" } == [.integer(1), .integer(3)])
    #expect(found.issues.withoutTemplate == 2)
    #expect(found.issues.firstWithoutTemplate == "template 300 of domain 8 of 10.0.0.1 never came")
  }

  @Test("gaps of IPFIX count records, those of version 9 datagrams")
  func gaps() throws {
    let template = TestMessage.set(2, TestMessage.template(300, [TestField(1, 1)]))
    let data = TestMessage.set(300, [1, 2, 3])
    let ipfix = try Decoded(
      .ipfix,
      [
        TestMessage.ipfix([template, data]), TestMessage.ipfix([data], sequence: 3),
        TestMessage.ipfix([data], sequence: 16),
      ], ["SrcTotalBytes"])
    #expect(ipfix.rows.count == 9 && ipfix.issues.gaps == 10)
    // softflowd's numbers count the message's own records as well.
    let own = try Decoded(
      .ipfix,
      [
        TestMessage.ipfix([template, data], sequence: 3),
        TestMessage.ipfix([data, data], sequence: 9), TestMessage.ipfix([data], sequence: 12),
      ], ["SrcTotalBytes"])
    #expect(own.rows.count == 12 && own.issues.gaps == 0 && own.issues.restarts == 0)
    let nine = TestMessage.set(0, TestMessage.template(300, [TestField(1, 1)]))
    let v9 = try Decoded(
      .netflowV9,
      [
        TestMessage.v9([nine, data], sequence: 4), TestMessage.v9([data], sequence: 5),
        TestMessage.v9([data], sequence: 9),
      ], ["SrcTotalBytes"])
    #expect(v9.rows.count == 9 && v9.issues.gaps == 3)
  }

  @Test("samplers that options describe scale what records count")
  func sampling() throws {
    let options = TestMessage.set(
      3,
      TestMessage.options(
        400, scopes: 1, [TestField(302, 8), TestField(305, 4), TestField(306, 4)]))
    let template = TestMessage.set(
      2, TestMessage.template(300, [TestField(1, 4), TestField(302, 8)]))
    let found = try Decoded(
      .ipfix,
      [
        TestMessage.ipfix([
          options,
          TestMessage.set(
            400,
            octets(1, 8) + octets(1, 4) + octets(99, 4) + octets(2, 8) + octets(10, 4)
              + octets(30, 4)),
          template,
          TestMessage.set(
            300,
            octets(50, 4) + octets(1, 8) + octets(50, 4) + octets(2, 8) + octets(50, 4)
              + octets(3, 8)),
        ])
      ], ["SrcTotalBytes", "SamplingRate", "EstimatedBytes"])
    #expect(
      found.rows == [
        [.integer(50), .integer(100), .integer(5000)], [.integer(50), .integer(4), .integer(200)],
        [.integer(50), .integer(1), .integer(50)],
      ])
    #expect(found.issues.optionRecords == 2 && found.issues.remarks.isEmpty)
  }

  /// Elements, the value's bytes, and the start, end and duration that they mean in seconds, of a
  /// message made at 1 000 s.
  static let times: [([TestField], [UInt8], Int64, Int64?, Int64?)] = [
    ([TestField(150, 4), TestField(151, 4)], octets(900, 4) + octets(960, 4), 900, 960, 60),
    (
      [TestField(152, 8), TestField(153, 8)], octets(900_000, 8) + octets(960_000, 8), 900, 960,
      60
    ),
    (
      [TestField(156, 8), TestField(161, 4)],
      octets(UInt64(2_208_988_800 + 900) << 32, 8)
        + octets(60_000, 4), 900, 960, 60
    ),
    (
      [TestField(158, 4), TestField(159, 4)], octets(100_000_000, 4) + octets(0, 4), 900, 1000, 100
    ),
    ([TestField(22, 4), TestField(160, 8)], octets(5000, 4) + octets(895_000, 8), 900, nil, nil),
    ([TestField(323, 8)], octets(900_000, 8), 900, nil, nil),
    (
      [TestField(153, 8), TestField(162, 4)], octets(960_000, 8) + octets(60_000_000, 4), 900, 960,
      60
    ),
    ([TestField(1, 4)], octets(1, 4), 1000, nil, nil),
  ]

  @Test("times in every encoding", arguments: 0..<times.count)
  func time(index: Int) throws {
    let (fields, bytes, start, end, duration) = Self.times[index]
    let found = try Decoded(
      .ipfix,
      [
        TestMessage.ipfix([
          TestMessage.set(2, TestMessage.template(300, fields)), TestMessage.set(300, bytes),
        ])
      ], ["TimeSeconds", "EndTime", "DurationSeconds"])
    let second: Int64 = 1_000_000_000
    #expect(
      found.rows == [
        [
          .time(start * second), end.map { .time($0 * second) } ?? .missing,
          duration.map { .duration($0 * second) } ?? .missing,
        ]
      ])
    #expect(found.times == [start * second])
  }

  @Test("version 9: uptimes that wrapped, options by bytes, zeros behind the sets")
  func versionNine() throws {
    let template = TestMessage.set(
      0, TestMessage.template(300, [TestField(22, 4), TestField(1, 0)]))
    let scope = octets(1, 2) + octets(4, 2)
    let options =
      octets(400, 2) + octets(4, 2) + octets(4, 2) + scope + octets(34, 2) + octets(4, 2) + [0, 0]
    let found = try Decoded(
      .netflowV9,
      [
        TestMessage.v9([
          template, TestMessage.set(1, options), TestMessage.set(400, octets(1, 4) + octets(64, 4)),
          TestMessage.set(300, octets(50_000, 4) + octets(UInt32(bitPattern: -10_000), 4)),
          [UInt8](repeating: 0, count: 40),
        ])
      ], ["SamplingRate", "SrcTotalBytes"])
    #expect(found.times == [990_000_000_000, 930_000_000_000])
    #expect(found.rows == [[.integer(64), .missing], [.integer(64), .missing]])
    #expect(found.issues.malformed == 0)
  }

  @Test("lengths that cannot be are malformed, each datagram once")
  func malformed() throws {
    let empty = TestMessage.set(2, TestMessage.template(300, [TestField(1, 0)]))
    let small = TestMessage.set(2, TestMessage.template(20, [TestField(1, 4)]))
    let beyond = octets(300, 2) + octets(90, 2) + [1, 2]
    let short = octets(300, 2) + octets(3, 2)
    for set in [empty, small, beyond, short, TestMessage.set(99, [])] {
      let found = try Decoded(.ipfix, [TestMessage.ipfix([set])], ["SrcTotalBytes"])
      #expect(found.rows.isEmpty && found.issues.malformed == 1, "\(set)")
    }
  }
}
