import DataModel
import Glibc
import Reference
import TestSupport
import Testing

/// Traffic of which every window of a second holds the same: so often each source, sent well within
/// the window. Rows are then known without a second run beside.
struct WindowedTraffic: Sendable {
  let sources: Int
  let times: Int
  var interface = "salctx"

  /// Sends second by second until asked to stop, and then to the second's end.
  func send(on pair: Namespaces, until stop: Flag) {
    let frames = LiveTraffic.syns(sources: sources, times: 1).map(\.bytes)
    let burst = FrameSender(
      frames: frames, milliseconds: times * sources / 4, framesEach: 4)
    while !stop.isRaised {
      var now = timespec()
      clock_gettime(CLOCK_REALTIME, &now)
      // From the middle of the next second on; the burst takes some 100 ms on a busy machine, and
      // sets of the last window are in effect.
      usleep(UInt32((1_400_000_000 - now.tv_nsec) / 1000))
      burst.send(in: pair.sender, by: interface)
    }
    // The last second's windows are to be closed before a query ends.
    usleep(1_200_000)
  }

  /// Every window has each source as often as it was sent, with one of these values behind it, and
  /// says that it is exact, unless a turn came late and it says that.
  func expectWhole(
    _ sink: CollectingSink, output: Int = 0, values: Set<[Value]>? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let windows = Dictionary(grouping: sink.rows.filter { $0.output == output }, by: \.start)
    #expect(windows.count > 2, sourceLocation: sourceLocation)
    let late = Set(sink.losses.filter { $0.reason.contains("late") }.map(\.start))
    for (start, rows) in windows {
      let keys = Set(rows.compactMap(\.values.first))
      #expect(
        keys.count == sources && rows.count == sources, "\(start): \(rows.count)",
        sourceLocation: sourceLocation)
      if let values {
        let found = Set(rows.map { Array($0.values.dropFirst()) })
        #expect(found.isSubset(of: values), "\(start)", sourceLocation: sourceLocation)
      }
      let quality = Set(rows.map(\.quality))
      #expect(
        quality == [.exact] || late.contains(start), "\(start): \(quality)",
        sourceLocation: sourceLocation)
    }
  }
}

/// Windowed traffic on its way: it ends with the value, also where a test fails before.
final class WindowedSending {
  private let stop = Flag()
  private let worker: Worker

  init(_ traffic: WindowedTraffic, on pair: Namespaces) {
    let stop = stop
    worker = Worker { traffic.send(on: pair, until: stop) }
  }

  deinit { finish() }

  /// Sends this second's last frame and waits until its windows are closed.
  func finish() {
    stop.raise()
    worker.join()
  }
}
