import Compiler
import DataModel
import Glibc
import Plan
import Session
import Sinks

extension Shell {
  /// Compiles and runs a target, here or behind the prompt.
  func run(_ target: Workspace.Target, inBackground: Bool) throws(CommandFailure) {
    let compilation = compile(target)
    output.report(compilation.diagnostics, in: workspace)
    guard let query = compilation.query else { throw .reported }
    lastTarget = target
    let (work, input) = try work(for: query, named: compilation.title)
    let run = QueryRun(
      work, title: compilation.title, input: input, isWatched: !inBackground
    ) {
      ShellSignals.wake()
    }
    if inBackground {
      run.number = (jobs.map(\.number).max() ?? 0) + 1
      jobs.append(run)
      output.confirm("[\(run.number)] \(run.title) on \(run.input); \\fg \(run.number) shows it")
    } else {
      try watch(run)
    }
  }

  // MARK: In the foreground

  /// Shows a query's rows until it ends; Ctrl-C ends it.
  func watch(_ run: QueryRun) throws(CommandFailure) {
    let sink = rowSink()
    var footer = Footer(output)
    var failure: SinkError?
    var presses = 0
    run.channel.watch(true)
    while true {
      let isOver = run.outcome != nil
      let items = run.channel.take(milliseconds: 50)
      if !items.isEmpty { footer.clear() }
      for item in items where failure == nil {
        do throws(SinkError) { try write(item, to: sink) } catch {
          failure = error
          run.stop()
          run.channel.close()
        }
      }
      if isOver && items.isEmpty { break }
      if ShellSignals.takeInterrupt() {
        presses += 1
        run.stop()
        // The second press does not wait for rows any more.
        if presses > 1 { run.channel.close() }
      }
      if ShellSignals.mustEnd { run.stop() }
      for remark in hubs.takeRemarks() where !run.wasStopped {
        footer.clear()
        output.remark("note: \(remark)")
      }
      if run.outcome == nil { footer.draw(run) }
    }
    footer.clear()
    run.join()
    if failure == nil {
      do {
        if case .finished(let totals)? = run.outcome {
          try sink.end(totals)
        } else {
          try sink.flush()
        }
      } catch { failure = error }
    }
    wasInterrupted = presses > 0
    try tellEnd(of: run, failure, wasInterrupted: presses > 0)
  }

  /// The sink that the settings ask for.
  private func rowSink() -> any Sink {
    isExpanded && settings.format == .table
      ? ExpandedSink(descriptor: output.rows) : settings.format.sink(descriptor: output.rows)
  }

  private func write(_ item: RowChannel.Item, to sink: any Sink) throws(SinkError) {
    switch item {
    case .begin(let meta): try sink.begin(meta)
    case .row(let row): try sink.row(row)
    case .loss(let record): try sink.loss(record)
    case .flush: try sink.flush()
    case .remark(let text): output.remark("note: \(text)")
    }
  }

  private func tellEnd(
    of run: QueryRun, _ failure: SinkError?, wasInterrupted: Bool
  ) throws(CommandFailure) {
    if let failure {
      let error = SessionError.sink(failure)
      throw CommandFailure("\(error)", "", .run(error.kind))
    }
    switch run.outcome {
    case .finished(let totals)?:
      let isQuiet = !output.isInteractive && settings.format == .json
      if !isQuiet {
        var summary = RunSummary(totals)
        summary.unit = run.unit
        output.remark(summary.text)
      }
      if showsTime { output.remark("Time: \(Self.time(run.elapsedSeconds))") }
      if wasInterrupted && !output.isInteractive { throw .init("", "", .reported(.interrupted)) }
    case .failed(let error)?:
      if error.kind == .interrupted && output.isInteractive { return }
      throw CommandFailure("\(error)", "", .run(error.kind))
    case nil: preconditionFailure("a query that is over has an outcome")
    }
  }

  /// `1 row`, `2 rows`.
  private static func count(_ rows: UInt64) -> String { rows == 1 ? "1 row" : "\(rows) rows" }

  /// Seconds as `\timing` writes them.
  private static func time(_ seconds: Double) -> String {
    let microseconds = Int((seconds * 1e6).rounded())
    let decimals = "\(1000 + microseconds % 1000)".dropFirst()
    return "\(microseconds / 1000).\(decimals) ms"
  }

  // MARK: Behind the prompt

  /// Finds a query behind the prompt by its number; the only one where none is given.
  func job(_ number: String?) throws(CommandFailure) -> QueryRun {
    guard let number else {
      if jobs.count == 1 { return jobs[0] }
      throw CommandFailure(
        jobs.isEmpty ? "no query runs behind the prompt" : "say which: \\ps lists them", "", .usage)
    }
    let digits = number.hasPrefix("%") ? String(number.dropFirst()) : number
    guard let value = Int(digits), let run = jobs.first(where: { $0.number == value }) else {
      throw CommandFailure("there is no query \(number)", "\\ps lists them", .usage)
    }
    return run
  }

  /// What queries behind the prompt have to say when they end, each on a line.
  func takeNotices() -> String? {
    var text = hubs.takeRemarks().map { "note: \($0)\n" }.joined()
    for run in jobs {
      guard let outcome = run.outcome, !run.isEndTold else { continue }
      run.isEndTold = true
      switch outcome {
      case .finished(let totals):
        let rows = Self.count(totals.rows)
        text += "[\(run.number)] \(run.title) has ended: \(rows); \\fg shows them\n"
      case .failed(let error): text += "[\(run.number)] \(run.title) failed: \(error)\n"
      }
    }
    return text.isEmpty ? nil : text
  }

  /// Ends a query behind the prompt without showing its rows.
  func end(_ run: QueryRun) {
    run.stop()
    run.channel.close()
    run.join()
    _ = hubs.takeRemarks()
    jobs.removeAll { $0 === run }
  }

  /// Ends all queries, each with its program.
  func endJobs() {
    for run in jobs { run.stop() }
    for run in jobs { end(run) }
    hubs.close()
  }

  /// Shows what a script put behind itself, once it has nothing more to do.
  func waitForJobs() throws(CommandFailure) {
    while let run = jobs.first, !ShellSignals.mustEnd {
      jobs.removeFirst()
      try watch(run)
    }
  }
}
