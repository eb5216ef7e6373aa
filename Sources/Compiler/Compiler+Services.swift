import BPFModel
public import Diagnostics
public import Plan
public import Planning
import Semantics
import Syntax

/// What the command line needs beside compiling; everything pure.
extension Compiler {
  /// The query in standard form; nil once the log has an error.
  public static func format(
    _ source: SourceText, reportingTo log: inout DiagnosticLog
  ) -> String? {
    let tree = parse(source, reportingTo: &log)
    return log.containsError ? nil : Syntax.format(tree)
  }

  /// Every diagnostic of every stage, for `salc why`.
  public static let diagnosticCatalogue = DiagnosticCatalogue(
    SyntaxExplanations.all + SemanticExplanations.all)

  /// The placement that a command-line word means: `auto`, `host`, `kernel`, or a hidden
  /// `cut:NAME,NAME…`.
  public static func placement(named name: String) -> PlacementPolicy? {
    PlacementPolicy(commandLineName: name)
  }

  /// Nanoseconds of a duration literal such as `30s`; nil where it is none.
  public static func duration(_ text: String) -> Int64? {
    let units: [(String, Int64)] = [
      ("us", 1000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
      ("h", 3_600_000_000_000), ("d", 86_400_000_000_000),
    ]
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let count = Int64(digits), count >= 0,
      let unit = units.first(where: { $0.0 == text[digits.endIndex...] })
    else { return nil }
    let (product, overflow) = count.multipliedReportingOverflow(by: unit.1)
    return overflow ? nil : product
  }
}

extension CompileOptions {
  /// Tables of so many 4-way sets; small ones make evictions happen in tests.
  public mutating func setTableSets(_ sets: Int) { target.tableEntries = max(1, sets) * 4 }
}

extension CompiledQuery {
  /// Where the program's own source of records reads them; nil for a program over packets.
  public var namedRecords: RecordSource? {
    for node in plan.nodes {
      if case .source(.records(let source)) = node.operation { return source }
    }
    return nil
  }

  /// Whether time passes without tuples of a source of records.
  public var hasLiveSource: Bool {
    plan.nodes.contains { node in
      if case .source(.records(let source)) = node.operation { source.origin.isLive } else { false }
    }
  }

  /// The interfaces or the capture that the program's own source names, if it names any.
  public var namedInput: (interfaces: [String], capture: String?) {
    for node in plan.nodes {
      if case .source(let source) = node.operation {
        switch source {
        case .interfaces(let names): return (names, nil)
        case .capture(let path): return ([], path)
        case .records: return ([], nil)
        }
      }
    }
    return ([], nil)
  }
}

extension CompiledQuery {
  /// The word of `--place` that it was compiled under.
  public var placementName: String { options.placement.commandLineName }
}

extension PlacementPolicy {
  /// The words of `--place` and the hidden `--cut`.
  init?(commandLineName name: String) {
    switch name {
    case "auto": self = .automatic
    case "host": self = .host
    case "kernel": self = .dataPath
    case "engine-host": self = .hostEngine
    default:
      guard name.hasPrefix("cut:"), let cut = Cut(String(name.dropFirst(4))) else { return nil }
      self = .cut(cut)
    }
  }

  var commandLineName: String {
    switch self {
    case .automatic: "auto"
    case .host: "host"
    case .dataPath: "kernel"
    case .hostEngine: "engine-host"
    case .cut(let cut): "cut:\(cut)"
    }
  }
}
