import DataModel
import Glibc
import Sinks
import TestSupport
import Testing

@Suite("Text of values, and its speed", .serialized) struct ThroughputTests {
  @Test func addressesAndTimesAreThoseOfTheDataModel() throws {
    var random = RandomSource(seed: 11)
    var values: [Value] = [
      .address(IPAddress(v6High: 0, low: 0)), .address(IPAddress(v6High: 0, low: 1)),
      .address(IPAddress(v6High: 1, low: 0)), .address(IPAddress(v4: 0)),
      .address(IPAddress(v4: .max)), .address(IPAddress(v6High: .max, low: .max)),
      .time(.max), .time(.min), .time(0), .time(-1), .time(999_999_999), .time(-1_000_000_000),
    ]
    for _ in 0..<4000 {
      // Groups that are zero half of the time, so that every place of `::` comes up.
      let groups = (0..<8).map { _ in
        random.once(in: 2) ? 0 : random.next() >> UInt64(random.choice([48, 52, 56, 60]))
      }
      let half = { (at: Int) in groups[at..<at + 4].reduce(0) { $0 << 16 | $1 } }
      values.append(.address(IPAddress(v6High: half(0), low: half(4))))
      values.append(.address(IPAddress(v4: UInt32(truncatingIfNeeded: random.next()))))
      values.append(.time(Int64(bitPattern: random.next()) >> 1))
    }
    let schema = Sample.schema(.ip)
    let target = try write(values.map { Sample.row($0) }, Sample.meta([schema]), as: .csv)
    let lines = target.text.split(separator: "\r\n").dropFirst()
    #expect(lines.count == values.count)
    for (line, value) in zip(lines, values) {
      #expect(line.split(separator: ",")[2] == value.description)
    }
  }

  @Test func timesOfTuplesInAnyOrder() throws {
    var random = RandomSource(seed: 5)
    let rows = (0..<5000).map { _ in
      let time = Sample.start + Int64(random.number(-3_000_000_000...3_000_000_000))
      return Row(output: 0, start: time, end: time, values: [.integer(1)])
    }
    let schema = Sample.schema(.signed, isWindowed: false)
    let target = try write(rows, Sample.meta([schema]), as: .csv)
    for (line, row) in zip(target.text.split(separator: "\r\n").dropFirst(), rows) {
      #expect(line.hasPrefix(Timestamp.text(row.start) + ","))
    }
  }

  /// Row `index` of windows with 5000 rows each.
  private static func row(_ index: Int) -> Row {
    let start = Sample.start + Int64(index / 5000) * Sample.second
    let address = IPAddress(v4: 0x0a00_0000 + UInt32(index))
    let values: [Value] = [
      .address(address), .integer(Int64(index) * 37), .integer(Int64(index & 1023)),
    ]
    return Row(output: 0, start: start, end: start + Sample.second, values: values)
  }

  /// A million rows a second is the aim in release; a debug build only has to get through.
  @Test(arguments: Format.allCases) func rowsASecond(_ format: Format) throws {
    #if DEBUG
      let (count, least) = (20_000, 1000.0)
    #else
      // Half the aim: other tests run beside this one.
      let (count, least) = (1_000_000, format == .table ? 100_000.0 : 500_000.0)
    #endif
    let rows = (0..<count).map(Self.row)
    let descriptor = open("/dev/null", O_WRONLY | O_CLOEXEC)
    defer { close(descriptor) }
    let sink = format.sink(descriptor)
    try sink.begin(Sample.meta([Sample.victims]))
    let clock = ContinuousClock()
    let elapsed = try clock.measure {
      for row in rows { try sink.row(row) }
      try sink.end(RunTotals())
    }
    let rate = Double(count) / (elapsed / .seconds(1))
    print("sink \(format.rawValue): \(Int(rate)) rows/s")
    #expect(rate > least)
  }
}
