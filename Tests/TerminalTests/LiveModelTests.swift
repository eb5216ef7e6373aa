import DataModel
import Sinks
import Testing
import TestSupport

@testable import Terminal

/// A run to look at: rows of a keyed output, window by window.
struct Viewed {
  static let start: Int64 = 1_767_225_600_000_000_000  // 2026-01-01T00:00:00Z
  static let second: Int64 = 1_000_000_000

  static let talkers = OutputSchema(
    name: "Talkers",
    columns: [
      OutputColumn(name: "SourceIp", type: .ip),
      OutputColumn(name: "Port", type: .unsigned(bits: 16)),
      OutputColumn(name: "Count", type: .signed), OutputColumn(name: "Bytes", type: .signed),
    ], isWindowed: true, keyCount: 2)

  var model: LiveModel

  init(_ outputs: [OutputSchema] = [Viewed.talkers], attach: String? = "native") {
    model = LiveModel(
      title: "eth9",
      plan: [
        LivePlanPart(id: "n0", title: "packets of eth9", isInDataPath: true, why: ""),
        LivePlanPart(id: "a0", title: "aggregate n0", isInDataPath: true, why: ""),
        LivePlanPart(id: "o0", title: "output Talkers", isInDataPath: false, why: "a sink"),
      ])
    model.begin(
      RunMeta(query: "q", outputs: outputs, placement: "kernel", attach: attach, seed: 1))
  }

  static func row(
    _ host: UInt32, _ count: Int64, window: Int64 = 0, bytes: Int64 = 1000, output: Int = 0
  ) -> Row {
    Row(
      output: output, start: start + window * second, end: start + (window + 1) * second,
      values: [
        .address(IPAddress(v4: 0x0A00_0000 | host)), .integer(443), .integer(count),
        .integer(bytes),
      ])
  }

  mutating func press(_ keys: Key...) { for key in keys { _ = model.press(key) } }

  /// What a terminal of this size shows, read back from the bytes that are sent to it.
  func screen(_ columns: Int = 100, _ rows: Int = 20, age: Int64 = 0) -> [String] {
    let size = TerminalSize(columns: columns, rows: rows)
    let newest = model.shown.map(\.end).max() ?? Self.start
    let lines = LiveScreen(
      model: model, rows: model.visibleRows, size: size, now: newest + age
    ).lines
    var painter = ScreenPainter()
    var terminal = TerminalScreen(columns: columns, rows: rows)
    terminal.write(painter.bytes(for: lines, columns: columns, colored: true))
    return terminal.lines
  }

  func table(_ columns: Int = 100, _ rows: Int = 20) -> [String] {
    screen(columns, rows).dropFirst(4).dropLast().filter { !$0.isEmpty }
  }
}

@Suite("Live view: model and screen")
struct LiveModelTests {
  @Test("rows are sorted by the first counted column, keys are not counted")
  func order() {
    var viewed = Viewed()
    for (host, count) in [(1, 5), (2, 70_000), (3, 900)] {
      viewed.model.take(Viewed.row(UInt32(host), Int64(count)))
    }
    #expect(viewed.table().map { $0.prefix { $0 != " " } } == ["10.0.0.2", "10.0.0.3", "10.0.0.1"])
    #expect(viewed.table()[0].split(separator: " ").prefix(4) == ["10.0.0.2", "443", "70k", "1k"])
    viewed.press(.character("r"))
    #expect(viewed.table()[0].hasPrefix("10.0.0.1"))
    // Past the last column comes the order of the key.
    viewed.press(.right, .right)
    #expect(viewed.table().map { $0.prefix { $0 != " " } } == ["10.0.0.1", "10.0.0.2", "10.0.0.3"])
    #expect(!viewed.screen()[3].contains("▼") && !viewed.screen()[3].contains("▲"))
  }

