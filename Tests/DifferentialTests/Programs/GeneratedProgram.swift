/// A random program and what it reads.
///
/// Statements stay apart, so that a failing program can be made smaller by leaving some out.
struct GeneratedProgram: Sendable {
  /// What a source is made of.
  enum Kind: Sendable, Hashable, CaseIterable {
    /// Packets of an interface, which a capture stands for.
    case packets
    /// A capture that the program names, one of several sources.
    case capture
    /// Lines of VAST 2013.
    case vast
    /// Lines of the program's own SCHEMA.
    case csv, json

    var isRecords: Bool { self == .vast || self == .csv || self == .json }
  }

  /// A source: its name, kind, and how its tuples are drawn.
  struct Source: Sendable, Hashable {
    var name: String
    var kind: Kind
    var seed: UInt64
    var count: Int
    /// Whether tuples come out of order.
    var isDisordered = false
    /// Whether some records are damaged.
    var isDamaged = true
    /// Whether records are as close in time as packets are.
    var isFine = false
  }

  /// The sources, in the order of the program.
  var sources: [Source] = []
  /// Settings, statements and outputs; those of sources are made of ``sources``.
  var statements: [String] = []

  /// The text, with the places of the sources that the program names.
  func text(paths: [String]) -> String {
    let declarations = zip(sources, paths).compactMap { source, path -> String? in
      switch source.kind {
      case .packets: nil
      case .capture: "\(source.name) = PcapStream(\"\(path)\");"
      case .vast: "\(source.name) = VastStream(\"\(path)\");"
      case .csv: "\(source.name) = CsvStream(\"\(path)\", \(RecordLines.schema));"
      case .json: "\(source.name) = JsonStream(\"\(path)\", \(RecordLines.schema));"
      }
    }
    return (declarations + statements).joined(separator: "\n") + "\n"
  }
}
