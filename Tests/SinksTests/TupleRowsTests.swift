import DataModel
import TestSupport
import Testing

@testable import Sinks

/// Rows in columns are the rows that they stand for, in every sink and as a copy.
@Suite("Rows of tuples in columns") struct TupleRowsTests {
  /// Six rows of a batch, four of them selected, with a column of each kind.
  private final class Sampled {
    let batch: TupleBatch
    let selection: [UInt16] = [0, 2, 3, 5]
    var reals: [Double] = []
    var bounds: [(low: Double, high: Double)] = []
    var present = [UInt64](repeating: 3, count: 6)
    var saturated = [UInt64](repeating: 0, count: 6)
    var integers: [Int64] = [1, -2, 3, .min, 5, .max]
    var valid: [UInt8] = [1, 1, 0, 1, 1, 1]
    let places: [Int32] = [0, 1, 1, 2, 0, 2]

    init() throws {
      let names = ["SourceIp", "tcp.srcport", "frame.time"]
      batch = TupleBatch(fields: names.compactMap { PacketFields.named($0) })
      batch.count = 6
      for row in 0..<6 {
        batch.times[row] = Sample.start + Int64(row) * 1_234_567_891
        for column in batch.columns {
          column.lane0[row] = UInt64(row) &* 77
          if column.lane1 != column.lane0 { column.lane1[row] = UInt64(row) << 20 }
          column.validity[row] = 1
        }
        batch.columns[0].validity[row] = row == 3 ? 6 : 4
        if row == 5 { batch.columns[1].validity[row] = 0 }
        reals += [Double(row) / 3, -0.25]
        bounds += [(0, 0), row == 2 ? (-1, 1) : (-0.25, -0.25)]
      }
      present[2] = 2
      saturated[5] = 1
    }

    /// The rows, while the memory holds.
    func with<R>(_ body: (TupleRows) throws -> R) rethrows -> R {
      let table = [
        Estimate(.missing), Estimate(.text("a,b"), .atLeast),
        Estimate(
          .ranking([RankedItem(item: [.integer(80)], count: 5, share: 0.5, most: 7)]), .atLeast),
      ]
      return try reals.withUnsafeBufferPointer { reals in
        try bounds.withUnsafeBufferPointer { bounds in
          try present.withUnsafeBufferPointer { present in
            try saturated.withUnsafeBufferPointer { saturated in
              try body(
                TupleRows(
                  output: 0, rows: selection.pointer, count: selection.count,
                  times: UnsafePointer(batch.times),
                  columns: [
                    .lanes(batch.columns[0], .ip), .lanes(batch.columns[1], .unsigned(bits: 16)),
                    .lanes(batch.columns[2], .time),
                    .integers(integers.pointer, validity: valid.pointer, .signed),
                    .reals(
                      RealColumn(
                        values: reals.baseAddress!, stride: 2, bit: 1,
                        present: present.baseAddress!, saturated: saturated.baseAddress!)),
                    .reals(
                      RealColumn(
                        values: reals.baseAddress! + 1, stride: 2, bit: 2,
                        present: present.baseAddress!, saturated: saturated.baseAddress!,
                        bounds: bounds.baseAddress! + 1)),
                    .shared(places.pointer, table),
                    .estimates((0..<4).map { Estimate(.integer($0)) }),
                  ]))
            }
          }
        }
      }
    }
  }

  private static let types: [ScalarType] = [
    .ip, .unsigned(bits: 16), .time, .signed, .float, .float, .ranking, .signed,
  ]
  private static let schema = OutputSchema(
    name: "Out",
    columns: types.enumerated().map { OutputColumn(name: "c\($0.offset)", type: $0.element) },
    isWindowed: false)

  @Test("a row has its values, bounds and quality")
  func rows() throws {
    try Sampled().with { rows in
      let first = rows.row(0)
      #expect(first.start == Sample.start && first.end == first.start && first.bounds.isEmpty)
      #expect(first.values[4] == .real(0) && first.values[7] == .integer(0))
      let second = rows.row(1)
      #expect(second.values[3] == .missing && second.values[4] == .missing)
      #expect(second.values[5] == .real(-0.25) && second.bounds == [5: Bound(low: -1, high: 1)])
      #expect(second.quality == .atLeast && rows.quality(1) == .atLeast)
      #expect(rows.row(3).quality == .partial && rows.quality(3) == .partial)
      #expect(rows.row(3).values[1] == .missing)
    }
  }

  @Test("every format writes the same", arguments: Format.allCases)
  func formats(format: Format) throws {
    let sampled = try Sampled()
    try sampled.with { rows in
      let whole = (0..<rows.count).map(rows.row)
      let one = try write(whole, Sample.meta([Self.schema]), as: format)
      let target = Target()
      let sink = format.sink(target.descriptor)
      try sink.begin(Sample.meta([Self.schema]))
      try sink.rows(rows)
      try sink.end(RunTotals(packets: 7, rows: UInt64(rows.count)))
      #expect(target.text == one.text)
    }
  }

  @Test("a copy outlives its batch")
  func copies() throws {
    let (copy, expected) = try Sampled().with { rows in
      (rows.copy(), (0..<rows.count).map(rows.row))
    }
    #expect((0..<copy.count).map(copy.row) == expected)
    #expect((0..<copy.count).map(copy.quality) == expected.map(\.quality))
  }
}

extension Array {
  /// The elements of a constant array that lives as long as its owner.
  fileprivate var pointer: UnsafePointer<Element> { withUnsafeBufferPointer { $0.baseAddress! } }
}
