import Compiler
import DataModel
import Diagnostics
import Glibc
import Plan
import Sinks

/// The other end of a ``SharedSender``: hands the results to the sinks of this process.
struct SharedReceiver {
  private let descriptor: Int32
  private let configuration: RunConfiguration
  private let sink: any Sink
  private var pending: [UInt8] = []
  private var schemas: [OutputSchema]
  /// The totals, once they have come.
  private(set) var totals: RunTotals?
  /// Whether nothing comes any more.
  private(set) var isAtEnd = false

  /// Reads a pipe, which stays open.
  init(descriptor: Int32, _ configuration: RunConfiguration, into sink: any Sink) {
    self.descriptor = descriptor
    self.configuration = configuration
    self.sink = sink
    schemas = configuration.query.placed.plan.outputs.map(\.schema)
  }

  /// Takes what has come, waiting at most so long for something.
  mutating func take(waitingMilliseconds: Int32) throws(SessionError) {
    var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&poller, 1, waitingMilliseconds) > 0 else { return }
    var block = [UInt8](repeating: 0, count: 1 << 16)
    let count = block.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    if count < 0 && (errno == EINTR || errno == EAGAIN) { return }
    guard count > 0 else {
      isAtEnd = true
      return
    }
    pending += block[..<count]
    var start = 0
    while pending.count - start >= 4 {
      let length = pending[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) }
      guard pending.count - start - 4 >= length else { break }
      let bytes = pending[(start + 4)..<(start + 4 + length)]
      start += 4 + length
      try take(bytes)
    }
    pending.removeFirst(start)
    do { try sink.flush() } catch { throw .sink(error) }
  }

  private mutating func take(_ bytes: ArraySlice<UInt8>) throws(SessionError) {
    let malformed = SessionError.control(
      ControlError("what the running salc sent are no results"))
    guard let result = try? SharedResult(bytes) else { throw malformed }
    if case .row(let row) = result {
      guard schemas.indices.contains(row.output),
        row.values.count == schemas[row.output].columns.count
      else { throw malformed }
    }
    if case .meta(let meta) = result {
      let meta = try self.meta(meta)
      do { return try sink.begin(meta) } catch { throw .sink(error) }
    }
    do { try hand(result) } catch { throw .sink(error) }
  }

  private mutating func hand(_ result: SharedResult) throws(SinkError) {
    switch result {
    case .meta: break
    case .row(let row): try sink.row(row)
    case .loss(let record): try sink.loss(record)
    case .progress(let progress): try sink.progress(progress)
    case .end(let totals): self.totals = totals
    }
  }

  /// What runs, as the sinks of this process know it. Where the query was replaced it is another
  /// one than was asked for, and may have other outputs.
  private mutating func meta(_ meta: SharedResult.Meta) throws(SessionError) -> RunMeta {
    let query = configuration.query
    var targets = configuration.writtenTargets
    if meta.query != String(decoding: query.source.utf8, as: UTF8.self) {
      var log = DiagnosticLog()
      let source = SourceText(name: query.source.name, meta.query)
      guard let other = Compiler.compile(source, options: query.options, reportingTo: &log) else {
        throw .control(
          ControlError("the query was replaced by one that this salc does not accept"))
      }
      schemas = other.plan.outputs.map(\.schema)
      if targets.count != schemas.count { targets = [] }
    }
    return RunMeta(
      query: meta.query, outputs: schemas, placement: meta.placement, attach: meta.attach,
      seed: meta.seed, targets: targets)
  }
}
