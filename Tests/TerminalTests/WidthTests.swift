import Glibc
import Sinks
import Testing

@Suite("Display width")
struct WidthTests {
  @Test("wide characters take two columns, marks none")
  func width() {
    #expect(DisplayText.width("scan.pcap") == 9)
    #expect(DisplayText.width("日本語") == 6)
    #expect(DisplayText.width("e\u{301}") == 1)
    #expect(DisplayText.width("한국") == 4)
    #expect(DisplayText.width("🦈") == 2)
    #expect(DisplayText.width("±∞…▁█") == 5)
  }

  @Test("assigned characters are as wide as the C library says")
  func agreesWithTheLibrary() throws {
    let locale = try #require(newlocale(Int32(LC_CTYPE_MASK), "C.UTF-8", nil))
    let before = uselocale(locale)
    defer {
      uselocale(before)
      freelocale(locale)
    }
    // Behind a macro that Swift does not see.
    let symbol = try #require(dlsym(nil, "wcwidth"))
    let theirWidth = unsafeBitCast(symbol, to: (@convention(c) (wchar_t) -> Int32).self)
    var compared = 0
    var different: [UInt32] = []
    for value in UInt32(0x20)..<0x3FFFE {
      guard let scalar = Unicode.Scalar(value) else { continue }
      switch scalar.properties.generalCategory {
      case .control, .unassigned, .privateUse, .surrogate, .format: continue
      default: break
      }
      let theirs = Int(theirWidth(wchar_t(value)))
      // The library may know fewer characters than the standard library.
      guard theirs >= 0 else { continue }
      compared += 1
      if DisplayText.width(of: scalar) != theirs { different.append(value) }
    }
    #expect(compared > 100_000)
    // Circled numbers, ambiguous, and one vowel sign of Ahom.
    let known = Set<UInt32>(0x3248...0x324F).union([0x1171E])
    let unknown = different.filter { !known.contains($0) }
    #expect(unknown.isEmpty, "\(unknown.map { String($0, radix: 16) })")
  }

  @Test("cut and fitted never exceed their columns")
  func cut() {
    for text in ["", "a", "日本語", "abcdef", "e\u{301}e\u{301}e\u{301}", "🦈🦈"] {
      for columns in 0..<8 {
        #expect(DisplayText.width(DisplayText.cut(text, to: columns)) <= columns)
        #expect(DisplayText.width(DisplayText.fitted(text, to: columns)) == columns)
        #expect(DisplayText.width(DisplayText.fitted(text, to: columns, right: true)) == columns)
      }
    }
    #expect(DisplayText.cut("日本語", to: 4) == "日…")
    #expect(DisplayText.fitted("7", to: 3, right: true) == "  7")
  }

  @Test("messages keep their lines and colours, and nothing else steers")
  func messages() {
    let coloured = "\u{1B}[1;31merror\u{1B}[0m: größe\n\tnote\n"
    #expect(DisplayText.message(coloured) == coloured)
    let hostile = "a\u{1B}[2Jb\u{1B}]0;x\u{7}\rc\u{1B}[1\u{202E}\u{1B}"
    let shown = DisplayText.message(hostile + "\n")
    #expect(shown.hasSuffix("\n"))
    #expect(shown == DisplayText.printable(hostile) + "\n" && !shown.contains("\u{1B}"))
  }

  @Test("what would steer a terminal is escaped")
  func printable() {
    let hostile = "\u{1B}[2J\u{9B}31m\u{202E}evil\u{2066}\u{200B}\r\n\u{7F}\u{0}\u{2028}"
    let shown = DisplayText.printable(hostile)
    let steers = shown.unicodeScalars.contains { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: true
      default: false
      }
    }
    #expect(!steers, "\(shown.debugDescription)")
    #expect(shown.contains("evil"))
    #expect(DisplayText.printable("日本 é") == "日本 é")
    let tower = "x" + String(repeating: "\u{301}", count: 500)
    #expect(DisplayText.printable(tower).unicodeScalars.count == 9)
  }
}
