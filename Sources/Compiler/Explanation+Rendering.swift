import BPFModel
import Diagnostics

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
      + "\(ExplanationCosts.bytes(target.halfBytesMax)) a half), "
      + (isMeasured ? "" : "about ")
      + "\(instructions) of \(target.instructionsMax) instructions, stack "
      + (isMeasured ? "" : "about ") + "\(stackBytes) of \(target.stackBytesMax) B"
      + (isMeasured ? ", read from the object\n" : "\n")
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
          "\"id\":\(jsonQuoted(entry.id))",
          "\"inputs\":[\(entry.inputs.map(jsonQuoted).joined(separator: ","))]",
          "\"title\":\(jsonQuoted(entry.title))",
          "\"place\":\(jsonQuoted(entry.isInDataPath ? "data_path" : "host"))",
          "\"why\":\(jsonQuoted(entry.why))", "\"instructions\":\(entry.instructions)",
          "\"state_bytes\":\(entry.stateBytes)", "\"to_host\":\(jsonQuoted(entry.toHost))",
          "\"bound\":\(jsonQuoted(entry.bound))",
        ].joined(separator: ",") + "}"
    }
    return "{\"version\":1,\"target\":\(jsonQuoted(target.name)),\"pane\":\(jsonQuoted(pane)),"
      + "\"nodes\":[\(nodes.joined(separator: ","))],\"totals\":{\"state_bytes\":\(stateBytes),"
      + "\"state_bytes_max\":\(target.halfBytesMax),\"instructions\":\(instructions),"
      + "\"instructions_max\":\(target.instructionsMax),\"stack_bytes\":\(stackBytes),"
      + "\"stack_bytes_max\":\(target.stackBytesMax),\"measured\":\(isMeasured)}}\n"
  }

  /// Graphviz; the data path in one cluster.
  func renderDot() -> String {
    var text = "digraph query {\n  rankdir=TB;\n  node [shape=box, fontname=monospace];\n"
    text += "  subgraph cluster_xdp {\n    label=\"XDP\";\n"
    for entry in entries where entry.isInDataPath {
      text += "    \(entry.id) [label=\(jsonQuoted(entry.title))];\n"
    }
    text += "  }\n"
    for entry in entries where !entry.isInDataPath {
      text += "  \(entry.id) [label=\(jsonQuoted(entry.title))];\n"
    }
    for entry in entries {
      for input in entry.inputs { text += "  \(input) -> \(entry.id);\n" }
    }
    return text + "}\n"
  }
}
