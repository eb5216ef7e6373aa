public import DataModel

/// A datagram of an exporter. Its bytes stay where they are until the next one is asked for.
struct Datagram {
  var bytes: Octets
  /// Who sent it; nil in a file of bare datagrams.
  var exporter: IPAddress?
  /// The port that it was sent from.
  var port: UInt16 = 0
  /// When it arrived, nanoseconds since the Unix epoch; nil where that is not known.
  var received: Int64?
}

/// Turns datagrams into records: takes one, then gives its records in as many batches as they need.
///
/// Pure but for what it remembers of earlier datagrams, which is bounded: no file, clock or socket.
protocol DatagramDecoder: AnyObject {
  /// Takes a datagram; the one before has been read to its end.
  func take(_ datagram: Datagram)
  /// Reads records behind those in the batch; true once there are no more of this datagram.
  func read(into batch: TupleBatch) -> Bool
  /// Tells what can be told now that nothing comes for a while, or any more.
  func settle(isEnd: Bool)
  /// What was wrong so far.
  var issues: RecordIssues { get }
}

/// Where datagrams come from.
protocol DatagramSource: AnyObject {
  /// The next datagram; nil at the end, or where none is at hand and `wait` is false. Throws
  /// an idle error (`CaptureError.isIdle`) where a live source waited for a while in vain.
  func next(wait: Bool) throws(CaptureError) -> Datagram?
  /// Whether more may come after nil.
  var isLive: Bool { get }
  /// Bytes read so far, and in all (0 where that is not known).
  var progress: (read: UInt64, total: UInt64) { get }
  /// Datagrams that were lost before they could be read, and bytes that were none.
  var issues: RecordIssues { get }
}

/// Records out of datagrams.
public final class DatagramReader: RecordReader {
  private let source: any DatagramSource
  private let decoder: any DatagramDecoder
  private var isMidway = false
  private var nextOrder: UInt64 = 0
  /// What ended the source while records that came before were still to be handed on.
  private var failure: CaptureError?
  private static let emptyMax = 4096

  init(_ source: any DatagramSource, _ decoder: any DatagramDecoder) {
    self.source = source
    self.decoder = decoder
  }

  public var issues: RecordIssues { decoder.issues + source.issues }
  public var progress: (read: UInt64, total: UInt64) { source.progress }

  public func nextBatch(into batch: TupleBatch) throws(CaptureError) -> Bool {
    batch.count = 0
    batch.texts?.renew()
    if let failure { throw failure }
    var empty = 0
    while batch.count < TupleBatch.capacity {
      if !isMidway {
        // Datagrams without records must not keep a live run from looking at its clock.
        empty = batch.count == 0 ? empty + 1 : 0
        if empty > Self.emptyMax, source.isLive { throw CaptureError.idle }
        let found: Datagram?
        do throws(CaptureError) { found = try source.next(wait: batch.count == 0) } catch {
          if error.isIdle { decoder.settle(isEnd: false) }
          guard batch.count > 0 else { throw error }
          // Records that were read are no part of what went wrong behind them.
          if !error.isIdle, !error.isInterruption { failure = error }
          break
        }
        guard let datagram = found else { break }
        decoder.take(datagram)
      }
      isMidway = !decoder.read(into: batch)
    }
    if batch.count == 0 {
      decoder.settle(isEnd: true)
      return false
    }
    for row in 0..<batch.count { batch.orders[row] = nextOrder &+ UInt64(row) }
    nextOrder += UInt64(batch.count)
    batch.selectAll()
    return true
  }
}

/// The decoder of a protocol, for these columns.
func datagramDecoder(_ kind: ExportProtocol, _ fields: [FieldID]) -> any DatagramDecoder {
  let columns = ExportedColumn.of(fields, kind)
  return switch kind {
  case .netflowV5: NetflowV5Decoder(columns)
  case .netflowV9: TemplateDecoder(columns, isIpfix: false)
  case .ipfix: TemplateDecoder(columns, isIpfix: true)
  case .sflow: SflowDecoder(columns)
  }
}
