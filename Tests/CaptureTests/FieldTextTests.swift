import CText
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
      let second = Int.random(in: 999_999_999...10_000_000_000, using: &random)
      texts.append("\(second).\(Int.random(in: 0...9_999_999, using: &random))")
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
        let padded = text + [UInt8](repeating: follower, count: Int(SALC_TEXT_PAD))
        padded.withUnsafeBufferPointer { bytes in
          let (at, count) = (bytes.baseAddress!, text.count)
          let same =
            FieldText.paddedUnsigned(at, count, limit: 1 << 60)
            == FieldText.unsigned(at, count, limit: 1 << 60)
            && FieldText.paddedSeconds(at, count) == FieldText.seconds(at, count)
            && FieldText.paddedTime(at, count) == FieldText.time(at, count)
          if !same { wrong.append(String(decoding: text, as: UTF8.self)) }
        }
      }
    }
    #expect(wrong == [])
  }
}
