import CRuntimeBPF
import DataModel
import TestSupport
import Testing

@testable import Capture

/// Reading numbers and addresses eight octets at a time gives what reading them one by one gives.
@Suite("Fields as text")
struct FieldTextTests {
  /// Texts of the alphabet of numbers, well formed and not, and numbers with what may be wrong.
  private static func texts(_ random: inout some RandomNumberGenerator) -> [[UInt8]] {
    var texts = ["0", "1", "00000000", "18446744073709551615", "9223372035.5", "1.", ".5", "1..2"]
    for _ in 0..<3000 {
      let digits = Int.random(in: 1...20, using: &random)
      let number = String((0..<digits).map { _ in "0123456789".randomElement(using: &random)! })
      texts.append(number)
      texts.append(number + "." + "\(Int.random(in: 0...99_999_999, using: &random))")
      texts.append(
        (0..<4).map { _ in "\(Int.random(in: 0...300, using: &random))" }.joined(separator: "."))
      let size = Int.random(in: 1...20, using: &random)
      let any = (0..<size).map { _ in "0123456789.,-x/:".randomElement(using: &random)! }
      texts.append(String(any))
    }
    return texts.map { Array($0.utf8) }
  }

  @Test("is as exact and as strict as octet by octet")
  func readers() {
    var random = RandomSource(seed: 29)
    var wrong: [String] = []
    for text in Self.texts(&random) {
      for follower in [UInt8(ascii: ","), UInt8(ascii: "7"), 0] {
        let padded = text + [UInt8](repeating: follower, count: Int(SAL_TEXT_PAD))
        padded.withUnsafeBufferPointer { bytes in
          let (at, count) = (bytes.baseAddress!, text.count)
          let same =
            FieldText.paddedUnsigned(at, count, limit: 1 << 60)
            == FieldText.unsigned(at, count, limit: 1 << 60)
            && FieldText.paddedSeconds(at, count) == FieldText.seconds(at, count)
            && FieldText.paddedTime(at, count) == FieldText.time(at, count)
            && FieldText.paddedIPv4(at, count) == FieldText.ipv4(at, count)
          if !same { wrong.append(String(decoding: text, as: UTF8.self)) }
        }
      }
    }
    #expect(wrong == [])
  }

  @Test("a line is split at its separators, however long it is")
  func lines() {
    let ends = UnsafeMutablePointer<Int32>.allocate(capacity: FieldSplitter.endsRoom)
    var splitter = FieldSplitter(separator: UInt8(ascii: ","), ends: ends)
    defer {
      splitter.deallocate()
      ends.deallocate()
    }
    var random = RandomSource(seed: 31)
    for _ in 0..<2000 {
      let size = Int.random(in: 0...300, using: &random)
      let every = Int.random(in: 1...20, using: &random)
      let line = (0..<size).map { _ in
        Int.random(in: 0..<every, using: &random) == 0 ? UInt8(ascii: ",") : UInt8(ascii: "a")
      }
      let expected = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        .map(\.count)
      let text = line + [10] + [UInt8](repeating: UInt8(ascii: ","), count: Int(SAL_TEXT_PAD))
      text.withUnsafeBufferPointer { bytes in
        let (fields, length) = splitter.split(bytes.baseAddress!, readable: line.count + 1)
        if expected.count > FieldSplitter.fieldsMax {
          #expect(fields == FieldSplitter.fieldsMax)
        } else {
          #expect(fields == expected.count && length == size)
          #expect((0..<fields).map { splitter.field($0).1 } == expected)
        }
        // Without its end it is none yet.
        #expect(splitter.split(bytes.baseAddress!, readable: line.count).fields == 0)
      }
    }
  }
}
