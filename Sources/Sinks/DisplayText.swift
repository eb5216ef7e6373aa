/// Text as a terminal shows it: how wide it is, and without what would steer the terminal.
public enum DisplayText {
  /// Columns that a text takes: East Asian wide characters and emoji two, combining marks none.
  public static func width(_ text: String) -> Int {
    if let plain = asciiWidth(text) { return plain }
    return text.unicodeScalars.reduce(0) { $0 + width(of: $1) }
  }

  /// Columns of one scalar: 0, 1 or 2. Controls, which have no width of their own, count 0.
  ///
  /// Source: Unicode 14.0, `EastAsianWidth.txt` (W and F) and general categories Mn, Me, Cf.
  public static func width(of scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 {
      // Latin; the soft hyphen is a format character that terminals show.
      return scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? 0 : 1
    }
    if isWide(scalar.value) { return 2 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    // Vowels and final consonants of conjoining Hangul are drawn into the syllable before them.
    return (0x1160...0x11FF).contains(scalar.value) || (0xD7B0...0xD7FB).contains(scalar.value)
      ? 0 : 1
  }

  /// Controls, line separators and format characters (among them those that turn the direction of
  /// what follows) as escapes, so that a value breaks no line and steers no terminal. At most
  /// eight marks stand on one character; further ones are left out.
  public static func printable(_ text: String) -> String {
    if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
    var result = ""
    var marks = 0
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate:
        marks = 0
        result += scalar.escaped(asASCII: true)
      case .nonspacingMark, .enclosingMark, .spacingMark:
        marks += 1
        if marks <= 8 { result.unicodeScalars.append(scalar) }
      default:
        marks = 0
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A message of several lines: as ``printable(_:)``, but lines, tabs and colours (`ESC [ … m`)
  /// stay. What it quotes, such as the name of a file, can so do no more than colour it.
  public static func message(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    var result = ""
    var start = 0
    var index = 0
    func flush() { result += printable(string(scalars[start..<index])) }
    while index < scalars.count {
      let kept = scalars[index] == "\n" || scalars[index] == "\t" ? 1 : colour(scalars[index...])
      guard kept > 0 else {
        index += 1
        continue
      }
      flush()
      result += string(scalars[index..<index + kept])
      index += kept
      start = index
    }
    flush()
    return result
  }

  private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
  }

  /// The length of the sequence that sets a colour here; 0 where there is none.
  private static func colour(_ scalars: ArraySlice<Unicode.Scalar>) -> Int {
    guard scalars.first == "\u{1B}", scalars.dropFirst().first == "[" else { return 0 }
    let numbers = scalars.dropFirst(2).prefix { ("0"..."9").contains($0) || $0 == ";" }
    return scalars.dropFirst(2 + numbers.count).first == "m" ? numbers.count + 3 : 0
  }

  /// The text in at most so many columns: what does not fit is cut and `…` stands for it.
  public static func cut(_ text: String, to columns: Int) -> String {
    guard width(text) > columns else { return text }
    guard columns > 1 else { return columns == 1 ? "…" : "" }
    var result = ""
    var used = 0
    for scalar in text.unicodeScalars {
      let more = width(of: scalar)
      if used + more > columns - 1 { break }
      used += more
      result.unicodeScalars.append(scalar)
    }
    return result + "…"
  }

  /// The text in exactly so many columns: cut, or filled with spaces on the side away from its end.
  public static func fitted(_ text: String, to columns: Int, right: Bool = false) -> String {
    let cut = cut(text, to: columns)
    let spaces = String(repeating: " ", count: max(0, columns - width(cut)))
    return right ? spaces + cut : cut + spaces
  }

  private static func asciiWidth(_ text: String) -> Int? {
    var count = 0
    for byte in text.utf8 {
      guard (0x20..<0x7F).contains(byte) else { return nil }
      count += 1
    }
    return count
  }

  private static func isWide(_ value: UInt32) -> Bool {
    guard value >= 0x1100 else { return false }
    var low = 0
    var high = wide.count
    while low < high {
      let middle = (low + high) / 2
      if wide[middle].upperBound < value { low = middle + 1 } else { high = middle }
    }
    return low < wide.count && wide[low].contains(value)
  }

  /// Wide and fullwidth scalars, ascending; unassigned ones between them are counted in.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x23F0...0x23F0,
    0x23F3...0x23F3, 0x25FD...0x25FE, 0x2614...0x2615, 0x2648...0x2653, 0x267F...0x267F,
    0x2693...0x2693, 0x26A1...0x26A1, 0x26AA...0x26AB, 0x26BD...0x26BE, 0x26C4...0x26C5,
    0x26CE...0x26CE, 0x26D4...0x26D4, 0x26EA...0x26EA, 0x26F2...0x26F3, 0x26F5...0x26F5,
    0x26FA...0x26FA, 0x26FD...0x26FD, 0x2705...0x2705, 0x270A...0x270B, 0x2728...0x2728,
    0x274C...0x274C, 0x274E...0x274E, 0x2753...0x2755, 0x2757...0x2757, 0x2795...0x2797,
    0x27B0...0x27B0, 0x27BF...0x27BF, 0x2B1B...0x2B1C, 0x2B50...0x2B50, 0x2B55...0x2B55,
    0x2E80...0x3029, 0x302E...0x303E, 0x3041...0x3096, 0x309B...0x3247, 0x3250...0xA4C6,
    0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAD9, 0xFE10...0xFE19,
    0xFE30...0xFE6B, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x16FE3, 0x16FF0...0x18CD5,
    0x18D00...0x18D08, 0x1AFF0...0x1B122, 0x1B150...0x1B2FB, 0x1F004...0x1F004, 0x1F0CF...0x1F0CF,
    0x1F18E...0x1F18E, 0x1F191...0x1F19A, 0x1F200...0x1F265, 0x1F300...0x1F320, 0x1F32D...0x1F335,
    0x1F337...0x1F37C, 0x1F37E...0x1F393, 0x1F3A0...0x1F3CA, 0x1F3CF...0x1F3D3, 0x1F3E0...0x1F3F0,
    0x1F3F4...0x1F3F4, 0x1F3F8...0x1F43E, 0x1F440...0x1F440, 0x1F442...0x1F4FC, 0x1F4FF...0x1F53D,
    0x1F54B...0x1F54E, 0x1F550...0x1F567, 0x1F57A...0x1F57A, 0x1F595...0x1F596, 0x1F5A4...0x1F5A4,
    0x1F5FB...0x1F64F, 0x1F680...0x1F6C5, 0x1F6CC...0x1F6CC, 0x1F6D0...0x1F6D2, 0x1F6D5...0x1F6DF,
    0x1F6EB...0x1F6EC, 0x1F6F4...0x1F6FC, 0x1F7E0...0x1F7F0, 0x1F90C...0x1F93A, 0x1F93C...0x1F945,
    0x1F947...0x1F9FF, 0x1FA70...0x1FAF6, 0x20000...0x2FFFD, 0x30000...0x3FFFD,
  ]
}
