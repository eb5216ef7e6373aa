import ArgumentParser
import Compiler
import Glibc
import Plan
import Session
import Sinks
import Terminal

/// How a run's results are shown; the words of `--format`.
enum RunFormat: String, ExpressibleByArgument, CaseIterable {
  /// A screen that is redrawn.
  case live
  case table, json, csv
}

/// Where a run's rows and remarks go: a live view, or a sink that prints, for captures with a
/// progress bar on standard error.
final class RunDisplay: Sendable {
  // The bar is used by the run's thread alone.
  private nonisolated(unsafe) let bar: ProgressSink?
  private let view: LiveView?
  nonisolated(unsafe) let sink: any Sink
  let format: RunFormat

  /// Chooses: live where rows of an interface go to a terminal and nothing else is asked for, and
  /// nowhere but on a terminal that can be drawn on.
  init(
    _ asked: RunFormat?, _ input: RunConfiguration.Input, _ query: CompiledQuery,
    _ stop: StopSignals
  ) {
    let environment = TerminalEnvironment.process
    let canDraw = environment.canDraw(STDOUT_FILENO)
    let chosen = asked ?? (input.isLive && canDraw ? .live : .table)
    format = chosen == .live && !canDraw ? .table : chosen
    if format != chosen {
      standardError("note: standard output is no terminal that can be drawn on; plain rows\n")
    }
    guard format == .live else {
      view = nil
      let plain = (OutputFormat(rawValue: format.rawValue) ?? .table)
        .sink(descriptor: STDOUT_FILENO, mayWait: { !stop.isRaised })
      let hasBar = !input.isLive && environment.canDraw(STDERR_FILENO)
      bar = hasBar ? ProgressSink(plain, name: input.title) : nil
      sink = bar ?? plain
      return
    }
    let parts = Explanation(query).parts.map { part in
      LivePlanPart(
        id: part.id, title: part.title,
        isInDataPath: part.isInDataPath && input.runsDataPath,
        why: input.runsDataPath ? part.why : "")
    }
    let view = LiveView(title: input.title, plan: parts, shouldStop: { stop.isRaised })
    self.view = view
    sink = view
    bar = nil
  }

  /// Whether the user left the view.
  var isLeaving: Bool { view?.isLeaving ?? false }

  /// Tells a remark: beside the results, never into them.
  func remark(_ text: String) {
    guard let view else { return standardError("note: \(text)\n") }
    view.remark(text)
  }

  /// Makes room for the command's own messages; the terminal is as it was.
  func close() {
    view?.close()
    bar?.clear()
  }
}

extension RunConfiguration.Input {
  /// Whether tuples come as they happen.
  var isLive: Bool {
    switch self {
    case .interfaces: true
    case .records(let origin): origin.isLive
    case .captureOnHost, .captureInKernel, .merged: false
    }
  }

  /// Whether a program in the kernel sees the tuples; else the host does all parts of the plan.
  var runsDataPath: Bool {
    switch self {
    case .interfaces, .captureInKernel: true
    case .captureOnHost, .records, .merged: false
    }
  }

  /// Whether several sources are read.
  var isMerged: Bool { if case .merged = self { true } else { false } }

  /// The interfaces, of which captures have none.
  var interfaces: [String] {
    switch self {
    case .interfaces(let names, _): names
    case .captureOnHost, .captureInKernel, .records, .merged: []
    }
  }

  /// What is read.
  var title: String {
    switch self {
    case .interfaces(let names, _): names.joined(separator: ", ")
    case .merged: "several sources"
    case .records(let origin): "\(origin)".split(separator: "/").last.map(String.init) ?? ""
    case .captureOnHost(let path), .captureInKernel(let path, _):
      path.split(separator: "/").last.map(String.init) ?? path
    }
  }
}
