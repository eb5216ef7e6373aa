public import Sinks

/// The line that says how far a capture is:
/// `scan.pcap  61 % ▕██████▏   ▏ 3.1/5.0 GB  2.4M packets/s  0:41 left`.
public struct ProgressBar: Sendable {
  private let name: String
  private var last: RunProgress?
  private var bytesPerSecond = 0.0
  private var packetsPerSecond = 0.0

  /// A bar for the capture of this name.
  public init(name: String) {
    let parts = name.split(separator: "/")
    self.name = DisplayText.printable(parts.last.map(String.init) ?? name)
  }

  /// Takes a progress; rates are those of the last few seconds.
  public mutating func note(_ progress: RunProgress) {
    let before = last ?? RunProgress(packets: 0, elapsedSeconds: 0)
    let seconds = progress.elapsedSeconds - before.elapsedSeconds
    guard seconds > 0 else { return }
    // A step weighs with the time that it took; old ones fade with a time constant of 3 s.
    let weight = last == nil ? 1 : min(1, seconds / 3)
    func mix(_ old: Double, _ now: UInt64, _ then: UInt64) -> Double {
      old + weight * (Double(now &- min(now, then)) / seconds - old)
    }
    bytesPerSecond = mix(bytesPerSecond, progress.readBytes, before.readBytes)
    packetsPerSecond = mix(packetsPerSecond, progress.packets, before.packets)
    last = progress
  }

  /// The line in at most so many columns; parts that do not fit are left out, the name first.
  public func text(columns: Int) -> String {
    guard let last else { return "" }
    let rate = Units.decimal(packetsPerSecond) + " packets/s"
    guard last.totalBytes > 0 else {
      let parts = [
        name, Units.bytes(last.readBytes), rate, Units.clock(seconds: last.elapsedSeconds),
      ]
      return DisplayText.cut(parts.joined(separator: "  "), to: columns)
    }
    let share = min(1, Double(last.readBytes) / Double(last.totalBytes))
    // A little more than the fraction, which 29 of 100 is already below.
    let percent = "\(Int(share * 100 + 1e-9)) %"
    let rest = Double(last.totalBytes &- min(last.totalBytes, last.readBytes))
    let left = bytesPerSecond > 0 ? Units.clock(seconds: rest / bytesPerSecond) + " left" : ""
    let sizes = "\(Units.bytes(last.readBytes)) of \(Units.bytes(last.totalBytes))"
    for parts in [[name, sizes, rate, left], [sizes, rate, left], [rate, left], [left], []] {
      let fixed = percent + "  " + parts.filter { !$0.isEmpty }.joined(separator: "  ")
      let room = columns - DisplayText.width(fixed) - 2
      guard room >= 12 || parts.isEmpty else { continue }
      guard room >= 5 else { return DisplayText.cut(percent, to: columns) }
      let head = parts.first == name ? name + "  " : ""
      let tail = parts.drop { $0 == name }.filter { !$0.isEmpty }.joined(separator: "  ")
      return head + percent + " " + Self.bar(share, columns: min(room - 1, 30))
        + (tail.isEmpty ? "" : " " + tail)
    }
    return DisplayText.cut(percent, to: columns)
  }

  /// A bar with eighths of a character.
  static func bar(_ share: Double, columns: Int) -> String {
    let inner = max(1, columns - 2)
    let eighths = Int((share * Double(inner * 8)).rounded())
    let parts: [Character] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    var text = String(repeating: "█", count: eighths / 8)
    if eighths % 8 > 0 { text.append(parts[eighths % 8 - 1]) }
    return "▕" + text + String(repeating: " ", count: inner - text.count) + "▏"
  }
}
