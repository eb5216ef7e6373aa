import Sinks
import Terminal
import Testing

@Suite("Units, sparklines, progress")
struct UnitTests {
  @Test("three digits and a unit")
  func decimal() {
    let cases: [(Double, String)] = [
      (0, "0"), (7, "7"), (999, "999"), (999.6, "1k"), (1000, "1k"), (1234, "1.23k"),
      (12_345, "12.3k"), (999_499, "999k"), (999_500, "1M"), (4_560_000, "4.56M"),
      (-2_500, "-2.5k"),
      (0.5, "0.5"), (1e18, "1E"), (9.2e18, "9.2E"), (.infinity, "∞"), (.nan, "NaN"),
    ]
    for (value, text) in cases { #expect(Units.decimal(value) == text) }
    #expect(Units.bitsPerSecond(bytes: 1_012_500) == "8.1Mb/s")
    #expect(Units.bytes(3_100_000_000) == "3.1 GB")
    #expect(Units.bytes(12) == "12 B")
    #expect(Units.clock(seconds: 41.2) == "0:41")
    #expect(Units.clock(seconds: 3723) == "1:02:03")
    #expect(Units.duration(nanoseconds: 1_500_000) == "1.5ms")
    #expect(Units.duration(nanoseconds: -90_000_000_000) == "-90s")
    #expect(Units.duration(nanoseconds: 17) == "17ns")
  }

  @Test("units keep the order and at least two digits' precision")
  func decimalIsMonotone() {
    func number(_ text: String) -> Double {
      let units: [Character: Double] = ["k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12]
      guard let unit = text.last.flatMap({ units[$0] }) else { return Double(text) ?? .nan }
      return (Double(text.dropLast()) ?? .nan) * unit
    }
    var value = 1.0
    var last = 0.0
    while value < 9e14 {
      let shown = number(Units.decimal(value.rounded()))
      #expect(shown >= last && abs(shown - value.rounded()) <= value * 0.006, "\(value)")
      last = shown
      value *= 1.017
    }
  }

  @Test("bars are relative to the largest")
  func sparkline() {
    #expect(Sparkline.text([0, 7, nil, 3.5], columns: 6) == "  ▁█ ▅")
    #expect(Sparkline.text([1, 2, 3, 4], columns: 2) == "▆█")
    #expect(Sparkline.text([0, 0], columns: 2) == "▁▁")
    #expect(Sparkline.text([-4, .nan, 8], columns: 3) == "▁ █")
    #expect(Sparkline.text([], columns: 0) == "")
  }

  @Test("the progress line has share, rate and time left, and fits")
  func progress() {
    var bar = ProgressBar(name: "/tmp/日本\u{1B}[2J.pcap")
    for tenth in 1...20 {
      let read = UInt64(tenth) * 10_000_000
      bar.note(
        RunProgress(
          packets: UInt64(tenth) * 100_000, readBytes: read, totalBytes: 400_000_000,
          elapsedSeconds: Double(tenth) / 10))
    }
    let wide = bar.text(columns: 120)
    #expect(wide.contains("50 %"), "\(wide)")
    #expect(wide.contains("1M packets/s"), "\(wide)")
    #expect(wide.contains("0:02 left"), "\(wide)")
    #expect(wide.contains("200 MB of 400 MB"), "\(wide)")
    #expect(!wide.contains("\u{1B}"))
    for columns in 1...140 {
      #expect(DisplayText.width(bar.text(columns: columns)) <= columns, "\(columns)")
    }
    var pipe = ProgressBar(name: "-")
    pipe.note(RunProgress(packets: 10, readBytes: 1000, elapsedSeconds: 2))
    #expect(pipe.text(columns: 80) == "-  1 kB  5 packets/s  0:02")
  }

  @Test("colours: NO_COLOR, FORCE_COLOR, TERM=dumb")
  func colors() {
    func colored(_ values: [String: String], terminal: Bool) -> Bool {
      TerminalEnvironment(values).isColored(isTerminal: terminal)
    }
    #expect(colored(["TERM": "xterm"], terminal: true))
    #expect(!colored(["TERM": "xterm"], terminal: false))
    #expect(!colored(["TERM": "dumb"], terminal: true))
    #expect(!colored(["TERM": "xterm", "NO_COLOR": "1"], terminal: true))
    #expect(colored(["TERM": "xterm", "NO_COLOR": ""], terminal: true))
    #expect(colored(["TERM": "dumb", "FORCE_COLOR": "1"], terminal: false))
    #expect(!colored(["FORCE_COLOR": "1", "NO_COLOR": "1"], terminal: false))
    #expect(!colored(["FORCE_COLOR": "0"], terminal: false))
  }

  @Test("COLUMNS and LINES stand in where the kernel knows no size")
  func sizes() {
    func size(_ values: [String: String]) -> [Int] {
      // No terminal, and so of no size.
      let size = TerminalSize.of(-1, TerminalEnvironment(values))
      return [size.columns, size.rows]
    }
    #expect(size(["COLUMNS": "57", "LINES": "9"]) == [57, 9])
    #expect(size([:]) == [80, 24])
    for nonsense in ["", "wide", "-5", "0", "99999999999999999999", "5x"] {
      #expect(size(["COLUMNS": nonsense, "LINES": nonsense]) == [80, 24], "\(nonsense)")
    }
  }

  @Test("bars have their columns at every share")
  func bars() {
    var bar = ProgressBar(name: "f")
    for percent in 0...100 {
      bar.note(
        RunProgress(
          packets: 1, readBytes: UInt64(percent), totalBytes: 100,
          elapsedSeconds: Double(percent + 1)))
      let text = bar.text(columns: 80)
      #expect(text.contains("\(percent) %") && text.contains("▕") && text.contains("▏"))
    }
  }
}
