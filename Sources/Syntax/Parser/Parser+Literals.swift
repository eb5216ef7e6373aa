import Diagnostics

extension Parser {
  /// The literal at the current token, which must be one. A malformed one is reported and stands
  /// for zero of its kind.
  mutating func parseLiteral() -> Literal {
    let token = kind == .identifier ? takeKeyword() : advance()
    let range = token.range
    let bytes = source.utf8[range.lowerBound..<range.upperBound]
    let value: LiteralValue
    switch token.kind {
    case .integer: value = .integer(readInteger(bytes, radix: 10, range))
    case .hexInteger: value = .integer(readInteger(bytes.dropFirst(2), radix: 16, range))
    case .decimal: value = .decimal(readDecimal(bytes, range))
    case .string: value = .string(readString(token))
    case .duration, .size: value = readQuantity(bytes, range)
    case .ipv4, .ipv4Prefix: value = readIPv4(bytes, range)
    case .ipv6, .ipv6Prefix: value = readIPv6(bytes, range)
    case .mac: value = .mac(AddressParser.mac(bytes) ?? 0)
    case .keyword, .identifier: value = .boolean(Keyword(bytes) == .true)
    default: preconditionFailure("\(token.kind) is no literal")
    }
    return Literal(value, range)
  }

  // MARK: Numbers

  private mutating func readInteger(
    _ digits: ArraySlice<UInt8>, radix: Int, _ range: SourceRange
  ) -> UInt64 {
    if let value = UInt64(String(decoding: digits, as: UTF8.self), radix: radix) { return value }
    let isNumber =
      !digits.isEmpty
      && digits.allSatisfy { Unicode.Scalar($0).properties.isASCIIHexDigit }
    let reason = isNumber ? "does not fit into 64 bits" : "is no hexadecimal number"
    reportAlways(.malformedNumber(source[range], reason, at: range))
    return 0
  }

  private mutating func readDecimal(
    _ bytes: ArraySlice<UInt8>, _ range: SourceRange
  ) -> DecimalValue {
    if let value = decimal(bytes) { return value }
    reportAlways(.malformedNumber(source[range], "has more than 19 digits", at: range))
    return DecimalValue(significand: 0, scale: 0)
  }

  private func decimal(_ bytes: ArraySlice<UInt8>) -> DecimalValue? {
    let point = bytes.firstIndex(of: UInt8(ascii: ".")) ?? bytes.endIndex
    let digits = bytes[..<point] + bytes[point...].dropFirst()
    guard let significand = UInt64(String(decoding: digits, as: UTF8.self)) else { return nil }
    let scale = max(0, bytes.endIndex - point - 1)
    return scale <= 19 ? DecimalValue(significand: significand, scale: scale) : nil
  }

  /// A duration or a size: the number times its unit, which must come out whole.
  private mutating func readQuantity(
    _ bytes: ArraySlice<UInt8>, _ range: SourceRange
  ) -> LiteralValue {
    let isNumeric = { (byte: UInt8) in (0x30...0x39).contains(byte) || byte == UInt8(ascii: ".") }
    let unitStart = bytes.firstIndex { !isNumeric($0) } ?? bytes.endIndex
    let unit = bytes[unitStart...]
    let isSize = Unit.size(unit) != nil
    let smallest = isSize ? "bytes" : "nanoseconds"
    guard let factor = Unit.size(unit) ?? Unit.duration(unit).map(UInt64.init) else {
      let name = String(decoding: unit, as: UTF8.self)
      let place = SourceRange(unitStart, range.upperBound)
      reportAlways(.unknownUnit(name, suggesting: suggestedUnit(name), at: place))
      return .duration(nanoseconds: 1)
    }
    let zero: LiteralValue = isSize ? .size(bytes: 0) : .duration(nanoseconds: 0)
    guard let number = decimal(bytes[..<unitStart]) else {
      reportAlways(.malformedNumber(source[range], "has too many digits", at: range))
      return zero
    }
    var (value, overflow) = number.significand.multipliedReportingOverflow(by: factor)
    var isWhole = true
    for _ in 0..<number.scale {
      isWhole = isWhole && value % 10 == 0
      value /= 10
    }
    overflow = overflow || value > UInt64(Int64.max)
    guard !overflow, isWhole else {
      let reason =
        overflow ? "does not fit into 64 bits of \(smallest)" : "is no whole number of \(smallest)"
      reportAlways(.malformedNumber(source[range], reason, at: range))
      return zero
    }
    return isSize ? .size(bytes: value) : .duration(nanoseconds: Int64(value))
  }

  private func suggestedUnit(_ name: String) -> String? {
    let words = ["μs": "us", "µs": "us", "k": "KB", "M": "MB", "G": "GB"]
    let units = Unit.durations.map(\.name)
    return words[name] ?? Unit.meant(by: name) ?? words[name.lowercased()]
      ?? units.first { $0 == name.lowercased() }
  }

