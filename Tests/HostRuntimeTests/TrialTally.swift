import Testing

/// The outcomes of a call over many streams, and their line in Docs/Within.md.
struct TrialTally {
  private(set) var streams = 0
  /// Streams whose answer was not exact.
  private(set) var trials = 0
  private var (kept, bounded, worst) = (0, 0, 0.0)

  /// Counts an outcome; nil is an exact answer.
  mutating func count(_ outcome: RowTrial.Outcome?) {
    streams += 1
    guard let outcome else { return }
    trials += 1
    if outcome.error <= 1 { kept += 1 }
    if outcome.isBounded { bounded += 1 }
    worst = max(worst, outcome.error)
  }

  /// The line; records an issue where the call is right less often than it says.
  func line(_ call: String, _ asked: String, confidence: Double) -> String {
    // Few streams may by chance have more than their share outside.
    let spread = (confidence * (1 - confidence) * Double(trials)).squareRoot()
    let least = confidence * Double(trials) - (trials < 500 ? 2 * spread : 0)
    #expect(trials > 0, "\(call): no stream tries it")
    #expect(Double(kept) >= least, "\(call) \(asked): \(kept) of \(trials) within ε")
    #expect(Double(bounded) >= least, "\(call) \(asked): \(bounded) of \(trials) in the bound")
    return "| `\(call)` | \(asked) | \(trials) | \(Self.percent(kept, trials)) "
      + "| \(Self.percent(bounded, trials)) | \(Self.hundredths(worst)) |\n"
  }

  private static func percent(_ part: Int, _ all: Int) -> String {
    "\(hundredths(100 * Double(part) / Double(max(1, all)))) %"
  }

  private static func hundredths(_ number: Double) -> String {
    let whole = Int((min(number, 1e6) * 100).rounded())
    let rest = whole % 100
    return "\(whole / 100)." + (rest < 10 ? "0\(rest)" : "\(rest)")
  }
}