  @Test("a new window takes the place of the old one, and old values become a sparkline")
  func windows() {
    var viewed = Viewed()
    for window in 0..<8 {
      viewed.model.take(Viewed.row(1, Int64(window + 1), window: Int64(window)))
    }
    viewed.model.take(Viewed.row(2, 8, window: 7))
    let table = viewed.table()
    #expect(table.count == 2)
    #expect(table[0].hasSuffix("▂▃▄▅▅▆▇█"), "\(table[0])")
    #expect(table[1].hasSuffix("  █"), "\(table[1])")
    #expect(viewed.screen()[2].contains("00:00:07Z +1s  2 rows"), "\(viewed.screen()[2])")
    // A late window changes nothing.
    viewed.model.take(Viewed.row(3, 1, window: 2))
    #expect(viewed.table() == table)
  }

  @Test("a key that was away leaves a gap in its sparkline")
  func gap() {
    var viewed = Viewed()
    for window in [0, 1, 4, 5] { viewed.model.take(Viewed.row(1, 4, window: Int64(window))) }
    #expect(viewed.table()[0].hasSuffix("██  ██"), "\(viewed.table())")
  }

  @Test("units go round: decimal, exact, per second, bits per second")
  func units() {
    var viewed = Viewed()
    viewed.model.take(Viewed.row(1, 12_345))
    var seen: [String] = []
    for _ in 0..<5 {
      seen.append(String(viewed.table()[0].split(separator: " ")[2]))
      viewed.press(.character("u"))
    }
    #expect(seen == ["12.3k", "12345", "12.3k/s", "98.8kb/s", "12.3k"])
  }

