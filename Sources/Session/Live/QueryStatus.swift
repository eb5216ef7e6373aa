public import Compiler
public import DataModel
import Sinks

/// A query's number in its hub; numbers are not used again.
public struct QueryID: Sendable, Hashable, CustomStringConvertible {
  /// From 1.
  public let number: Int

  /// The id of this number.
  public init(number: Int) { self.number = number }

  public var description: String { "\(number)" }
}

/// How a query runs in a hub.
public struct QueryStatus: Sendable {
  /// Its number.
  public let id: QueryID
  /// What people call it.
  public let name: String
  /// Its text, with the name of the file.
  public let query: CompiledQuery
  /// When it was added, nanoseconds since the Unix epoch.
  public let began: Int64
  /// Where its operators run: `kernel`, `host` or `split`.
  public let placement: String
  /// How the program is attached: `native`, `generic`, or `generic+native`.
  public let attach: String
  /// Packets that reached the query, those of the open window included.
  public let packets: UInt64
  /// Windows with rows so far.
  public let windows: Int
  /// Rows that went to the sink.
  public let rows: UInt64
  /// Lost tuples by cause.
  public let lost: [LossCause: UInt64]
  /// Whether all windows that it was asked for are on their way to the sink.
  public let isComplete: Bool
  /// When another text takes the place of this one, nanoseconds since the Unix epoch; nil where
  /// none is to.
  public let replacedAt: Int64?
  /// Whether somebody has asked for its end (`salc stop`); who added it is to remove it.
  public let isStopRequested: Bool
  /// Why its sink takes nothing any more; the query is to be removed.
  public let failure: SessionError?
}

/// What is decided when a query is added to a hub.
public struct QueryOptions: Sendable {
  /// What people call it; nil takes `q` and its number.
  public var name: String?
  /// Shows so many windows, see `QueryStatus.isComplete`; nil goes on.
  public var windows: Int?
  /// Keys that one window of an aggregation may hold on the host.
  public var keyLimit: Int
  /// Results that may wait for a slow sink; further rows are lost and counted.
  public var waitingResults: Int
  /// Files to read for tables of vertices, see `RunConfiguration.tableFiles`.
  public var tableFiles: [String: String] = [:]

  /// Creates options.
  public init(
    name: String? = nil, windows: Int? = nil, keyLimit: Int = 1 << 20,
    waitingResults: Int = 1 << 18
  ) {
    self.name = name
    self.windows = windows
    self.keyLimit = keyLimit
    self.waitingResults = waitingResults
  }
}

/// A query of a hub; changed only by who holds the hub's `table`.
final class HubEntry: @unchecked Sendable {
  let id: QueryID
  let name: String
  /// The query; after a replacement the new one.
  var live: LiveQuery
  /// What takes its place at a window's edge.
  var replacement: Replacement?
  var isStopRequested = false
  let options: QueryOptions
  let began: Int64

  init(id: QueryID, name: String, live: LiveQuery, _ options: QueryOptions, began: Int64) {
    self.id = id
    self.name = name
    self.options = options
    self.live = live
    self.began = began
  }

  var feed: QueryFeed { live.feed }

  /// What the program runs for it: two queries while one replaces the other.
  var lives: [LiveQuery] { [live] + (replacement.map { [$0.new] } ?? []) }

  func status(_ running: RunningProgram?) -> QueryStatus {
    let counts = feed.counts
    return QueryStatus(
      id: id, name: name, query: live.query, began: began, placement: live.query.placementWord,
      attach: running?.interfaces.mode ?? "", packets: live.packetCount, windows: counts.windows,
      rows: counts.rows, lost: counts.lost, isComplete: live.isComplete,
      replacedAt: replacement?.edge, isStopRequested: isStopRequested, failure: counts.failure)
  }

  /// The replacing query is the query from now on.
  func settle(_ replacement: Replacement) {
    live = replacement.new
    self.replacement = nil
  }

  /// Ends the sink with the totals.
  func finish(now: Int64) throws(SessionError) -> RunTotals {
    try feed.finish(
      packets: live.packetCount, unkeyed: live.unkeyedTuples,
      itemTuplesWithoutKey: live.itemTuplesWithoutKey,
      elapsedSeconds: Double(now - began) / 1e9)
  }
}
