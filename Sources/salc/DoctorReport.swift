import Diagnostics
import Session

/// Findings as text for people, or as JSON for programs.
struct DoctorReport {
  let findings: [Finding]

  init(_ findings: [Finding]) { self.findings = findings }

  /// Whether nothing failed.
  var isHealthy: Bool { !findings.contains { $0.status == .failure } }

  /// A line for what is ok of each check or interface, a line for each finding that is not, and
  /// its commands below it.
  func text(isColored: Bool) -> String {
    let width = findings.map { $0.place.utf8.count }.max() ?? 0
    func line(_ status: Finding.Status, _ place: String, _ text: String) -> String {
      let word = status.rawValue + String(repeating: " ", count: 8 - status.rawValue.utf8.count)
      let pad = String(repeating: " ", count: width - place.utf8.count)
      return "\(isColored ? status.colored(word) : word) \(place)\(pad)  \(text)\n"
    }
    var text = ""
    for place in places {
      let own = findings.filter { $0.place == place }
      let fine = own.filter { $0.status == .ok }.map(\.text)
      if !fine.isEmpty { text += line(.ok, place, fine.joined(separator: ", ")) }
      for finding in own where finding.status != .ok {
        text += line(finding.status, place, finding.text)
        text += finding.remedies.map { String(repeating: " ", count: width + 11) + $0 + "\n" }
          .joined()
      }
    }
    return text
  }

  /// One object; `version` counts changes that a reader would notice.
  var json: String {
    let list = findings.map { finding in
      let interface = finding.interface.map(jsonQuoted) ?? "null"
      let commands = finding.remedies.map(jsonQuoted).joined(separator: ",")
      return "{\"check\":\(jsonQuoted(finding.check)),\"interface\":\(interface),"
        + "\"status\":\(jsonQuoted(finding.status.rawValue)),\"text\":\(jsonQuoted(finding.text)),"
        + "\"commands\":[\(commands)]}"
    }
    return "{\"type\":\"doctor\",\"version\":1,\"ok\":\(isHealthy),\"findings\":[\n  "
      + list.joined(separator: ",\n  ") + "\n]}\n"
  }

  private var places: [String] {
    var seen: Set<String> = []
    return findings.map(\.place).filter { seen.insert($0).inserted }
  }
}

extension Finding {
  /// What a line is about: the interface, or the check.
  fileprivate var place: String { interface ?? check }
}

extension Finding.Status {
  /// The word in the colour of its weight, ECMA-48 SGR.
  fileprivate func colored(_ word: String) -> String {
    let code =
      switch self {
      case .ok: 32
      case .warning: 33
      case .failure: 31
      }
    return "\u{1B}[\(code)m\(word)\u{1B}[0m"
  }
}
