import DataModel

/// A column of a file while its first records are looked at.
struct GuessedColumn {
  /// What the header, or the objects, call it.
  let name: String
  private var types = Self.candidates
  private var count = 0
  /// Whether all values are seconds of 1973 to 2103.
  private var isOfSeconds = true

  init(_ name: String) { self.name = name }

  /// The types that a column may have, the first that fits is taken.
  private static let candidates: [ScalarType] = [
    .unsigned(bits: 60), .signed, .duration, .ip, .bool, .time,
  ]

  /// The type of all values so far.
  var type: ScalarType { count == 0 ? .text : types.first ?? .text }

  /// Whether name and values are those of a time in seconds.
  var mayBeTheTime: Bool {
    let lower = name.lowercased()
    let speaks =
      ["ts", "t", "at"].contains(lower)
      || ["time", "stamp", "epoch", "start", "begin", "seen"].contains { lower.contains($0) }
    let isSpan = ["dur", "timeout", "delta"].contains { lower.contains($0) }
    return count > 0 && isOfSeconds && speaks && !isSpan
  }

  /// Takes a value; an empty one says nothing.
  mutating func take(_ value: [UInt8]) {
    guard !value.isEmpty else { return }
    count += 1
    value.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      types.removeAll { !Self.isValue(base, bytes.count, $0) }
      let seconds = FieldText.seconds(base, bytes.count) ?? 0
      isOfSeconds = isOfSeconds && (100_000_000..<4_200_000_000).contains(seconds / 1_000_000_000)
    }
  }

  /// Whether a text is a number, an address or a date, and so no name.
  static func isValue(_ text: [UInt8]) -> Bool {
    text.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress, bytes.count > 0 else { return false }
      return candidates.contains { $0 != .bool && isValue(base, bytes.count, $0) }
    }
  }

  private static func isValue(
    _ at: UnsafePointer<UInt8>, _ count: Int, _ type: ScalarType
  ) -> Bool {
    switch type {
    case .unsigned(let bits):
      return FieldText.unsigned(at, count, limit: (1 << UInt64(bits)) - 1) != nil
    case .signed: return FieldText.signed(at, count) != nil
    case .duration: return FieldText.seconds(at, count) != nil
    case .ip: return FieldText.ipv4(at, count) != nil || FieldText.ipv6(at, count) != nil
    case .bool:
      let word = UnsafeBufferPointer(start: at, count: count)
      return word.elementsEqual("true".utf8) || word.elementsEqual("false".utf8)
    // Numbers alone are no dates.
    default: return FieldText.time(at, count) != nil && FieldText.seconds(at, count) == nil
    }
  }

  // MARK: Names

  private static let reserved: Set<String> = ["and", "or", "not", "in", "by"]

  /// What programs call the columns: their own names where these are names, each once.
  static func names(of columns: [GuessedColumn]) -> [String] {
    var names: [String] = []
    for (index, column) in columns.enumerated() {
      let known = programName(column.name, at: index)
      var name = known
      var number = 2
      while names.contains(name) {
        name = "\(known)_\(number)"
        number += 1
      }
      names.append(name)
    }
    return names
  }

  /// Letters, digits, `_` and dots between names; what is none of these is `_`.
  private static func programName(_ name: String, at index: Int) -> String {
    let parts = name.split(separator: ".").map { part -> String in
      var word = String(
        part.unicodeScalars.map { scalar -> Character in
          let isFit = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.value == 0x5F)
          let isDigit = (0x30...0x39).contains(scalar.value)
          return isFit || isDigit ? Character(scalar) : "_"
        })
      if word.first?.isNumber == true { word = "_" + word }
      return reserved.contains(word.lowercased()) ? word + "_" : word
    }
    return parts.isEmpty ? "column\(index + 1)" : parts.joined(separator: ".")
  }
}
