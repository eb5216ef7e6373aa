import CZlib
import DataModel
import Glibc
import Testing

@testable import Capture

/// Reading records of lines: what is a record, what is not, and what a field's text means.
@Suite("Records of lines")
struct RecordReaderTests {
  static let vast = RecordFormats.named("VastStream")!
  static let line =
    "1365582756.384094,2013-04-10 08:32:36,20130410083236.384094,17,UDP,172.20.2.18,"
    + "239.255.255.250,29986,1900,0,0,16,184,73140,2588,76064,40,54,0"

  /// The values of some columns of every record of a text, with what was wrong.
  static func read(
    _ text: [UInt8], _ names: [String], schema: RecordSchema = vast
  ) throws -> (rows: [[Value]], times: [Int64], issues: RecordIssues) {
    let path = "/tmp/salc-records-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    let file = try FileDescriptor(writingTo: path)
    try file.writeAll(text)
    defer { unlink(path) }
    let fields = names.compactMap { schema.named($0) }
    #expect(fields.count == names.count)
    let reader = try DelimitedReader(path: path, schema: schema, fields: fields)
    let batch = TupleBatch(fields: fields)
    var rows: [[Value]] = []
    var times: [Int64] = []
    while try reader.nextBatch(into: batch) {
      #expect(batch.selected == batch.count)
      for row in 0..<batch.count {
        #expect(batch.orders[row] == UInt64(times.count))
        times.append(batch.times[row])
        rows.append(
          zip(batch.columns, fields).map { column, id in
            let validity = column.validity[row]
            if validity == 0 { return .missing }
            return Value(
              lanes: (column.lane0[row], column.lane1[row]), type: id.field.type,
              isV6: validity == 6)
          })
      }
    }
    return (rows, times, reader.issues)
  }

  static func read(
    _ text: String, _ names: [String]
  ) throws -> (rows: [[Value]], times: [Int64], issues: RecordIssues) {
    try read(Array(text.utf8), names)
  }

  @Test("every field of SAM's own example keeps its value")
  func fields() throws {
    let names = Self.vast.columns.map(\.field.name)
    let (rows, times, issues) = try Self.read(Self.line + "\n1," + Self.line, names)
    // The label decides about all lines: without one in the first, the second is malformed.
    #expect(rows.count == 1 && issues.malformed == 1)
    #expect(issues.firstMalformed == "line 2: 20 fields where 19 are expected")
    #expect(times == [1_365_582_756_384_094_000])
    let expected: [Value] = [
      .missing, .time(1_365_582_756_384_094_000), .text("2013-04-10 08:32:36"),
      .text("20130410083236.384094"), .integer(17), .text("UDP"),
      .address(IPAddress(v4: 0xAC14_0212)), .address(IPAddress(v4: 0xEFFF_FFFA)),
      .integer(29986), .integer(1900), .integer(0), .integer(0), .duration(16_000_000_000),
      .integer(184), .integer(73140), .integer(2588), .integer(76064), .integer(40),
      .integer(54), .integer(0),
      // UDP to port 1900.
      .text("ssdp"),
    ]
    #expect(rows[0] == expected)
    let labelled = try Self.read("1," + Self.line + "\n", ["Label", "SourcePort"])
    #expect(labelled.rows == [[.integer(1), .integer(29986)]])
  }

