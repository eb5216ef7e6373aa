import BPFModel
import Diagnostics
import Plan

extension Explanation {
  /// Indented text, the data path first, then the cut, then the host.
  func renderText() -> String {
    var text = "target \(target.name), pane \(pane)\n"
    for entry in entries where entry.isInDataPath { text += line(entry, "XDP ") }
    text += "───── cut ─────\n"
    for entry in entries where !entry.isInDataPath { text += line(entry, "HOST") }
    text += "host state \(HostState.text(bytes: hostBytesMax))\n"
    guard hasProgram else { return text + "nothing runs in the data path\n" + threadsText }
    return text + totals + threadsText
  }

  /// The whole program against the target's budget.
  private var totals: String {
    let state =
      "state \(ExplanationCosts.bytes(stateBytes)) a CPU and epoch of "
      + "\(ExplanationCosts.bytes(target.halfBytesMax)) "
      + "(\(ExplanationCosts.bytes(stateBytes * 2)) a CPU)\n"
    let path =
      "fast path ≈ \(fastPath.whole) instructions, of them ≈ \(fastPath.parse) to parse once\n"
    guard let object else {
      return state + path
        + "object not compiled: before it is loaded it is held to \(target.instructionsMax) "
        + "instructions and \(target.stackBytesMax) B of stack\n"
    }
    return state + path
      + "object \(object.instructions) of \(target.instructionsMax) instructions, "
      + "stack \(object.stackBytes) of \(target.stackBytesMax) B\n"
  }

  private func line(_ entry: Entry, _ place: String) -> String {
    var text = "\(place)  \(entry.id)  \(entry.title)"
    if !entry.inputs.isEmpty { text += "  ← \(entry.inputs.joined(separator: ", "))" }
    var costs: [String] = []
    if entry.instructions > 0 { costs.append("≈ \(entry.instructions) instructions") }
    if entry.stateBytes > 0 {
      costs.append("state \(ExplanationCosts.bytes(entry.stateBytes)) a CPU and epoch")
    }
    if let state = entry.hostState { costs.append("host state: \(state.text)") }
    if let traffic = entry.toHost { costs.append("to host: \(traffic.text)") }
    if !entry.form.isEmpty { costs.append("form: \(entry.form)") }
    if !entry.bound.isEmpty { costs.append("bound: \(entry.bound)") }
    costs.append("why: \(entry.reason)")
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
          "\"why\":\(jsonQuoted(entry.reason))", "\"instructions\":\(entry.instructions)",
          "\"state_bytes\":\(entry.stateBytes)",
          "\"host_state\":\(entry.hostState?.json ?? "null")",
          "\"to_host\":\(entry.toHost?.json ?? "null")",
          "\"form\":\(jsonQuoted(entry.form))", "\"bound\":\(jsonQuoted(entry.bound))",
        ].joined(separator: ",") + "}"
    }
    let hostBytes = HostState.json(bytes: hostBytesMax)
    return "{\"version\":1,\"target\":\(jsonQuoted(target.name)),\"pane\":\(jsonQuoted(pane)),"
      + "\"nodes\":[\(nodes.joined(separator: ","))],\"threads\":\(threadsJSON),"
      + "\"totals\":{\"state_bytes\":\(stateBytes),"
      + "\"state_bytes_max\":\(target.halfBytesMax),"
      + "\"host_state_bytes_max\":\(hostBytes),"
      + "\"fast_path_instructions\":\(fastPath.whole),"
      + "\"parse_instructions\":\(fastPath.parse),"
      + "\"instructions\":\(number(object?.instructions)),"
      + "\"instructions_max\":\(target.instructionsMax),"
      + "\"stack_bytes\":\(number(object?.stackBytes)),"
      + "\"stack_bytes_max\":\(target.stackBytesMax)}}\n"
  }

  private func number(_ value: Int?) -> String { value.map { "\($0)" } ?? "null" }

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
