public import ArgumentParser
public import Compiler
import Plan
import Session

/// `salc explain`: where every node runs, why, and what it costs, before anything runs.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Show where every part of a query runs, why, and what it will cost.")

  @OptionGroup var query: QueryArguments
  @OptionGroup var placement: PlacementArguments

  @Option(help: "text, json or dot.")
  var format: ExplainFormat = .text

  @Option(help: .hidden)
  var keyLimit: Int = 1 << 20

  func run() throws {
    let compiled = try query.compile(placement.options(), needsObject: false)
    // A graph shows no costs.
    let shown =
      format == .dot ? compiled : compiled.withObject { standardError("note: \($0)\n") }
    try standardOutput(Explanation(shown, limits: HostLimits(keys: keyLimit)).render(format))
  }
}

extension ExplainFormat: ExpressibleByArgument {}
