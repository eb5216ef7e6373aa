import BPFModel

extension Explanation {
  /// Indented text, the data path first, then the cut, then the host.
  func renderText() -> String {
    var text = "target \(target.name), pane \(pane)\n"
    for entry in entries where entry.isInDataPath { text += line(entry, "XDP ") }
    text += "───── cut ─────\n"
    for entry in entries where !entry.isInDataPath { text += line(entry, "HOST") }
    guard hasProgram else { return text + "nothing runs in the data path\n" }
    text +=
      "state \(ExplanationCosts.bytes(stateBytes)) a CPU and epoch "
      + "(\(ExplanationCosts.bytes(stateBytes * 2)) a CPU; limit "
      + "\(ExplanationCosts.bytes(target.halfBytesMax)) a half), about \(instructions) of "
      + "\(target.instructionsMax) instructions, stack at most \(stackBytes) of "
      + "\(target.stackBytesMax) B\n"
    return text
  }

  private func line(_ entry: Entry, _ place: String) -> String {
    var text = "\(place)  \(entry.id)  \(entry.title)"
    if !entry.inputs.isEmpty { text += "  ← \(entry.inputs.joined(separator: ", "))" }
    var costs: [String] = []
    if entry.instructions > 0 { costs.append("≈ \(entry.instructions) instructions") }
    if entry.stateBytes > 0 {
      costs.append("state \(ExplanationCosts.bytes(entry.stateBytes)) a CPU and epoch")
    }
    if !entry.toHost.isEmpty { costs.append("to host: \(entry.toHost)") }
    if !entry.bound.isEmpty { costs.append("bound: \(entry.bound)") }
    if !entry.why.isEmpty { costs.append("why: \(entry.why)") }
    text += "\n"
    for cost in costs { text += "        \(cost)\n" }
    return text
  }

  /// One object; names and nesting are stable under its version.
  func renderJSON() -> String {
    let nodes = entries.map { entry in
      "{"
        + [
          "\"id\":\(quoted(entry.id))",
          "\"inputs\":[\(entry.inputs.map(quoted).joined(separator: ","))]",
          "\"title\":\(quoted(entry.title))",
          "\"place\":\(quoted(entry.isInDataPath ? "data_path" : "host"))",
          "\"why\":\(quoted(entry.why))", "\"instructions\":\(entry.instructions)",
          "\"state_bytes\":\(entry.stateBytes)", "\"to_host\":\(quoted(entry.toHost))",
          "\"bound\":\(quoted(entry.bound))",
        ].joined(separator: ",") + "}"
    }
    return "{\"version\":1,\"target\":\(quoted(target.name)),\"pane\":\(quoted(pane)),"
      + "\"nodes\":[\(nodes.joined(separator: ","))],\"totals\":{\"state_bytes\":\(stateBytes),"
      + "\"state_bytes_max\":\(target.halfBytesMax),\"instructions\":\(instructions),"
      + "\"instructions_max\":\(target.instructionsMax),\"stack_bytes\":\(stackBytes),"
      + "\"stack_bytes_max\":\(target.stackBytesMax)}}\n"
  }

  /// Graphviz; the data path in one cluster.
  func renderDot() -> String {
    var text = "digraph query {\n  rankdir=TB;\n  node [shape=box, fontname=monospace];\n"
    text += "  subgraph cluster_xdp {\n    label=\"XDP\";\n"
    for entry in entries where entry.isInDataPath {
      text += "    \(entry.id) [label=\(quoted(entry.title))];\n"
    }
    text += "  }\n"
    for entry in entries where !entry.isInDataPath {
      text += "  \(entry.id) [label=\(quoted(entry.title))];\n"
    }
    for entry in entries {
      for input in entry.inputs { text += "  \(input) -> \(entry.id);\n" }
    }
    return text + "}\n"
  }

  private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
