import BPFRuntime
import Compiler
import DataModel
import Diagnostics
import HostRuntime
import Plan
public import Sinks

/// Runs compiled queries: joins a `CompiledQuery`, its input and a sink, and owns their lifetimes.
public enum Session {
  /// Runs with the sinks that the query and the configuration name, and `standardOutput` for what
  /// goes to standard output; see `run(_:into:shouldStop:)`.
  public static func run(
    _ configuration: RunConfiguration, standardOutput: any Sink,
    shouldStop: @escaping @Sendable () -> Bool
  ) throws(SessionError) -> RunSummary {
    let sink = try configuration.sinks(standardOutput: standardOutput, mayWait: { !shouldStop() })
    do {
      var totals = try run(configuration, into: sink, shouldStop: shouldStop)
      totals.add(sink.reports)
      return RunSummary(totals)
    } catch {
      // A run that fails still hands on what its sinks have taken, and says what they have not.
      (sink as? SinkSet)?.abandon()
      for losses in sink.reports.compactMap(\.losses) { configuration.remark(losses) }
      throw error
    }
  }

  /// Runs with one sink that takes all rows, wherever the query sends them.
  ///
  /// Runs until the input ends, a limit of the configuration is reached, or `shouldStop` says so
  /// (asked between batches, or every few milliseconds in live runs). Rows go to the sink as
  /// windows close; the last window is flushed also after a stop.
  ///
  /// The sink's `begin` is called once the program is loaded and attached, when nothing but the
  /// world can fail any more.
  public static func run(
    _ configuration: RunConfiguration, into sink: any Sink,
    shouldStop: @escaping @Sendable () -> Bool
  ) throws(SessionError) -> RunTotals {
    switch configuration.input {
    case .captureOnHost(let path):
      return try HostReplay(configuration: configuration, path: path, shouldStop: shouldStop)
        .run(into: sink)
    case .records(let origin):
      return try RecordReplay(configuration: configuration, origin: origin, shouldStop: shouldStop)
        .run(into: sink)
    case .merged:
      return try MergedReplay(configuration: configuration, shouldStop: shouldStop)
        .run(into: sink)
    case .captureInKernel(let path, let cpus):
      _ = configuration.oneThread(because: "the data path has the states, a CPU each")
      try inDataPath { () throws(BPFError) in try OpenFiles.allow(interfaces: 0) }
      if let obstacle = Probe.obstacle() { throw .missingKernelSupport(obstacle) }
      return try replay(configuration, path, cpus, into: sink, shouldStop)
    case .interfaces(let names, let mode):
      _ = configuration.oneThread(
        because: "the CPUs of the data path share the packets, and one thread turns windows")
      return try LiveRun(
        configuration: configuration, interfaces: names, mode: mode, shouldStop: shouldStop
      ).run(into: sink)
    }
  }

  private static func replay(
    _ configuration: RunConfiguration, _ path: String, _ cpus: Int, into sink: any Sink,
    _ shouldStop: @escaping @Sendable () -> Bool
  ) throws(SessionError) -> RunTotals {
    func attempt(_ configuration: RunConfiguration) throws(SessionError) -> RunTotals {
      try KernelReplay(
        configuration: configuration, path: path, cpus: cpus, shouldStop: shouldStop
      ).run(into: sink)
    }
    do { return try attempt(configuration) } catch {
      guard let reason = error.reasonForHost,
        let retreat = configuration.withOperatorsOnHost()
      else { throw error }
      configuration.remark(reason)
      return try attempt(retreat)
    }
  }

  static func begin(
    _ configuration: RunConfiguration, placement: String, attach: String?, _ sink: any Sink
  ) throws(SessionError) {
    let query = configuration.query
    do {
      try sink.begin(
        RunMeta(
          query: String(decoding: query.source.utf8, as: UTF8.self),
          outputs: query.placed.plan.outputs.map(\.schema),
          placement: placement, attach: attach, seed: configuration.seed,
          targets: configuration.writtenTargets))
    } catch { throw .sink(error) }
  }
}

extension SessionError {
  /// Why a query's operators go to the host instead, where that may help.
  var reasonForHost: String? {
    switch self {
    case .dataPath(.verifier), .dataPath(.overBudget):
      Capability.performanceMonitoring.isHeld ? ownReasonForHost : Self.untrusted
    default: nil
    }
  }

  /// Without CAP_PERFMON the kernel walks each path that a processor might guess.
  private static var untrusted: String {
    let capabilities = Capability.needed + [.performanceMonitoring]
    let grants = Capability.grants(capabilities)
    return
      "without CAP_PERFMON the kernel examines programs more strictly, and this one is too wide "
      + "for that; all operators run on the host instead, with the same rows. To run them in the "
      + "data path, grant it with one of\n  " + grants.joined(separator: "\n  ")
  }

  private var ownReasonForHost: String? {
    switch self {
    case .dataPath(.verifier(let log, _)):
      "the kernel's verifier refused the program, which is a bug in salc; all operators run on the "
        + "host instead. \(log)"
    case .dataPath(.overBudget(let excess)):
      "the compiled program exceeds the data path's limits (\(excess)); all operators run on the "
        + "host instead"
    default: nil
    }
  }
}

extension RunConfiguration {
  /// The same run with nothing but decoding in the data path; nil where that is so already.
  func withOperatorsOnHost() -> RunConfiguration? {
    guard placement != "host", let query = query.withOperatorsOnHost() else { return nil }
    var retreat = self
    retreat.query = query
    return retreat
  }

  var placement: String { query.placementWord }
}

extension CompiledQuery {
  /// `kernel` where every aggregation is in the data path, `host` where none, else `split`.
  var placementWord: String {
    let places = placed.aggregations.map(\.isInDataPath)
    if places.isEmpty || !places.contains(true) { return "host" }
    return places.contains(false) ? "split" : "kernel"
  }
}

extension PlacedPlan {
  /// The one source that the run binds to its input.
  func onlySource() throws(SessionError) -> Int {
    let sources = plan.sources
    guard let source = sources.first, sources.count == 1 else {
      let names = sources.map { plan.nodes[$0].name }.joined(separator: ", ")
      throw .unsupported("this run takes one source, and the query has \(names)")
    }
    return source
  }
}
