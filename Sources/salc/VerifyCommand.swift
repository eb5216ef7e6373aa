import ArgumentParser
import Compiler
import DataModel
import Diagnostics
import Plan
import Reference
import Session

/// `salc verify`: whether host and kernel say of a capture what the query means.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Hold host and kernel against an exact evaluator, on captures and records of yours.",
    discussion: """
      The exact evaluator shares no code with the engines. Values without a bound must be equal,
      estimates must lie in their bounds taken twice as wide, and rows that an estimate decides
      about are left out as uncertain. Exit 0 where all agree, 1 where they differ. Without
      privilege the kernel is left out; so it is of records, and of several sources, which the
      host merges. Records are read by salc's own readers: their evaluation is verified.
      """)

  @OptionGroup var query: QueryArguments
  @OptionGroup var placement: PlacementArguments

  @Option(
    help: "The capture (pcap or pcapng, also .gz) to read.",
    completion: .file(extensions: ["pcap", "pcapng", "gz"]))
  var pcap: String?

  @OptionGroup var records: RecordArguments

  @Option(help: "How many differences to print for each comparison.")
  var differences: Int = 5

  @Option(help: "MiB of memory that the exact evaluator may use; else what is available.")
  var memory: Int?

  func validate() throws {
    if let memory, !(0...1 << 40).contains(memory) {
      throw ValidationError("--memory takes MiB, not \(memory)")
    }
  }

  func run() throws {
    var options = try placement.options()
    options.takesPackets = options.takesPackets || pcap != nil
    options.bindings = try records.bindings()
    options.recordPlace = records.csv
    let compiled = try query.compile(options)
    var verification = Verification(
      of: compiled, over: try records.files(of: compiled, pcap: pcap, readBy: "verify"),
      tableFiles: try records.tableFiles(for: compiled), memory: memory.map { $0 << 20 })
    do {
      try verification.run()
    } catch let error as SessionError {
      standardError("error: \(error)\n")
      throw ExitStatus(error.kind)
    } catch let error as Verification.TooLarge {
      standardError(text(error))
      throw ExitStatus.failure
    }
    try standardOutput(report(verification, compiled.plan))
    if !verification.agrees { throw ExitStatus.failure }
  }

  private func text(_ error: Verification.TooLarge) -> String {
    let path = error.path
    let size = error.packets > 0 ? "its \(error.packets) packets need up to" : "it needs more than"
    return "error: \(path) is too big for the exact evaluator, which keeps every value: \(size) "
      + "\(mebibytes(error.needed)) of memory, and \(mebibytes(error.available)) are available\n"
      + "note: verify a part of it: \(part(of: path))\n"
  }

  private func part(of path: String) -> String {
    pcap == path ? "editcap -r \(path) part.pcap 1-100000" : "its first 100000 records or packets"
  }

  private func mebibytes(_ bytes: Int) -> String { "\((bytes + 1 << 20 - 1) >> 20) MiB" }

  private func report(_ verification: Verification, _ plan: LogicalPlan) -> String {
    var lines = ["\(verification.inputName): \(verification.packets) \(verification.unit)"]
    lines += verification.losses.map { "lost, \($0)" }
    lines += verification.remarks.map { "note: \($0)" }
    for comparison in verification.comparisons {
      lines += ["", "\(comparison.judged) against \(comparison.by)"]
      let schemas = plan.outputs.map(\.schema)
      for (index, output) in comparison.verdict.outputs.enumerated() {
        lines.append(
          "  \(schemas[index].name): \(summary(output, schemas[index], comparison.by == "exact"))")
      }
      for difference in comparison.verdict.differences.prefix(max(0, differences)) {
        lines += text(difference, comparison, schemas)
      }
      let rest = comparison.verdict.differences.count - max(0, differences)
      if rest > 0 { lines.append("    and \(rest) more differences") }
    }
    lines.append("")
    if let reason = verification.withoutKernel {
      lines.append("kernel: left out, \(reason)")
    }
    let engines = verification.withoutKernel == nil ? "exact, host and kernel" : "exact and host"
    lines.append(
      verification.agrees ? "\(engines) agree" : "\(engines) differ: this is a bug in salc")
    return lines.joined(separator: "\n") + "\n"
  }

  private func summary(_ output: Verdict.Output, _ schema: OutputSchema, _ isExact: Bool) -> String
  {
    var parts = [
      "\(output.compared) \(output.compared == 1 ? "row" : "rows") compared",
      "\(output.identical) identical",
    ]
    if output.insideBounds > 0 { parts.append("\(output.insideBounds) inside their bounds") }
    if output.uncertain > 0 { parts.append("\(output.uncertain) uncertain left out") }
    if output.differing > 0 { parts.append("\(output.differing) differ") }
    if let worst = output.worst, isExact {
      let percent = (worst.error * 10_000).rounded() / 100
      parts.append("worst error \(percent) % in \(schema.columns[worst.column].name)")
    }
    return parts.joined(separator: ", ")
  }

  private func text(
    _ difference: Verdict.Difference, _ comparison: Verification.Comparison,
    _ schemas: [OutputSchema]
  ) -> [String] {
    func line(_ name: String, _ row: Row?) -> String {
      let padded = name + String(repeating: " ", count: max(1, 8 - name.count))
      guard let row else { return "    \(padded)(no row)" }
      return "    \(padded)\(RowLine.text(row, schemas))"
    }
    return [line(comparison.by, difference.expected), line(comparison.judged, difference.found)]
  }
}
