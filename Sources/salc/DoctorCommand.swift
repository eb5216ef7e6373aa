import ArgumentParser
import Diagnostics
import Session
import Terminal

/// `salc doctor`: whether queries can run here, and what to mend.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Examine kernel, privileges, compiler, clock and interfaces; attaches nothing.",
    discussion: """
      Lines begin with ok, warning (queries run, but…) or failure (they do not), and end with the
      commands that mend it. Exits with 1 after a failure.
      """)

  @Option(
    help: "The interface to examine, instead of all that are up.",
    completion: .custom { _, _, _ in interfaceNames() })
  var iface: String?

  @Flag(help: "One JSON document instead of lines.")
  var json = false

  func run() throws {
    let findings: [Finding]
    do {
      findings = try Doctor.examine(interface: iface)
    } catch {
      standardError("error: \(error)\n")
      throw ExitStatus(error.kind)
    }
    let report = DoctorReport(findings)
    let isColored = TerminalEnvironment.process.isColored(1)
    try standardOutput(json ? report.json : report.text(isColored: isColored))
    if !report.isHealthy { throw ExitStatus.failure }
  }
}
