import DataModel
import Testing

@testable import Sinks

/// Numbers written into memory, against what Swift itself writes.
@Suite("Numbers as text") struct NumberTextTests {
  private static func text(_ value: Double) -> String {
    ByteWriter.text { $0.put(real: value) }
  }

  @Test("a real is written as its description")
  func reals() {
    var generator = SystemRandomNumberGenerator()
    var wrong: [Double] = []
    func check(_ value: Double) {
      for value in [value, -value] where Self.text(value) != value.description {
        wrong.append(value)
      }
    }
    for value in [
      0, 0.1, 0.5, 1, 1e-4, 9.999e-5, 123.456, 1e15, 1e16, 0x1p53, 0x1p54, 0x1p80, 1e22,
      .leastNonzeroMagnitude, .infinity, .greatestFiniteMagnitude, 2e16, 1.5e17,
      0.00012345678901234567, 1.0 / 3,
    ] {
      for neighbour in [value.nextDown, value, value.nextUp] { check(neighbour) }
    }
    for exponent in -20...90 {
      // Powers of two have one near and one far neighbour.
      let power = Double(sign: .plus, exponent: exponent, significand: 1)
      for neighbour in [power.nextDown, power, power.nextUp] { check(neighbour) }
      for _ in 0..<300 {
        check(Double(sign: .plus, exponent: exponent, significand: .random(in: 1..<2)))
        check((power * .random(in: 1..<2)).rounded() / 10)
      }
    }
    for _ in 0..<3000 {
      check(Double(Int.random(in: 0..<1_000_000)) / Double(Int.random(in: 1..<10_000)))
      check(Double(bitPattern: generator.next()))
    }
    #expect(Self.text(.nan) == "nan")
    #expect(wrong.filter { !$0.isNaN } == [])
  }

  @Test("an integer is written as its description")
  func integers() {
    var wrong: [Int64] = []
    var value: Int64 = 1
    for digits in 1...19 {
      for step in [-1, 0, 1, Int64.random(in: 0..<1000)] {
        for signed in [value &+ step, 0 &- value &- step] {
          let text = ByteWriter.text { $0.put(integer: signed) }
          if text != "\(signed)" { wrong.append(signed) }
        }
      }
      if digits < 19 { value *= 10 }
    }
    for edge in [Int64.max, .min, 99_999_999, 100_000_000, 9_999_999_999_999_999] {
      if ByteWriter.text({ $0.put(integer: edge) }) != "\(edge)" { wrong.append(edge) }
    }
    #expect(wrong == [])
    #expect(ByteWriter.text { $0.put(unsigned: .max) } == "\(UInt64.max)")
  }

  @Test("a time is written as in every other place")
  func times() {
    for _ in 0..<500 {
      let time = Int64.random(in: -1_000_000_000_000_000_000...4_000_000_000_000_000_000)
      #expect(ByteWriter.text { $0.put(time: time) } == Timestamp.text(time))
    }
    #expect(ByteWriter.text { $0.put(time: 0) } == "1970-01-01T00:00:00.000000000Z")
  }
}
