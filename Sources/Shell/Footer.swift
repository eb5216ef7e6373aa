import DataModel
import Sinks
import Terminal

/// A line below the rows that says how a query fares; drawn over ten times a second at most.
struct Footer {
  private let output: ShellOutput
  private var isShown = false
  private var drawn = -1.0
  private var bar: ProgressBar?
  /// Where the rate is counted from: about two seconds ago.
  private var samples: [(seconds: Double, packets: UInt64)] = []

  init(_ output: ShellOutput) { self.output = output }

  /// Draws the line, unless it was drawn just now, or nothing can be drawn.
  mutating func draw(_ run: QueryRun) {
    let seconds = run.elapsedSeconds
    guard output.canDraw, !isShown || seconds - drawn >= 0.1 else { return }
    // Most captures are over before anybody could read the line.
    guard run.isLive || seconds >= 0.5 else { return }
    drawn = seconds
    isShown = true
    // One column stays free: a full line may wrap.
    let columns = max(1, output.columns - 1)
    let line = run.isLive ? live(run, columns) : capture(run, columns)
    output.say("\r" + (output.isColored ? "\u{1B}[7m\(line)\u{1B}[0m" : line) + "\u{1B}[K")
  }

  /// Takes the line away.
  mutating func clear() {
    guard isShown else { return }
    isShown = false
    output.say("\r\u{1B}[K")
  }

  private mutating func capture(_ run: QueryRun, _ columns: Int) -> String {
    guard let progress = run.channel.counts.progress else {
      return DisplayText.cut("\(run.input)  \(Units.clock(seconds: drawn))", to: columns)
    }
    var bar = bar ?? ProgressBar(name: run.input)
    bar.note(progress)
    self.bar = bar
    return bar.text(columns: columns)
  }

  /// The most important parts first: a narrow terminal cuts at the end.
  private mutating func live(_ run: QueryRun, _ columns: Int) -> String {
    let counts = run.channel.counts
    let packets = run.isAttached ? counts.packets : counts.progress?.packets ?? 0
    samples.append((drawn, packets))
    samples.removeAll { drawn - $0.seconds > 2 }
    var rate = 0.0
    if let first = samples.first, drawn - first.seconds > 0.05 {
      rate = Double(packets &- first.packets) / (drawn - first.seconds)
    }
    let attach = counts.attach.map { " (\($0))" } ?? ""
    let parts = [
      run.wasStopped
        ? "stopping" : run.isAttached && counts.attach == nil ? "attaching" : "Ctrl-C stops",
      Units.decimal(rate) + " \(run.unit)/s",
      counts.lost == 0 ? "nothing lost" : "\(counts.lost) lost",
      counts.rows == 1 ? "1 row" : "\(counts.rows) rows",
      "\(run.title) on \(run.input)\(attach)", Units.clock(seconds: drawn),
    ]
    return DisplayText.cut(parts.joined(separator: "  "), to: columns)
  }
}
