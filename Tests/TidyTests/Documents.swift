import DataModel
import Operators

/// `Docs/Operators.md`, out of the operator catalogue.
enum OperatorsDocument {
  static var text: String {
    var lines = [
      "# Operators", "",
      "Generated from `OperatorCatalogue.all`; do not edit. "
        + "`SALC_UPDATE=1 scripts/test --filter TidyTests` rewrites it.", "",
    ]
    for entry in OperatorCatalogue.all.sorted(by: { $0.name < $1.name }) {
      lines += ["## `\(entry.signature)`", "", entry.summary, ""]
      if !entry.aliases.isEmpty {
        lines.append("- Other names: " + entry.aliases.map { "`\($0)`" }.joined(separator: ", "))
      }
      lines += ["- Bound: " + entry.boundSummary, "", "```sal", entry.example, "```", ""]
    }
    lines.removeLast()
    return wrapped(lines)
  }
}

/// `Docs/Fields.md`, out of the field table.
enum FieldsDocument {
  static var text: String {
    var lines = [
      "# Fields", "",
      "Generated from `PacketFields.all` and `RecordFormats.all`; do not edit. "
        + "`SALC_UPDATE=1 scripts/test --filter TidyTests` rewrites it.", "",
      "## Packets", "",
      "Names are those of Wireshark's display filters; other names of the same field, most of them "
        + "SAL's, stand beside them.",
      "A field is missing where its header is, or where the capture "
        + "ends before it; see `Language.md`, \"Missing values\".", "",
      "| field | other names | type | where | meaning |", "|---|---|---|---|---|",
    ]
    for field in PacketFields.all {
      let aliases = field.aliases.map { "`\($0)`" }.joined(separator: ", ")
      lines.append(
        "| `\(field.name)` | \(aliases) | \(field.type) | \(place(field.location)) "
          + "| \(field.summary) |")
    }
    lines += [
      "", "## Repeated fields", "",
      "A packet can have several values of each of these. A comparison (also `!=`, `IN`, `NOT IN`, "
        + "`BETWEEN`) is true where any of them satisfies it: `ip.addr == 10.0.0.1` finds packets "
        + "from it and to it, and `NOT ip.addr == 10.0.0.1` those that have nothing to do with it. "
        + "In a key or an argument they make one tuple of each; fields of one group move together. "
        + "See `Language.md`, \"Fields with several values\".", "",
      "| field | group | type | meaning |", "|---|---|---|---|",
    ]
    for group in RepeatedGroup.all {
      for member in group.members {
        lines.append("| `\(member.name)` | \(group.name) | \(member.type) | \(member.summary) |")
      }
    }
    for format in RecordFormats.all {
      lines += [
        "", "## `\(format.source)`", "", format.summary + ".", "",
        "| field | other names | type | meaning |", "|---|---|---|---|",
      ]
      for field in format.columns.map(\.field) {
        let aliases = field.aliases.map { "`\($0)`" }.joined(separator: ", ")
        lines.append("| `\(field.name)` | \(aliases) | \(field.type) | \(field.summary) |")
      }
    }
    return wrapped(lines)
  }

  private static func place(_ location: FieldLocation) -> String {
    switch location {
    case .slices(let slices):
      slices.map { slice in
        let end = slice.byteOffset + slice.byteWidth - 1
        let bytes =
          slice.byteWidth == 1
          ? "byte \(slice.byteOffset)" : "bytes \(slice.byteOffset)–\(end)"
        let isWhole = slice.bits == slice.byteWidth * 8
        let low = slice.shift
        let bits =
          isWhole ? "" : slice.bits == 1 ? ", bit \(low)" : ", bits \(low)–\(low + slice.bits - 1)"
        return "\(slice.layer.name) \(bytes)\(bits)"
      }.joined(separator: "; or ")
    case .presence: "presence"
    case .record: "the record"
    case .wireLength, .capturedLength, .time: "record"
    case .transportProtocol, .extensionCount, .payloadLength: "the header chain"
    case .service: "the ports"
    case .payloadContains: "the payload"
    case .derived: "TRANSFORM"
    case .bytes: "the payload"
    }
  }
}

/// `Docs/Sinks.md`, out of the sink catalogue.
enum SinksDocument {
  static var text: String {
    var lines = [
      "# Sinks", "",
      "Generated from `SinkCatalogue.all`; do not edit. "
        + "`SALC_UPDATE=1 scripts/test --filter TidyTests` rewrites it.", "",
      "A sink takes the rows of outputs. A query names it behind TO, the command line with "
        + "`--to`; both mean the same, and `--to` means every output. In a shell "
        + "`--to csv:rows.csv` saves the quotes of `--to 'csv(\"rows.csv\")'`.", "",
      "What is wrong with a target is told before anything attaches, and nothing is overwritten by "
        + "then. Each sink has a queue and a thread of its own, so a slow or failing one holds up "
        + "no other: a capture waits for its sinks, a live run counts the rows that a full queue "
        + "had no room for, and rows that a failing target refused are counted until it takes rows "
        + "again. `loss` records say so window by window, the `end` record sink by sink, and salc "
        + "ends with 74. A run ends early when its last sink has failed, with "
        + "`--stop-on-sink-failure` when the first has.", "",
    ]
    for sink in SinkCatalogue.all {
      let call = SinkTarget(sink: sink.name, target: sink.example)
      lines += ["## `\(call)`", "", sink.summary, "", sink.details, ""]
      if sink.refusal == nil {
        lines += ["```sal", "N = FOREACH P GENERATE count() WINDOW 10s;"]
        lines += ["OUTPUT N TO \(call);", "```", ""]
      }
    }
    lines.removeLast()
    return wrapped(lines)
  }
}

/// Lines of a document as a text of at most 120 columns; rows of tables and code stay as they are.
private func wrapped(_ lines: [String]) -> String {
  var isCode = false
  var result: [String] = []
  for line in lines.joined(separator: "\n").split(separator: "\n", omittingEmptySubsequences: false)
  {
    if line.hasPrefix("```") { isCode.toggle() }
    guard line.count > SizeTests.documentColumns, !isCode, !line.hasPrefix("|") else {
      result.append(String(line))
      continue
    }
    let indent = line.hasPrefix("- ") ? "  " : ""
    var own = ""
    for word in line.split(separator: " ") {
      if !own.isEmpty, own.count + 1 + word.count > SizeTests.documentColumns {
        result.append(own)
        own = indent + word
      } else {
        own += (own.isEmpty ? "" : " ") + word
      }
    }
    result.append(own)
  }
  return result.joined(separator: "\n") + "\n"
}