  // MARK: Addresses

  private mutating func readIPv4(
    _ bytes: ArraySlice<UInt8>, _ range: SourceRange
  ) -> LiteralValue {
    let (address, length) = splitPrefix(bytes)
    guard let value = AddressParser.ipv4(address) else {
      let reason = "an IPv4 address has four numbers from 0 to 255, without leading zeros"
      reportAlways(.malformedAddress(source[range], reason, at: range))
      return .ipv4(0)
    }
    guard let length else { return .ipv4(value) }
    guard let bits = Int(length), bits <= 32 else {
      let reason = "a prefix of IPv4 has at most 32 bits"
      reportAlways(.malformedAddress(source[range], reason, at: range))
      return .ipv4(value)
    }
    return .ipv4Prefix(value, length: bits)
  }

  private mutating func readIPv6(
    _ bytes: ArraySlice<UInt8>, _ range: SourceRange
  ) -> LiteralValue {
    let (address, length) = splitPrefix(bytes)
    guard let value = AddressParser.ipv6(address) else {
      let reason =
        "an IPv6 address has eight groups, or fewer with one ‘::’; a MAC six of two digits"
      reportAlways(.malformedAddress(source[range], reason, at: range))
      return .ipv6(IPv6Value(high: 0, low: 0))
    }
    guard let length else { return .ipv6(value) }
    guard let bits = Int(length), bits <= 128 else {
      let reason = "a prefix of IPv6 has at most 128 bits"
      reportAlways(.malformedAddress(source[range], reason, at: range))
      return .ipv6(value)
    }
    return .ipv6Prefix(value, length: bits)
  }

  private func splitPrefix(_ bytes: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, String?) {
    guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")) else { return (bytes, nil) }
    return (bytes[..<slash], String(decoding: bytes[(slash + 1)...], as: UTF8.self))
  }

  // MARK: Strings

  private mutating func readString(_ token: Token) -> [UInt8] {
    let content = source.utf8[token.range.lowerBound..<token.range.upperBound]
    if content.first == UInt8(ascii: "\""), !content.contains(UInt8(ascii: "\\")) {
      return Array(content.dropFirst().dropLast())
    }
    guard content.first == UInt8(ascii: "\"") else {
      // The quotes of another language, perhaps of several bytes; the lexer reported them.
      let scalars = source[token.range].unicodeScalars.dropFirst().dropLast()
      return Array(String(String.UnicodeScalarView(scalars)).utf8)
    }
    var escapes = EscapeReader(bytes: source.utf8, range: token.range)
    escapes.run()
    for escape in escapes.malformed {
      reportAlways(.malformedEscape(source[escape], at: escape))
    }
    return escapes.result
  }
}

/// Replaces the escapes of a string literal by what they stand for.
struct EscapeReader {
  let bytes: [UInt8]
  private(set) var result: [UInt8] = []
  private(set) var malformed: [SourceRange] = []
  private var offset: Int
  private let end: Int

  /// A reader for the literal at `range`, its quotes included.
  init(bytes: [UInt8], range: SourceRange) {
    self.bytes = bytes
    offset = range.lowerBound + 1
    end = range.upperBound - 1
  }

  mutating func run() {
    while offset < end {
      guard bytes[offset] == UInt8(ascii: "\\"), offset + 1 < end else {
        result.append(bytes[offset])
        offset += 1
        continue
      }
      let start = offset
      offset += 2
      switch bytes[start + 1] {
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "0"): result.append(0x00)
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): result.append(bytes[start + 1])
      case UInt8(ascii: "x"): readByte(from: start)
      case UInt8(ascii: "u"): readScalar(from: start)
      default:
        while offset < end, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
        malformed.append(SourceRange(start, offset))
      }
    }
  }

  /// `\xHH`
  private mutating func readByte(from start: Int) {
    let digits = bytes[offset..<min(offset + 2, end)]
    guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
    else {
      malformed.append(SourceRange(start, offset))
      return
    }
    result.append(value)
    offset += 2
  }

  /// `\u{H…}`
  private mutating func readScalar(from start: Int) {
    guard offset < end, bytes[offset] == UInt8(ascii: "{"),
      let close = bytes[offset..<end].firstIndex(of: UInt8(ascii: "}")),
      let value = UInt32(String(decoding: bytes[(offset + 1)..<close], as: UTF8.self), radix: 16),
      let scalar = Unicode.Scalar(value)
    else {
      malformed.append(SourceRange(start, offset))
      return
    }
    result += Array(String(Character(scalar)).utf8)
    offset = close + 1
  }
}
