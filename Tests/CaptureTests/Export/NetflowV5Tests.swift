import DataModel
import Testing

@testable import Capture

@Suite("NetFlow version 5") struct NetflowV5Tests {
  @Test("every field, with SAL's names; First and Last are plain milliseconds")
  func fields() throws {
    let schema = RecordFormats.named("NetflowV5Stream")!
    let names = schema.columns.map(\.field.name)
    let found = try Decoded(.netflowV5, [TestMessage.v5([4_000_000_000], sequence: 9)], names)
    let expected: [(String, Value)] = [
      ("TimeSeconds", .time(990_500_000_000)), ("EndTime", .time(998_000_000_000)),
      ("DurationSeconds", .duration(7_500_000_000)), ("UnixSecs", .integer(1000)),
      ("UnixNsecs", .integer(500_000_000)), ("SysUptime", .integer(60_000)),
      ("Exaddr", .address(IPAddress(v4: 0x0A00_0001))), ("Dpkts", .integer(3)),
      ("Doctets", .integer(4_000_000_000)), ("EstimatedPackets", .integer(300)),
      ("EstimatedBytes", .integer(400_000_000_000)), ("First1", .integer(50_000)),
      ("Last1", .integer(57_500)), ("EngineType", .integer(1)), ("EngineId", .integer(2)),
      ("SourceIp", .address(IPAddress(v4: 0x0A00_0001))),
      ("DestIp", .address(IPAddress(v4: 0x0A00_0002))),
      ("NextHop", .address(IPAddress(v4: 0x0A00_0003))), ("SnmpInput", .integer(4)),
      ("SnmpOutput", .integer(5)), ("SourcePort", .integer(40_000)), ("DestPort", .integer(443)),
      ("Protocol", .integer(6)), ("Tos", .integer(8)), ("TcpFlags", .integer(0x12)),
      ("SourceMask", .integer(24)), ("DestMask", .integer(16)), ("SourceAS", .integer(64_500)),
      ("DestAS", .integer(64_501)), ("FlowSequence", .integer(9)),
      ("SamplingRate", .integer(100)), ("ApplicationProtocol", .text("https")),
    ]
    #expect(names == expected.map(\.0))
    #expect(found.rows == [expected.map(\.1)])
    #expect(found.times == [990_500_000_000] && found.issues.remarks.isEmpty)
    #expect(schema.named("First") == schema.named("First1"))
  }

  @Test("what is announced and not there is malformed; what is whole is read")
  func malformed() throws {
    var cut = TestMessage.v5([1, 2, 3])
    cut.removeLast(10)
    var behind = TestMessage.v5([4], sequence: 3)
    behind += [1]
    let found = try Decoded(
      .netflowV5, [cut, [], [5], TestMessage.ipfix([]) + [UInt8](repeating: 0, count: 20), behind],
      ["Doctets"])
    #expect(found.rows == [[.integer(1)], [.integer(2)], [.integer(4)]])
    #expect(found.issues.malformed == 5)
    #expect(found.issues.firstMalformed == "3 records announced, 2 there")
  }

  @Test("gaps count records; an overtaken datagram is no gap; an exporter may begin anew")
  func gaps() throws {
    func lost(_ sequences: [UInt32]) throws -> (UInt64, UInt64) {
      let datagrams = sequences.map { TestMessage.v5([1, 1], sequence: $0) }
      let found = try Decoded(.netflowV5, datagrams, ["Doctets"])
      #expect(found.rows.count == 2 * sequences.count)
      return (found.issues.gaps, found.issues.restarts)
    }
    #expect(try lost([0, 2, 4, 6]) == (0, 0))
    #expect(try lost([0, 10, 12]) == (8, 0))
    #expect(try lost([0, 4, 2, 6]) == (0, 0))
    #expect(try lost([UInt32.max - 1, 0, 2]) == (0, 0))
    #expect(try lost([5000, 0, 2]) == (0, 1))
    #expect(try lost([0, 2, 2, 4]) == (0, 0))
    #expect(try lost([0, 6] + (0..<20).map { 8 + 2 * $0 }) == (4, 0))
  }

  @Test("a datagram may have more records than a batch has room for")
  func manyRecords() throws {
    let found = try Decoded(
      .netflowV5, [TestMessage.v5((0..<1300).map { UInt32($0) })], ["Doctets"])
    #expect(found.rows == (0..<1300).map { [.integer(Int64($0))] })
    #expect(found.batches == 2 && found.issues.remarks.isEmpty)
  }
}
