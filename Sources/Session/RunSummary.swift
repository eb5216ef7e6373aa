import BPFRuntime
import Capture
import DataModel
import Glibc
public import Sinks

/// How results are written.
public enum OutputFormat: String, Sendable, CaseIterable {
  /// Aligned columns for people.
  case table
  /// NDJSON, the contract for scripts.
  case json
  /// RFC 4180.
  case csv

  /// A sink that writes to an open descriptor, and waits for its reader while `mayWait` says so.
  public func sink(
    descriptor: Int32, mayWait: @escaping () -> Bool = { true }
  ) -> any Sink {
    switch self {
    case .table: TableSink(descriptor: descriptor, mayWait: mayWait)
    case .json: NDJSONSink(descriptor: descriptor, mayWait: mayWait)
    case .csv: CSVSink(descriptor: descriptor, mayWait: mayWait)
    }
  }
}

/// The totals of a run, for the command line.
public struct RunSummary: Sendable {
  /// What is counted: `packets` or `records`.
  public var unit = "packets"
  /// Packets that reached the query.
  public let packets: UInt64
  /// Rows that were printed.
  public let rows: UInt64
  /// Lost tuples.
  public let lostTuples: UInt64
  /// The losses in words, by cause; empty where nothing was lost.
  public let losses: String
  /// Tuples without a key, in words; empty where there was none.
  public let unkeyed: String
  /// Elapsed time in seconds.
  public let elapsedSeconds: Double
  /// A line for each sink that did not get, or nobody read, all its rows.
  public let sinkLosses: [String]
  /// What failed, sink by sink; the other sinks went on.
  public let sinkFailures: [String]

  init(
    packets: UInt64, rows: UInt64, lostTuples: UInt64, losses: String, unkeyed: String,
    elapsedSeconds: Double, sinkLosses: [String] = [], sinkFailures: [String] = []
  ) {
    self.packets = packets
    self.rows = rows
    self.lostTuples = lostTuples
    self.losses = losses
    self.unkeyed = unkeyed
    self.elapsedSeconds = elapsedSeconds
    self.sinkLosses = sinkLosses
    self.sinkFailures = sinkFailures
  }

  /// Everything in one line: `4544 packets, 7 rows, nothing lost`.
  public var text: String {
    let lost = losses.isEmpty ? "nothing lost" : "lost: \(losses)"
    let keyless = unkeyed.isEmpty ? "" : "; tuples without a key: \(unkeyed)"
    let units = packets == 1 ? String(unit.dropLast()) : unit
    return "\(packets) \(units), \(rows) \(rows == 1 ? "row" : "rows"), \(lost)\(keyless)"
  }

  /// The summary of a sink's totals.
  public init(_ totals: RunTotals) {
    packets = totals.packets
    rows = totals.rows
    lostTuples = totals.lostTuples
    unkeyed = totals.unkeyed.keys.sorted().map { "\(totals.unkeyed[$0] ?? 0) for \($0)" }
      .joined(separator: ", ")
    losses = totals.lost.keys.sorted().map { $0.text(totals.lost[$0] ?? 0) }
      .joined(separator: ", ")
    elapsedSeconds = totals.elapsedSeconds
    sinkLosses = totals.sinks.compactMap(\.losses)
    sinkFailures = totals.sinks.compactMap { $0.failure.map { "\($0)" } }
  }
}

extension SinkReport {
  /// The rows that it did not get, or nobody read, in words; nil where there are none.
  var losses: String? {
    let lost = lost > 0 ? ["\(lost) rows lost"] : []
    let unread = unread > 0 ? ["\(unread) rows that nobody read"] : []
    let parts = lost + unread
    guard !parts.isEmpty else { return nil }
    return "\(target): \(rows) rows, \(parts.joined(separator: ", "))"
  }
}

/// What kind of failure ends a run; the command line has an exit code for each.
public enum FailureKind: String, Sendable, Hashable {
  case query, privilege, attachConflict, kernel, data, sink, closedOutput, interrupted
}

extension SessionError {
  /// The kind.
  public var kind: FailureKind {
    switch self {
    case .dataPath(.notPermitted): .privilege
    case .dataPath(.interfaceBusy): .attachConflict
    case .dataPath(.attachRefused): .kernel
    case .dataPath: .query
    case .capture(let error) where error.isInterruption: .interrupted
    case .capture(let error): error.isDataError ? .data : .query
    case .sink(.closed): .closedOutput
    case .sink(.failed), .sink(.stalled), .sink(.refused): .sink
    case .missingKernelSupport: Probe.lacksPrivilege ? .privilege : .kernel
    case .unsupported, .interfaceGone, .detached, .control: .query
    case .interrupted: .interrupted
    }
  }
}

extension Probe {
  /// Whether it is capabilities that are missing, rather than a feature of the kernel.
  static var lacksPrivilege: Bool { !Capability.missing().isEmpty }
}
