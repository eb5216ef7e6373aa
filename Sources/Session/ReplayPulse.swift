import Capture
import HostRuntime
import Plan
import Sinks

/// Says ten times a second how far a replay is.
struct ReplayPulse {
  private let position: () -> (read: UInt64, total: UInt64)
  private let unit: String
  private let clock: Clock
  private let started: Int64
  private var next: Int64

  private static let spacing: Int64 = 100_000_000

  init(_ capture: CaptureFile, _ clock: Clock) {
    self.init(clock, unit: "packets") { (capture.fileOffset, capture.fileLength) }
  }

  /// Of records: `position` says how far they are read.
  init(
    _ clock: Clock, unit: String, position: @escaping () -> (read: UInt64, total: UInt64)
  ) {
    self.position = position
    self.unit = unit
    self.clock = clock
    started = clock.now
    next = started + Self.spacing
  }

  /// Whether it is time to tell; true once each time.
  var isDue: Bool {
    mutating get {
      let now = clock.now
      guard now >= next else { return false }
      next = now + Self.spacing
      return true
    }
  }

  func progress(_ packets: UInt64, _ flows: [RunProgress.Flow]) -> RunProgress {
    let (read, total) = position()
    return RunProgress(
      packets: packets, readBytes: read, totalBytes: total,
      elapsedSeconds: Double(clock.now - started) / 1e9,
      flows: [RunProgress.Flow(node: "n0", count: packets, unit: unit)] + flows)
  }
}

extension PlacedPlan {
  /// What has flowed out of the plan's parts so far, but for its source and its outputs. Of what
  /// stays within the data path nothing is known. `isWhole`: everything runs on the host.
  func flows(_ graph: HostGraph, isWhole: Bool) -> [RunProgress.Flow] {
    var flows: [RunProgress.Flow] = []
    for (index, passed) in graph.passed.enumerated() where plan.nodes[index].input != nil {
      let isOnHost = isWhole || !nodes[index].isInDataPath
      guard isOnHost || passed > 0 else { continue }
      flows.append(RunProgress.Flow(node: "n\(index)", count: passed, unit: "tuples"))
    }
    for (index, merged) in graph.merged.enumerated() where merged > 0 {
      flows.append(RunProgress.Flow(node: "a\(index)", count: merged, unit: "partials"))
    }
    return flows
  }
}
