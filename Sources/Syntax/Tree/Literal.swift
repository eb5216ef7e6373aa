public import Diagnostics

/// A literal with its place.
public struct Literal: Sendable, Hashable {
  /// What it stands for.
  public let value: LiteralValue
  /// Where it stands.
  public let range: SourceRange

  /// A value at a place.
  public init(_ value: LiteralValue, _ range: SourceRange) {
    self.value = value
    self.range = range
  }
}

/// What a literal stands for.
public enum LiteralValue: Sendable, Hashable {
  /// `10`, `0x1F`
  case integer(UInt64)
  /// `0.99`
  case decimal(DecimalValue)
  /// `"text\x00"`: the bytes after the escapes were replaced
  case string([UInt8])
  /// `true`, `false`
  case boolean(Bool)
  /// `500ms`, in nanoseconds
  case duration(nanoseconds: Int64)
  /// `64KB`, in bytes
  case size(bytes: UInt64)
  /// `10.0.0.1`, first octet highest
  case ipv4(UInt32)
  /// `10.0.0.0/8`, bits after the prefix as written
  case ipv4Prefix(UInt32, length: Int)
  /// `2001:db8::1`
  case ipv6(IPv6Value)
  /// `2001:db8::/32`, bits after the prefix as written
  case ipv6Prefix(IPv6Value, length: Int)
  /// `00:11:22:aa:bb:cc`, first octet highest, in the low 48 bits
  case mac(UInt64)

  /// The text of a string literal; bytes that are not UTF-8 become U+FFFD.
  public var text: String? {
    guard case .string(let bytes) = self else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// A decimal number exactly as written: `significand × 10^-scale`.
public struct DecimalValue: Sendable, Hashable {
  /// The digits without the point.
  public let significand: UInt64
  /// The number of digits after the point; at most 19.
  public let scale: Int

  /// The number `significand × 10^-scale`.
  public init(significand: UInt64, scale: Int) {
    self.significand = significand
    self.scale = scale
  }

  /// The nearest double.
  public var double: Double {
    // 10^scale is exact up to 10^22, so the quotient is rounded once for significands < 2^53.
    var divisor = 1.0
    for _ in 0..<scale { divisor *= 10 }
    return Double(significand) / divisor
  }
}

/// A 128-bit address in two halves, first octet highest.
public struct IPv6Value: Sendable, Hashable {
  /// The first eight octets.
  public let high: UInt64
  /// The last eight octets.
  public let low: UInt64

  /// The address with the given halves.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }
}

/// A duration where the grammar asks for one.
public struct DurationLiteral: Sendable, Hashable {
  /// The length in nanoseconds; positive, unless an error was reported.
  public let nanoseconds: Int64
  /// Where it stands.
  public let range: SourceRange

  /// A length at a place.
  public init(nanoseconds: Int64, _ range: SourceRange) {
    self.nanoseconds = nanoseconds
    self.range = range
  }
}

/// A whole number where the grammar asks for one.
public struct IntegerLiteral: Sendable, Hashable {
  /// The number; 0 if an error was reported.
  public let value: UInt64
  /// Where it stands.
  public let range: SourceRange

  /// A number at a place.
  public init(_ value: UInt64, _ range: SourceRange) {
    self.value = value
    self.range = range
  }
}

/// A share where the grammar asks for one: `2%` or `0.02`.
public struct Ratio: Sendable, Hashable {
  /// The share as a fraction: 0.02 for `2%`.
  public let value: Double
  /// Where it stands, its `%` included.
  public let range: SourceRange

  /// A share at a place.
  public init(_ value: Double, _ range: SourceRange) {
    self.value = value
    self.range = range
  }
}
