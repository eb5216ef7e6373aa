public import ArgumentParser
import Compiler
import Diagnostics
import Glibc
import Plan
public import Session

/// `salc run`: the query on an interface or a capture.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a query, or a bundle, on an interface or a capture.",
    discussion: "Rows go to standard output, everything else to standard error.")

  /// Which engine evaluates a capture.
  enum Engine: String, ExpressibleByArgument, CaseIterable {
    case kernel, host
  }

  @OptionGroup var query: QueryArguments
  @OptionGroup var placement: PlacementArguments

  @Option(
    help: "The interface to attach to.", completion: .custom { _, _, _ in interfaceNames() })
  var iface: String?

  @Option(
    help: "The capture (pcap or pcapng, also .gz) to read; '-' for standard input.",
    completion: .file(extensions: ["pcap", "pcapng", "gz"]))
  var pcap: String?

  @OptionGroup var records: RecordArguments

  @Option(help: "How to attach: auto, native or generic.")
  var attach: Attachment = .auto

  @Option(help: "What evaluates a capture: host, or kernel (replay through the XDP program).")
  var engine: Engine?

  @Option(name: .customLong("for"), help: "Stop after this long, such as 30s or 500ms.")
  var duration: String?

  @Option(help: "Stop after this many windows.")
  var windows: Int?

  @Option(help: "live, table, json (NDJSON) or csv; live for an interface on a terminal.")
  var format: RunFormat?

  @Option(
    help: ArgumentHelp(
      "Also send all rows there, as TO in the query does: csv:FILE, sqlite:FILE. Repeatable.",
      valueName: "sink"))
  var to: [String] = []

  @Flag(help: "End the run when one of several sinks fails; else it ends when all have.")
  var stopOnSinkFailure = false

  @Option(
    help: ArgumentHelp(
      "Threads for a file: reading, evaluating, writing rows; from 3 on, shares of the keys.",
      discussion: "The rows are the same. One a core if not given, and 1 for files below 1 MiB."))
  var threads: Int?

  @Option(help: "Exit with 3 if more tuples than this were lost.")
  var maxLoss: UInt64?

  @Option(
    help: "A socket for salc reload and run --share, or none; keeps the right to load programs.")
  var control: String?

  @Flag(help: "Run beside the queries of the salc that holds the interface, in its program.")
  var share = false

  @Option(help: .hidden)
  var cpus: Int = 1

  @Option(help: .hidden)
  var seed: UInt64?

  @Option(help: .hidden)
  var ringBytes: Int = 16 << 20

  @Option(help: .hidden)
  var keyLimit: Int = 1 << 20

  func run() throws {
    if let windows, windows < 1 { throw ValidationError("--windows takes a positive number") }
    if let threads, threads < 1 { throw ValidationError("--threads takes a positive number") }
    if pcap == "-", query.file == "-" {
      throw ValidationError("the query and the capture cannot both be standard input")
    }
    let seconds = try duration.map(parseDuration)
    var options = try placement.options()
    options.takesPackets = options.takesPackets || iface != nil || pcap != nil
    options.bindings = try records.bindings()
    options.recordPlace = records.csv
    let compiled = try query.compile(
      options,
      needsObject: engine == .kernel || (pcap == nil && (iface != nil || !records.areGiven)))
    let input = try input(compiled)
    let isLive = input.isLive || compiled.hasLiveSource && input.isMerged
    let stop = StopSignals()
    let display = RunDisplay(format, input, compiled, stop)
    var configuration = RunConfiguration(
      query: compiled, input: input,
      seed: seed
        ?? (isLive ? UInt64.random(in: 1...UInt64.max) : RunConfiguration.captureSeed),
      ringBytes: ringBytes, seconds: seconds, windows: windows, keyLimit: keyLimit,
      control: controlPlace,
      remark: { display.remark($0) })
    // Another program is loaded only for who may ask for one.
    configuration.privileges =
      share || control == nil || control == "none" ? .dropAll : .dropAllButLoading
    defer { display.close() }
    do { configuration.alsoTo = try compiled.targets(adding: to) } catch {
      throw ValidationError("\(error)")
    }
    configuration.threads = threads
    configuration.stopsAtSinkFailure = stopOnSinkFailure
    configuration.tableFiles = try records.tableFiles(for: compiled)
    do {
      let shouldStop: @Sendable () -> Bool = { stop.isRaised || display.isLeaving }
      let holder = share ? try holder(of: input.interfaces, display) : nil
      var summary =
        if let holder {
          try Session.share(
            configuration, over: holder, standardOutput: display.sink, shouldStop: shouldStop)
        } else {
          try Session.run(
            configuration, standardOutput: display.sink, shouldStop: shouldStop)
        }
      summary.unit = input.unit
      display.close()
      if display.format != .json { finish(summary) }
      try reportSinks(summary)
      if let maxLoss, summary.lostTuples > maxLoss { throw ExitStatus.loss }
      if stop.isRaised && summary.packets == 0 && !isLive { throw ExitStatus.interrupted }
    } catch let error as SessionError {
      display.close()
      tell(error, input)
      throw ExitStatus(error.kind)
    }
  }

  /// Says why a run failed, and what helps where another salc holds the interface.
  private func tell(_ error: SessionError, _ input: RunConfiguration.Input) {
    if error.kind != .closedOutput, error.kind != .interrupted {
      standardError("error: \(error)\n")
    }
    guard let holder = error.holder(of: input.interfaces) else { return }
    let advice =
      holder.canShare
      ? "add --share to run this query beside its own, in one program"
      : "started with --control PATH it would run this query beside its own, with --share"
    standardError("note: it is salc, process \(holder.process); \(advice)\n")
  }

  private var controlPlace: RunConfiguration.Control {
    switch control {
    case nil: .standard
    case "none": .none
    case let path?: .path(path)
    }
  }

  /// The control socket of the salc in whose program the query shall run.
  private func holder(of interfaces: [String], _ display: RunDisplay) throws -> String {
    guard !interfaces.isEmpty else { throw ValidationError("--share is for interfaces") }
    if let path = control ?? Session.holder(of: interfaces)?.path { return path }
    display.close()
    standardError(
      "error: no salc of this user holds \(interfaces.joined(separator: ", ")); run without "
        + "--share\n")
    throw ExitStatus.failure
  }

  private func input(_ compiled: CompiledQuery) throws -> RunConfiguration.Input {
    if compiled.plan.sources.count > 1 { return try merged(compiled) }
    if iface != nil && pcap != nil { throw ValidationError("give --iface or --pcap, not both") }
    if let origin = try records.origin(for: compiled, hasPackets: iface != nil || pcap != nil) {
      if engine == .kernel || share {
        throw ValidationError(
          "--engine kernel and --share are for packets; records run on the host")
      }
      if duration != nil && !origin.isLive {
        throw ValidationError("--for is for live sources; a file runs to its end or --windows")
      }
      return .records(origin)
    }
    let named = compiled.namedInput
    let flag = pcap == "-" ? "/dev/stdin" : pcap
    if let path = flag ?? (iface == nil ? named.capture : nil) {
      if duration != nil {
        throw ValidationError("--for is for interfaces; a capture runs to its end or --windows")
      }
      if attach != .auto { throw ValidationError("--attach is for interfaces, not for a capture") }
      if engine == .kernel { return .captureInKernel(path: path, cpus: cpus) }
      if placement.place == "kernel" {
        throw ValidationError("a capture runs on the host; --place kernel needs --engine kernel")
      }
      return .captureOnHost(path: path)
    }
    let interfaces = iface.map { [$0] } ?? named.interfaces
    if !interfaces.isEmpty {
      if engine == .host {
        throw ValidationError("--engine is for captures; on an interface --place chooses the cut")
      }
      return .interfaces(interfaces, attach: attach)
    }
    throw ValidationError("name what to read with --iface NAME or --pcap FILE")
  }

  /// Several sources, merged on the host.
  private func merged(_ compiled: CompiledQuery) throws -> RunConfiguration.Input {
    try records.check(sourcesOf: compiled, otherFlags: [iface, pcap])
    if engine == .kernel || share || placement.place == "kernel" || attach != .auto {
      throw ValidationError(
        "the data path has one source, and the query has several: the host merges them by time; "
          + "leave out --engine kernel, --place kernel, --attach and --share")
    }
    if duration != nil && !compiled.hasLiveSource {
      throw ValidationError("--for is for live sources; files run to their end or --windows")
    }
    return .merged
  }

  private func finish(_ summary: RunSummary) {
    standardError("\(summary.text)\n")
  }

  /// Says what sinks did not get; a sink that failed makes the run fail, however well others did.
  private func reportSinks(_ summary: RunSummary) throws {
    for line in summary.sinkLosses { standardError(line + "\n") }
    for failure in summary.sinkFailures { standardError("error: \(failure)\n") }
    if !summary.sinkFailures.isEmpty { throw ExitStatus.outputFailed }
  }

  private func parseDuration(_ text: String) throws -> Double {
    guard let nanoseconds = Compiler.duration(text), nanoseconds > 0 else {
      throw ValidationError("--for takes a duration such as 30s or 500ms, not '\(text)'")
    }
    return Double(nanoseconds) / 1e9
  }
}

extension Attachment: ExpressibleByArgument {}
