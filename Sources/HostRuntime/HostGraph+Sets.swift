public import DataModel
import Kernels
import Plan

extension HostGraph {
  /// Writes the members of a set, as ``setChanged`` hands them over, into the data path's `.bss`.
  ///
  /// `now` is the time before which the program asks no more; members stay for the longest
  /// `within` of the plan's questions beyond that. Keys that find no room make the windows in
  /// which they would hold partial.
  public func install(
    _ words: [UInt64], of id: SetID, from: Int64, until: Int64, now: Int64,
    into set: UnsafeMutableRawBufferPointer, slots: Int, keyWords: Int, seed: UInt64
  ) {
    let refused = words.withUnsafeBufferPointer {
      SharedSet.insert(
        $0, keyWords: keyWords, from: from, until: until, now: now - plan.longestWithin(of: id),
        seed: seed, into: set, slots: slots)
    }
    if refused > 0, let pane {
      markPartial(
        pane: pane.start(of: from), reason: "\(refused) keys of a set found no room")
    }
    if now > from, let pane {
      markPartial(
        pane: pane.start(of: from),
        reason: "a set was installed \(Timestamp.durationText((now - from) / 1000 * 1000)) late")
    }
  }
}
