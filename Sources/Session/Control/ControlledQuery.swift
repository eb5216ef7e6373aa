import Compiler
import Diagnostics

/// A query of a running salc, as `salc ps` shows it.
public struct ControlledQuery: Sendable, Hashable {
  /// Its number in its process.
  public let id: String
  /// Its name.
  public let name: String
  /// When it was added, nanoseconds since the Unix epoch.
  public let began: Int64
  /// Packets that reached it.
  public let packets: UInt64
  /// Windows with rows.
  public let windows: Int
  /// Rows that went to its output.
  public let rows: UInt64
  /// Lost tuples.
  public let lost: UInt64
  /// Where its operators run.
  public let placement: String
  /// How the program is attached.
  public let attach: String
  /// The text.
  public let text: String

  init(_ status: QueryStatus) {
    id = "\(status.id)"
    name = status.name
    began = status.began
    packets = status.packets
    windows = status.windows
    rows = status.rows
    lost = status.lost.values.reduce(0, &+)
    placement = status.placement
    attach = status.attach
    text = String(decoding: status.query.source.utf8, as: UTF8.self)
  }

  /// The fields with a tab between them, the text last.
  var encoded: String {
    let name = String(name.map { $0 == "\t" || $0 == "\n" ? " " : $0 })
    return "\(id)\t\(name)\t\(began)\t\(packets)\t\(windows)\t\(rows)\t\(lost)\t\(placement)\t"
      + "\(attach)\t\(text)"
  }

  init?(_ encoded: String) {
    let parts = encoded.split(separator: "\t", maxSplits: 9, omittingEmptySubsequences: false)
      .map(String.init)
    guard parts.count == 10, let began = Int64(parts[2]), let packets = UInt64(parts[3]),
      let windows = Int(parts[4]), let rows = UInt64(parts[5]), let lost = UInt64(parts[6])
    else { return nil }
    id = parts[0]
    name = parts[1]
    self.began = began
    self.packets = packets
    self.windows = windows
    self.rows = rows
    self.lost = lost
    placement = parts[7]
    attach = parts[8]
    text = parts[9]
  }
}
