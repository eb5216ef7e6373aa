import Compiler
import Glibc
import Sinks

/// A query on live interfaces: a hub with one query, until a limit, a signal or the world ends it.
struct LiveRun {
  let configuration: RunConfiguration
  let interfaces: [String]
  let mode: Attachment
  let shouldStop: @Sendable () -> Bool

  func run(into sink: any Sink) throws(SessionError) -> RunTotals {
    let hub = LiveHub(
      LiveHub.Configuration(
        interfaces: interfaces, attach: mode, seed: configuration.seed,
        ringBytes: configuration.ringBytes, remark: configuration.remark,
        observe: configuration.observe))
    var options = QueryOptions(
      windows: configuration.windows, keyLimit: configuration.keyLimit,
      waitingResults: configuration.waitingResults)
    options.tableFiles = configuration.tableFiles
    let server = try serve(hub)
    let id: QueryID
    do throws(SessionError) {
      id = try hub.add(configuration.query, options, into: sink, isCancelled: shouldStop)
    } catch {
      server?.close()
      throw error
    }
    if let hindrance = configuration.privileges.apply() { configuration.remark(hindrance) }
    let clock = Clock()
    let started = clock.now
    var nextLook = started
    var steps = WallClockSteps()
    while !shouldStop() {
      guard let status = hub.status(of: id), !status.isComplete, status.failure == nil,
        !status.isStopRequested, hub.interfaceGone == nil
      else { break }
      if let seconds = configuration.seconds, Double(clock.now - started) >= seconds * 1e9 {
        break
      }
      if clock.now >= nextLook, hub.interfaceGone == nil {
        nextLook = clock.now + 200_000_000
        hub.remarkOnLinks()
        if let remark = steps.remark(lead: clock.wallClockLead) { configuration.remark(remark) }
      }
      usleep(5000)
    }
    // Those who share the program are told that it ends.
    server?.close()
    let totals = try hub.remove(id)
    configuration.remarkOnFullTables(totals)
    return totals
  }

  private func serve(_ hub: LiveHub) throws(SessionError) -> ControlServer? {
    let canLoad = configuration.privileges != .dropAll
    switch configuration.control {
    case .none: return nil
    case .path(let path):
      do { return try ControlServer(hub, path: path, canLoad: canLoad) } catch {
        throw .control(error)
      }
    case .standard:
      do { return try ControlServer(hub, path: nil, canLoad: canLoad) } catch {
        configuration.remark("salc ps will not find this run: \(error)")
        return nil
      }
    }
  }
}