  @Test("bounds are ±, qualities are marks, and the marks are explained")
  func quality() {
    var viewed = Viewed()
    var row = Viewed.row(1, 10_000)
    row.bounds = [2: Bound(low: 9_900, high: 10_250)]
    row.quality = .approximate
    row.isUncertain = true
    viewed.model.take(row)
    var other = Viewed.row(2, 5)
    other.quality = .atLeast
    viewed.model.take(other)
    #expect(viewed.table()[0].hasPrefix("≈?") && viewed.table()[0].contains("10k ±250"))
    #expect(viewed.table()[1].hasPrefix("≥"))
    viewed.press(.character("?"))
    let help = viewed.screen().joined()
    for mark in ["±", "≈", "≥", "◐", "?"] { #expect(help.contains(mark)) }
  }

  @Test("losses are told with their cause, in red")
  func losses() {
    var viewed = Viewed()
    #expect(viewed.screen()[1] == "nothing lost")
    viewed.model.take(
      LossRecord(
        start: Viewed.start, end: Viewed.start + Viewed.second, lost: [.ring: 1200, .late: 3]))
    viewed.model.take(
      LossRecord(
        start: Viewed.start + Viewed.second, end: Viewed.start + 2 * Viewed.second, lost: [:],
        reason: "turned 20ms late"))
    let line = viewed.screen(160)[1]
    #expect(line.contains("LOST 1.2k: 3 late"), "\(line)")
    #expect(line.contains("1.2k ring"), "\(line)")
    #expect(line.contains("00:00:01Z partial: turned 20ms late"), "\(line)")
    let screen = LiveScreen(
      model: viewed.model, rows: [], size: TerminalSize(columns: 80, rows: 10), now: 0)
    #expect(screen.lines[1].rendered(colored: true).contains("\u{1B}[1;31m"))
    #expect(!screen.lines[1].rendered(colored: false).contains("31m"))
  }

  @Test("pause holds the screen, not the run")
  func pause() {
    var viewed = Viewed()
    viewed.model.take(Viewed.row(1, 5))
    viewed.press(.character(" "))
    viewed.model.take(Viewed.row(2, 5, window: 1))
    #expect(viewed.table()[0].hasPrefix("10.0.0.1"))
    #expect(viewed.screen()[0].contains("PAUSED"))
    viewed.press(.character(" "))
    #expect(viewed.table()[0].hasPrefix("10.0.0.2"))
  }

  @Test("the filter keeps rows that contain the text; Esc shows all again")
  func filter() {
    var viewed = Viewed()
    for host in 1...30 { viewed.model.take(Viewed.row(UInt32(host), Int64(host))) }
    viewed.press(.character("/"), .character("."), .character("2"), .character("7"))
    #expect(viewed.screen().last?.hasPrefix("/.27") == true)
    // While a filter is typed, `q` is a letter.
    let leftWhileTyping = viewed.model.press(.character("q"))
    #expect(!leftWhileTyping)
    viewed.press(.backspace, .enter)
    #expect(viewed.table().count == 1 && viewed.table()[0].hasPrefix("10.0.0.27"))
    #expect(viewed.screen()[2].contains("1 of 30 rows with “.27”"))
    viewed.press(.escape)
    #expect(viewed.table().count == 15)
    let left = viewed.model.press(.character("q"))
    #expect(left)
  }

  @Test("tab goes round the outputs; each keeps its order")
  func outputs() {
    var second = Viewed.talkers
    second = OutputSchema(
      name: "Others", columns: second.columns, isWindowed: true, keyCount: second.keyCount)
    var viewed = Viewed([Viewed.talkers, second])
    viewed.model.take(Viewed.row(1, 5))
    viewed.model.take(Viewed.row(9, 5, output: 1))
    viewed.press(.character("r"), .tab)
    #expect(viewed.table()[0].hasPrefix("10.0.0.9"))
    #expect(viewed.screen()[3].contains("Count▼"))
    viewed.press(.tab)
    #expect(viewed.screen()[3].contains("Count▲"))
    viewed.press(.backTab)
    #expect(viewed.table()[0].hasPrefix("10.0.0.9"))
  }

  @Test("e shows the plan with what flows out of its parts")
  func plan() {
    var viewed = Viewed()
    for tenth in 0...20 {
      viewed.model.take(
        RunProgress(
          packets: UInt64(tenth) * 100_000, elapsedSeconds: Double(tenth) / 10,
          flows: [
            .init(node: "n0", count: UInt64(tenth) * 100_000, unit: "packets"),
            .init(node: "a0", count: UInt64(tenth) * 50, unit: "partials"),
          ]))
    }
    #expect(viewed.screen()[0].contains("1M packets/s"), "\(viewed.screen()[0])")
    viewed.press(.character("e"))
    let screen = viewed.screen()
    #expect(screen[2] == "XDP" && screen[5] == "HOST")
    #expect(screen[3].contains("n0") && screen[3].hasSuffix("2M packets  1M/s"), "\(screen[3])")
    #expect(screen[4].hasSuffix("1k partials  500/s"), "\(screen[4])")
    viewed.press(.escape)
    #expect(!viewed.screen()[2].contains("XDP"))
  }

  @Test("more rows than are kept: the first ones of the order are, the others are counted")
  func manyRows() {
    var viewed = Viewed()
    let count = LiveOutput.rowLimit * 3 + 17
    for index in 0..<count {
      // A permutation: the largest come anywhere.
      viewed.model.take(Viewed.row(UInt32(index), Int64((index * 7919) % count)))
    }
    let output = viewed.model.outputs[0]
    #expect(output.rows.count + output.omitted == count)
    #expect(output.rows.count < LiveOutput.rowLimit * 2)
    let first = viewed.model.visibleRows.prefix(LiveOutput.rowLimit).map { $0.values[2] }
    #expect(first == (0..<LiveOutput.rowLimit).map { .integer(Int64(count - 1 - $0)) })
    #expect(viewed.screen()[2].contains("more not kept"))
  }

  @Test("quiet windows are told of")
  func quiet() {
    var viewed = Viewed()
    viewed.model.take(Viewed.row(1, 5))
    #expect(!viewed.screen()[2].contains("no rows for"))
    #expect(viewed.screen(age: 12 * Viewed.second)[2].contains("no rows for 0:12"))
  }

  @Test("streams without windows show their newest tuples first")
  func tuples() {
    let schema = OutputSchema(
      name: "Dns", columns: [OutputColumn(name: "ip.src", type: .ip)], isWindowed: false)
    var viewed = Viewed([schema])
    for index in 0..<5000 {
      let time = Viewed.start + Int64(index) * 1_000_000
      viewed.model.take(
        Row(
          output: 0, start: time, end: time,
          values: [.address(IPAddress(v4: 0x0A00_0000 | UInt32(index)))]))
    }
    #expect(viewed.table()[0] == "00:00:04.999  10.0.19.135", "\(viewed.table()[0])")
    #expect(viewed.model.outputs[0].rows.count <= LiveOutput.tailLength * 2)
  }
}
