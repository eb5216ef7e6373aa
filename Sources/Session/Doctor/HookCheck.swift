import BPFRuntime

/// Who has the interface's one place for an XDP program.
enum HookCheck: InterfaceCheck {
  static let name = "hook"

  static func remarks(_ facts: InterfaceFacts, isNamed: Bool) -> [Remark] {
    guard let program = facts.program else { return [.ok("no XDP program")] }
    let others = facts.holders.map(\.description).joined(separator: ", ")
    var remark = Remark.warning("")
    if let salc = facts.holders.first(where: { $0.name == "salc" }) {
      remark.text = "another salc runs on it: \(program) of \(salc)"
      remark.remedies = ["kill -INT \(salc.pid)"]
    } else if facts.holders.isEmpty {
      remark.text =
        "it runs \(program), which no process seen from here holds; salc replaces nobody's program"
      remark.remedies = [facts.detachCommand]
    } else {
      remark.text = "it runs \(program) of \(others); salc replaces nobody's program"
      remark.remedies = facts.holders.map { "sudo kill \($0.pid)" }
    }
    remark.status = isNamed ? .failure : .warning
    return [remark]
  }
}