  @Test("numbers are not cut: fractions of durations, counters beyond 32 bits, IPv6, hexadecimal")
  func wideValues() throws {
    let text =
      "0.5,a,b,6,TCP,2001:db8::1,::ffff:1.2.3.4,0x0303,80,0,0,3.900000001,"
      + "5000000000,0,1152921504606846975,1152921504606846976,0,0,0\n"
    let (rows, times, issues) = try Self.read(
      text,
      [
        "SourceIp", "DestIp", "SourcePort", "DurationSeconds", "SrcPayloadBytes", "SrcTotalBytes",
        "DestTotalBytes",
      ])
    #expect(times == [500_000_000])
    #expect(
      rows == [
        [
          .address(IPAddress(v6High: 0x2001_0DB8_0000_0000, low: 1)),
          .address(IPAddress(v6High: 0, low: 0xFFFF_0102_0304)), .integer(0x303),
          .duration(3_900_000_001), .integer(5_000_000_000),
          .integer(1_152_921_504_606_846_975), .missing,
        ]
      ])
    #expect(issues.unreadable == 1 && issues.malformed == 0)
    #expect(issues.firstUnreadable == "line 1: DestTotalBytes is no u64")
  }

  @Test(
    "times are seconds or dates",
    arguments: [
      ("0", 0), ("1.5", 1_500_000_000), ("1.0000000019", 1_000_000_001),
      ("2011/08/10 09:46:59.607825", 1_312_969_619_607_825_000),
      ("2011-08-10T09:46:59.607825Z", 1_312_969_619_607_825_000),
      ("2009-11-18+09:00:03.914398", 1_258_534_803_914_398_000),
      ("2000-02-29 00:00:00", 951_782_400_000_000_000),
      ("2100-03-01 00:00:00", 4_107_542_400_000_000_000),
      ("9223372035", 9_223_372_035_000_000_000),
      ("9223372036", nil), ("-1", nil), (".", nil), ("1e9", nil), ("2011-13-10 09:46:59", nil),
      ("2011-08-10 24:00:00", nil), ("1.2.3", nil), ("nan", nil),
    ] as [(String, Int64?)])
  func times(text: String, nanoseconds: Int64?) throws {
    let bytes = Array(text.utf8)
    let found = bytes.withUnsafeBufferPointer { FieldText.time($0.baseAddress!, $0.count) }
    #expect(found == nanoseconds)
  }

  @Test("a header gives the order of columns, or is passed over")
  func headers() throws {
    let ownOrder =
      "DestPort,ignored,TIMESECONDS,firstSeenSrcIp\n443,x,7,1.2.3.4\n,y,8,\n443,x,7\n"
    let (rows, times, issues) = try Self.read(ownOrder, ["DestPort", "SourceIp", "Label"])
    #expect(times == [7_000_000_000, 8_000_000_000])
    #expect(
      rows == [
        [.integer(443), .address(IPAddress(v4: 0x0102_0304)), .missing],
        [.missing, .missing, .missing],
      ])
    #expect(issues.firstMalformed == "line 4: 3 fields where 4 are expected")
    let names = (0..<19).map { "c\($0)" }.joined(separator: ",")
    let plain = try Self.read(names + "\n" + Self.line, ["DestPort"])
    #expect(plain.rows == [[.integer(1900)]] && plain.issues == RecordIssues())
    #expect(throws: CaptureError.self) {
      _ = try Self.read("SourceIp,DestIp\n1.1.1.1,2.2.2.2\n", ["DestIp"])
    }
  }

  @Test("quotes, carriage returns, blanks, empty lines and a last line without end")
  func lineForms() throws {
    let quoted =
      "\"1.5\",\"a,\"\"b\"\"\",c, 6 ,TCP,1.1.1.1,2.2.2.2,1,2,0,0,1,1,1,1,1,1,1,0\r\n\r\n\n"
      + Self.line
    let (rows, _, issues) = try Self.read(quoted, ["ParseDate", "IpLayerProtocol", "DestPort"])
    #expect(issues == RecordIssues())
    #expect(
      rows == [
        [.text("a,\"b\""), .integer(6), .integer(2)],
        [.text("2013-04-10 08:32:36"), .integer(17), .integer(1900)],
      ])
    let open = try Self.read(Self.line + "\n\"" + Self.line + "\n" + Self.line, ["DestPort"])
    #expect(open.rows.count == 2)
    #expect(open.issues.firstMalformed == "line 2: a quote stays open")
  }

  @Test("what is no record is counted and passed over, however long")
  func malformed() throws {
    let long = String(repeating: "x", count: 3 << 20)
    let text =
      "rubbish\n\(Self.line)\n\(long)\n\(Self.line)\n,,,,,,,,,,,,,,,,,,\n\(Self.line)\n\0\n"
    let (rows, _, issues) = try Self.read(text, ["DestPort"])
    #expect(rows.count == 3)
    #expect(issues.malformed == 4)
    #expect(issues.firstMalformed == "line 1: 1 fields where 20 are expected")
    #expect(try Self.read("", ["DestPort"]).rows.isEmpty)
    let many = String(repeating: ",", count: 100_000) + "\n" + Self.line
    #expect(try Self.read(many, ["DestPort"]).rows == [[.integer(1900)]])
  }

  @Test("any damage to lines leaves the reader standing")
  func mutations() throws {
    var generator = SystemRandomNumberGenerator()
    let names = Self.vast.columns.map(\.field.name)
    for _ in 0..<60 {
      var bytes = Array((0..<20).map { _ in Self.line + "\n" }.joined().utf8)
      for _ in 0..<Int.random(in: 1...60, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0...3, using: &generator) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes[place] = [44, 34, 10, 13, 46, 45].randomElement(using: &generator)!
        case 2: bytes.remove(at: place)
        default: bytes.insert(44, at: place)
        }
      }
      do {
        let (rows, _, issues) = try Self.read(bytes, names)
        let lines = bytes.split(separator: 10).filter { $0 != [13] }
        #expect(rows.count + Int(issues.malformed) <= lines.count)
      } catch is CaptureError {
        continue  // A first line that became a header without a time.
      }
    }
  }

  @Test("CTU-13's lines keep their labels and read ICMP's ports as numbers")
  func binetflow() throws {
    let header =
      "StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,"
      + "SrcBytes,Label\n"
    let lines =
      "2011/08/10 09:46:59.607825,1.026539,tcp,94.44.127.113,1577,   ->,147.32.84.59,6881,S_RA,0,"
      + "0,4,276,156,flow=Background-Established-cmpgw-CVUT\n"
      + "2011/08/10 09:47:00,0.0,icmp,fe80::1,0x0008,  <->,147.32.84.59,,ECO,,,2,120,60,x\n"
    let names = [
      "TimeSeconds", "DurationSeconds", "IpLayerProtocolCode", "SourcePort", "Dir", "DestPort",
      "SrcTos", "TotBytes", "SrcBytes", "Label",
    ]
    let schema = try #require(RecordFormats.named("CtuStream"))
    for text in [header + lines, lines] {
      let (rows, times, issues) = try Self.read(Array(text.utf8), names, schema: schema)
      #expect(times == [1_312_969_619_607_825_000, 1_312_969_620_000_000_000])
      #expect(issues == RecordIssues())
      #expect(
        rows[0] == [
          .time(times[0]), .duration(1_026_539_000), .text("tcp"), .integer(1577), .text("->"),
          .integer(6881), .integer(0), .integer(276), .integer(156),
          .text("flow=Background-Established-cmpgw-CVUT"),
        ])
      #expect(rows[1][3...6] == [.integer(8), .text("<->"), .missing, .missing])
    }
  }

  @Test("nfdump's header finds its columns among others, and its summary is no record")
  func nfdump() throws {
    let text =
      "ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt,opkt,obyt\n"
      + "2016-01-13 10:00:00,2016-01-13 10:00:01,1.250,10.0.0.1,10.0.0.2,1024,53,UDP,......,0,0,"
      + "3,180,0,0\nSummary\nflows,bytes,packets\n1,180,3\n"
    let schema = try #require(RecordFormats.named("NfdumpStream"))
    let (rows, times, issues) = try Self.read(
      Array(text.utf8), ["ts", "td", "dp", "ibyt", "SourceAS"], schema: schema)
    #expect(times == [1_452_679_200_000_000_000])
    #expect(
      rows == [
        [.time(times[0]), .duration(1_250_000_000), .integer(53), .integer(180), .missing]
      ])
    #expect(issues.malformed == 3)
  }
}
