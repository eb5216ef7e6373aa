import DataModel
import Kernels
import Plan

/// A node that makes flow records, ready to run.
final class FlowRun {
  let node: Int
  let making: FlowMaking
  private(set) var columns: FlowColumns
  /// The end of the last pane whose packets have been joined; later ones count from there on.
  private(set) var boundary = Int64.min
  private var cache: FlowCache
  private let reader = FlowKeyReader()
  private let offsets: (octets: Int, payload: Int, first: Int, last: Int, flags: Int)

  init(
    node: Int, _ making: FlowMaking, fields: [FieldID], _ configuration: HostConfiguration
  ) {
    self.node = node
    self.making = making
    columns = FlowColumns(fields)
    cache = FlowCache(making, limit: configuration.limits.keys, seed: configuration.seed)
    func offset(_ reduction: Reduction) -> Int {
      guard let offset = FlowMaking.layout.offset(of: reduction) else {
        preconditionFailure("the table of flows has \(reduction)")
      }
      return offset
    }
    offsets = (
      offset(FlowMaking.octets), offset(FlowMaking.payload), offset(FlowMaking.first),
      offset(FlowMaking.last), offset(FlowMaking.flags)
    )
  }

  /// The start of the pane in which packets of a pane count: those that come after its end count
  /// in the pane at hand.
  func pane(of time: Int64) -> Int64 { max(making.pane.start(of: time), boundary) }

  /// The next end of a pane by `time` at which a timeout may be up.
  func nextTimeout() -> Int64? {
    guard boundary > .min else { return nil }
    return cache.nextDue(after: boundary / making.pane.length).map { $0 * making.pane.length }
  }

  /// No packet before `time`, the end of a pane, will come in a pane of its own.
  func settle(at time: Int64) { boundary = max(boundary, time) }

  /// Joins the packets of the pane that ends at `end`, and ends flows; see ``takeRecords(_:)``.
  func turn(at end: Int64, _ packets: WordsState?) {
    let pane = end / making.pane.length
    packets?.forEachEntry { key, words in
      var sums = FlowSums()
      sums.packets = words[0]
      sums.octets = words[offsets.octets]
      sums.payload = words[offsets.payload]
      sums.first = FlowMaking.firstTime(words[offsets.first])
      sums.flags = words[offsets.flags]
      cache.add(reader.key(key), sums, last: Int64(bitPattern: words[offsets.last]))
    }
    cache.join(at: pane)
    cache.expire(at: pane)
    cache.shrink()
    boundary = end
  }

  /// Ends all flows.
  func endAll() { cache.expireAll() }

  /// Records that were written because there was no room, since this was asked last.
  func takeCutShort() -> UInt64 { cache.takeCutShort() }

  /// Hands on the records that are to be written, in batches of one pane of the plan each.
  func takeRecords(pane: Window, _ push: (TupleBatch) -> Void) {
    guard !cache.finished.isEmpty else { return }
    let records = cache.finished.sorted(by: FlowEntry.precedes)
    cache.finished.removeAll(keepingCapacity: true)
    for record in records { columns.append(record, pane: pane, push) }
    columns.made.flush(push)
  }

  /// Goes on with the flows of another run by the same rules.
  func exchangeState(with other: FlowRun) {
    precondition(making.pane == other.making.pane, "only flows of one meaning go on")
    swap(&cache, &other.cache)
    swap(&boundary, &other.boundary)
    swap(&columns.made.order, &other.columns.made.order)
  }
}
