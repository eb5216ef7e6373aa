import Terminal
import Testing

@Suite("Keys")
struct KeyTests {
  @Test("sequences of xterm and the Linux console, also in pieces")
  func sequences() {
    let typed: [(String, [Key])] = [
      ("q /", [.character("q"), .character(" "), .character("/")]),
      ("\u{1B}[A\u{1B}OB\u{1B}[C\u{1B}[D", [.up, .down, .right, .left]),
      ("\u{1B}[5~\u{1B}[6~\u{1B}[H\u{1B}[4~\u{1B}[3~", [.pageUp, .pageDown, .home, .end, .delete]),
      ("\r\u{7F}\t\u{1B}[Z", [.enter, .backspace, .tab, .backTab]),
      ("\u{C}\u{15}", [.control("l"), .control("u")]),
      ("é日🦈", [.character("é"), .character("日"), .character("🦈")]),
      ("\u{1B}[1;5A", [.up]),
      ("\u{1B}[99~x", [.character("x")]),
      ("\u{1B}xq", [.character("q")]),
    ]
    for (text, keys) in typed {
      var whole = KeyDecoder()
      #expect(whole.feed(Array(text.utf8)) == keys, "\(text.debugDescription)")
      var pieces = KeyDecoder()
      let one = text.utf8.flatMap { pieces.feed([$0]) }
      #expect(one == keys, "\(text.debugDescription) byte by byte")
    }
  }

  @Test("an escape by itself is a key once nothing follows")
  func escape() {
    var decoder = KeyDecoder()
    #expect(decoder.feed([0x1B]) == [])
    #expect(decoder.flush() == [.escape])
    #expect(decoder.feed(Array("q".utf8)) == [.character("q")])
    #expect(decoder.flush() == [])
  }

  @Test("noise gives no control characters and never gets stuck")
  func noise() {
    var state: UInt64 = 7
    var decoder = KeyDecoder()
    for _ in 0..<20_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      for key in decoder.feed([UInt8(truncatingIfNeeded: state >> 40)]) {
        guard case .character(let character) = key else { continue }
        let isControl = character.unicodeScalars.contains {
          $0.properties.generalCategory == .control
        }
        #expect(!isControl)
      }
    }
    _ = decoder.flush()
    #expect(decoder.feed(Array("q".utf8)) == [.character("q")])
  }
}
