import DataModel
import Sinks
import Testing
import TestSupport

@testable import Terminal

@Suite("Live view: layout")
struct LiveLayoutTests {
  /// Text that wants to drive the terminal, breaks lines, or takes other columns than characters.
  static let hostile = [
    "\u{1B}[2J\u{1B}[H", "\u{9B}31m", "\u{1B}]0;owned\u{7}", "a\nb\rc", "\u{202E}gnp.exe",
    "日本語のとても長い名前です", "e\u{301}\u{301}", "🦈🦈🦈", String(repeating: "x", count: 300), "",
  ]

  private func viewed() -> Viewed {
    let columns = ["name", "日本\u{1B}[31m", "Count", "Mean", "Top", "Seen", "Lasting"]
    let types: [ScalarType] = [.string, .string, .signed, .float, .ranking, .time, .duration]
    let schema = OutputSchema(
      name: "Hostile\u{1B}c", columns: zip(columns, types).map { OutputColumn(name: $0, type: $1) },
      isWindowed: true, keyCount: 2)
    var viewed = Viewed([schema, Viewed.talkers])
    for window in 0..<3 {
      for (index, text) in Self.hostile.enumerated() {
        let item = RankedItem(item: [.text(text)], count: 3, share: 0.5)
        var row = Viewed.row(0, 0, window: Int64(window))
        row.values = [
          .text(text), .text("\(index)"), .integer(.max / Int64(index + 1)),
          index == 4 ? .missing : .real(.nan), .ranking([item]), .time(Viewed.start),
          .duration(1_500_000),
        ]
        row.quality = Quality.allCases[index % 4]
        row.bounds = [2: Bound(low: -1e300, high: .infinity)]
        viewed.model.take(row)
      }
    }
    viewed.model.take(note: "note \u{1B}[5m\n日本")
    viewed.model.take(
      LossRecord(start: 0, end: 1, lost: [.sink: .max], reason: "why \u{1B}[2J\u{7}"))
    return viewed
  }

  @Test("nothing ever steers the terminal or passes its edge, at any size and on any page")
  func edges() {
    var viewed = viewed()
    for page in [Key.escape, .character("e"), .character("?"), .character("/")] {
      viewed.press(page)
      for columns in [1, 2, 5, 10, 20, 39, 40, 41, 79, 80, 120, 200, 400] {
        for rows in [1, 2, 3, 4, 5, 8, 24, 60] {
          let lines = LiveScreen(
            model: viewed.model, rows: viewed.model.visibleRows,
            size: TerminalSize(columns: columns, rows: rows), now: Viewed.start
          ).lines
          #expect(lines.count <= rows)
          for line in lines {
            #expect(DisplayText.width(line.text) <= columns, "\(columns): \(line.text)")
            let steers = line.text.unicodeScalars.contains { scalar in
              switch scalar.properties.generalCategory {
              case .control, .format, .lineSeparator, .paragraphSeparator: true
              default: false
              }
            }
            #expect(!steers, "\(line.text.debugDescription)")
          }
        }
      }
    }
  }

  @Test("40 columns keep the key and the sorted column; what is missing is said")
  func narrow() {
    var viewed = viewed()
    let screen = viewed.screen(40, 20)
    #expect(screen[3].hasPrefix("  name") || screen[3].hasPrefix("   name"), "\(screen[3])")
    #expect(screen[3].contains("Count▼"), "\(screen[3])")
    #expect(screen[3].split(separator: " ").last?.hasPrefix("+") == true, "\(screen[3])")
    viewed.press(.right, .right, .right, .right)
    #expect(viewed.screen(40, 20)[3].contains("Lasting▼"), "\(viewed.screen(40, 20)[3])")
  }

  @Test("wide characters keep columns aligned")
  func wide() {
    let schema = OutputSchema(
      name: "Names",
      columns: [
        OutputColumn(name: "name", type: .string), OutputColumn(name: "Count", type: .signed),
      ], isWindowed: true, keyCount: 1)
    var viewed = Viewed([schema])
    for (index, name) in ["日本語", "plain", "e\u{301}tude", "🦈"].enumerated() {
      viewed.model.take(
        Row(
          output: 0, start: 0, end: Viewed.second,
          values: [.text(name), .integer(Int64(1000 + index))]))
    }
    let size = TerminalSize(columns: 30, rows: 12)
    let lines = LiveScreen(
      model: viewed.model, rows: viewed.model.visibleRows, size: size, now: 0
    ).lines
    let table = lines.dropFirst(4).prefix(4).map(\.text)
    let columns = table.map { line in
      DisplayText.width(String(line.prefix { $0 != "k" }))
    }
    #expect(Set(columns).count == 1, "\(table)")
  }

  @Test("only lines that differ are sent, and the terminal then shows them")
  func painter() {
    var viewed = Viewed()
    var painter = ScreenPainter()
    var terminal = TerminalScreen(columns: 80, rows: 12)
    func frame() -> [StyledLine] {
      LiveScreen(
        model: viewed.model, rows: viewed.model.visibleRows,
        size: TerminalSize(columns: 80, rows: 12), now: 0
      ).lines
    }
    for window in 0..<50 {
      for host in 0..<UInt32(window % 7) {
        viewed.model.take(Viewed.row(host, Int64(host) * 3, window: Int64(window)))
      }
      if window % 10 == 3 { viewed.press(.character("?")) }
      let lines = frame()
      terminal.write(painter.bytes(for: lines, columns: 80, colored: true))
      let shown = lines.map { line in
        String(line.text.reversed().drop { $0 == " " }.reversed())
      }
      #expect(terminal.lines == shown)
    }
    #expect(painter.bytes(for: frame(), columns: 80, colored: true).isEmpty)
  }
}
