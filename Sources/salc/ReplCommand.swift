public import ArgumentParser
public import Session
import Shell

/// `salc repl`: statements one by one, each checked and run as it is typed.
struct ReplCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repl",
    abstract: "Write and run queries interactively; \\? lists its commands.",
    discussion: """
      Where standard input is no terminal it is a script: no prompts, and the first error ends it \
      with the exit code that salc run would have.
      """)

  @Argument(help: "Query files to read before the first prompt.")
  var files: [String] = []

  @Option(help: "The interface that queries attach to.")
  var iface: String?

  @Option(help: "The capture (pcap or pcapng, also .gz) that queries read.")
  var pcap: String?

  @Option(help: "Where operators run: auto, host or kernel.")
  var place: String = "auto"

  @Option(help: "table, json (NDJSON) or csv.")
  var format: OutputFormat?

  func validate() throws {
    if iface != nil && pcap != nil { throw ValidationError("give --iface or --pcap, not both") }
  }

  func run() throws {
    var options = Shell.Options()
    options.interface = iface
    options.capture = pcap
    options.place = place
    options.format = format
    options.files = files
    switch Shell(options).run() {
    case .finished: return
    case .usage: throw ExitStatus.usage
    case .failed(let kind): throw ExitStatus(kind)
    }
  }
}

extension OutputFormat: ExpressibleByArgument {}
