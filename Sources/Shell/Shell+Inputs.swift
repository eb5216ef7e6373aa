import Compiler
import DataModel
import Glibc
import Plan
import Session

/// What the queries of a session read.
extension Shell {
  /// Compiles a target for what the session reads: a source of records that names no place stands
  /// for the flow records of the session's packets, as for `salc run --pcap` and `--iface`.
  func compile(_ target: Workspace.Target) -> Workspace.Compilation {
    let compilation = workspace.compile(target, settings.options)
    guard settings.input != nil, let query = compilation.query else { return compilation }
    let origins = query.plan.sources.compactMap { query.plan.recordSource(at: $0)?.origin }
    guard !origins.isEmpty, origins.allSatisfy({ $0 == .unbound }) else { return compilation }
    var options = settings.options
    options.takesPackets = true
    return workspace.compile(target, options)
  }

  /// What running a query is, and where its tuples come from.
  func work(
    for query: CompiledQuery, named name: String
  ) throws(CommandFailure) -> (QueryRun.Work, input: String) {
    let sources = query.plan.sources
    for node in sources { try check(node, of: query) }
    if sources.count > 1 {
      return (
        onHost(query, .merged), sources.map { query.plan.nodes[$0].name }.joined(separator: ", ")
      )
    }
    if let records = sources.first.flatMap({ query.plan.recordSource(at: $0) }) {
      return (onHost(query, .records(records.origin)), "\(records.origin)")
    }
    return try packets(for: query, named: name)
  }

  /// A source of records has to say what it reads, and several sources are no interfaces.
  private func check(_ node: Int, of query: CompiledQuery) throws(CommandFailure) {
    let name = query.plan.nodes[node].name
    guard case .source(let source) = query.plan.nodes[node].operation else { return }
    switch source {
    case .records(let records) where records.origin == .unbound:
      throw CommandFailure(
        "nothing says what \(name) reads",
        "name it in the source, \(records.schema.source)(\"FILE\"), or \\set pcap FILE to make "
          + "flows of its packets")
    case .interfaces(let names) where query.plan.sources.count > 1:
      throw CommandFailure(
        names == [Self.noInput]
          ? "there is no input yet for \(name)"
          : "\(name) reads an interface, which is a query's only source",
        "\\set pcap FILE gives \(name) a capture")
    default: return
    }
  }

  /// A query that the host evaluates alone.
  private func onHost(
    _ query: CompiledQuery, _ input: RunConfiguration.Input
  ) -> QueryRun.Work {
    if settings.engine == "kernel" {
      output.remark(
        "note: the data path reads one source of packets; the host evaluates this query")
    }
    return .replay(
      RunConfiguration(
        query: query, input: input, seed: RunConfiguration.captureSeed,
        seconds: query.hasLiveSource ? settings.seconds : nil, windows: settings.windows))
  }

  /// A query over packets alone.
  private func packets(
    for query: CompiledQuery, named name: String
  ) throws(CommandFailure) -> (QueryRun.Work, input: String) {
    let named = query.namedInput
    let capture: String?
    var interfaces = named.interfaces
    switch settings.input {
    case .interface(let name)?: (capture, interfaces) = (nil, [name])
    case .capture(let path)?: capture = ownCapture(named.capture, beside: path)
    case nil: capture = named.capture
    }
    if let capture {
      let input: RunConfiguration.Input =
        settings.engine == "kernel"
        ? .captureInKernel(path: capture, cpus: 1) : .captureOnHost(path: capture)
      return (
        .replay(
          RunConfiguration(
            query: query, input: input, seed: RunConfiguration.captureSeed,
            windows: settings.windows)),
        capture
      )
    }
    guard !interfaces.isEmpty, interfaces != [Shell.noInput] else {
      throw CommandFailure("there is no input yet", "\\set pcap FILE, or \\set iface NAME")
    }
    let hub = hubs.hub(on: interfaces, attach: settings.attach)
    let options = QueryOptions(name: name, windows: settings.windows)
    return (
      .live(query, options, hub, seconds: settings.seconds),
      interfaces.joined(separator: ", ")
    )
  }

  /// The capture that a query reads: the one that it names, if it is not the session's and can be
  /// read, since `Packets` is there for the session's.
  private func ownCapture(_ named: String?, beside path: String) -> String {
    guard let named, named != path else { return path }
    guard access(named, R_OK) == 0 else {
      output.remark("note: \(named) cannot be read; \(path) is read in its place")
      return path
    }
    return named
  }
}
