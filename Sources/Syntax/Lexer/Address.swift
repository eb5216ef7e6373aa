/// Reads the text of addresses.
enum AddressParser {
  /// Whether a text is an address or a prefix of any kind.
  static func isAddress(_ text: ArraySlice<UInt8>) -> Bool {
    let slash = text.firstIndex(of: UInt8(ascii: "/")) ?? text.endIndex
    let (address, length) = (text[..<slash], text[slash...].dropFirst())
    guard slash == text.endIndex || UInt8(String(decoding: length, as: UTF8.self)) != nil else {
      return false
    }
    return ipv4(address) != nil || ipv6(address) != nil
      || (slash == text.endIndex && mac(address) != nil)
  }

  /// Four octets joined by points (RFC 6943 §3.1.1, strict form); no leading zeros, which other
  /// tools read as octal.
  static func ipv4(_ text: some Sequence<UInt8>) -> UInt32? {
    var value: UInt32 = 0
    var octet: UInt32 = 0
    var digits = 0
    var points = 0
    for byte in text {
      if byte == UInt8(ascii: ".") {
        guard digits > 0, points < 3 else { return nil }
        value = (value << 8) | octet
        (octet, digits, points) = (0, 0, points + 1)
      } else {
        guard (0x30...0x39).contains(byte), digits == 0 || octet > 0 else { return nil }
        octet = octet * 10 + UInt32(byte - 0x30)
        digits += 1
        guard octet <= 255 else { return nil }
      }
    }
    guard points == 3, digits > 0 else { return nil }
    return (value << 8) | octet
  }

  /// Eight groups of up to four hex digits, one run of zero groups as `::`, the last two groups
  /// perhaps as an IPv4 address (RFC 4291 §2.2).
  static func ipv6(_ text: some Collection<UInt8>) -> IPv6Value? {
    var pieces = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    var gap: Int?
    // “::” at an end gives two empty pieces there; one is enough. A single “:” is malformed.
    if pieces[0].isEmpty {
      guard pieces.count > 2, pieces[1].isEmpty else { return nil }
      pieces.removeFirst()
    }
    if let last = pieces.last, last.isEmpty {
      guard pieces.count > 1, pieces[pieces.count - 2].isEmpty else { return nil }
      pieces.removeLast()
    }
    var groups: [UInt64] = []
    for (index, piece) in pieces.enumerated() {
      if piece.isEmpty {
        guard gap == nil else { return nil }
        gap = groups.count
      } else if index == pieces.count - 1, piece.contains(UInt8(ascii: ".")) {
        guard let tail = ipv4(piece) else { return nil }
        groups += [UInt64(tail >> 16), UInt64(tail & 0xFFFF)]
      } else {
        guard piece.count <= 4,
          let group = UInt64(String(decoding: piece, as: UTF8.self), radix: 16)
        else { return nil }
        groups.append(group)
      }
    }
    if let gap {
      guard groups.count < 8 else { return nil }
      groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
    }
    guard groups.count == 8 else { return nil }
    let half = { (part: ArraySlice<UInt64>) in part.reduce(UInt64(0)) { ($0 << 16) | $1 } }
    return IPv6Value(high: half(groups[..<4]), low: half(groups[4...]))
  }

  /// Six octets of two hex digits joined by colons.
  static func mac(_ text: some Collection<UInt8>) -> UInt64? {
    let octets = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard octets.count == 6 else { return nil }
    var value: UInt64 = 0
    for octet in octets {
      guard octet.count == 2, let byte = UInt64(String(decoding: octet, as: UTF8.self), radix: 16)
      else { return nil }
      value = (value << 8) | byte
    }
    return value
  }
}

/// The units that a number may carry.
enum Unit {
  static let durations: [(name: String, nanoseconds: Int64)] = [
    ("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000),
    ("m", 60_000_000_000), ("h", 3_600_000_000_000), ("d", 86_400_000_000_000),
  ]

  static let sizes: [(name: String, bytes: UInt64)] = [
    ("B", 1), ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
  ]

  /// Nanoseconds of a unit of time; the case matters, as in SI.
  static func duration(_ unit: some Sequence<UInt8>) -> Int64? {
    durations.first { $0.name.utf8.elementsEqual(unit) }?.nanoseconds
  }

  /// The unit of time that a word stands for, such as `h` for `hours`.
  static func meant(by word: String) -> String? { words[word.lowercased()] }

  private static let words: [String: String] = {
    let spellings = [
      "ms": ["msec", "msecs", "millisecond", "milliseconds", "millis"],
      "us": ["usec", "usecs", "microsecond", "microseconds"],
      "ns": ["nsec", "nanosecond", "nanoseconds"],
      "s": ["sec", "secs", "second", "seconds"], "m": ["min", "mins", "minute", "minutes"],
      "h": ["hr", "hrs", "hour", "hours"], "d": ["day", "days"],
    ]
    return spellings.reduce(into: [:]) { words, entry in
      for spelling in entry.value { words[spelling] = entry.key }
    }
  }()

  /// Bytes of a unit of size, in any case.
  static func size(_ unit: some Sequence<UInt8>) -> UInt64? {
    let lowercase = unit.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    return sizes.first { $0.name.lowercased().utf8.elementsEqual(lowercase) }?.bytes
  }
}
