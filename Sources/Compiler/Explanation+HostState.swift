import Diagnostics
import Plan

extension Explanation {
  /// The most that the whole query keeps on the host.
  var hostBytesMax: Int {
    entries.reduce(0) { sum, entry in
      let (total, overflow) = sum.addingReportingOverflow(entry.hostState?.bytesMax ?? 0)
      return overflow ? .max : total
    }
  }
}

extension HostState {
  /// `at most 1.3 GiB: 352 B a key, of at most 1048576, and 1 GiB of the windows' values`.
  var text: String {
    let all = Self.text(bytes: bytesMax)
    let shared = pool.isEmpty ? "" : ", and \(ExplanationCosts.bytes(poolBytes)) of \(pool)"
    if entriesMax == 1 { return "\(all): \(ExplanationCosts.bytes(entryBytes))\(shared)" }
    return "\(all): \(ExplanationCosts.bytes(entryBytes)) a \(entry), "
      + "of at most \(entriesMax)\(shared)"
  }

  var json: String {
    "{\"entry\":\(jsonQuoted(entry)),\"entry_bytes\":\(entryBytes),"
      + "\"entries_max\":\(entriesMax),\"pool_bytes\":\(poolBytes),"
      + "\"pool\":\(jsonQuoted(pool)),\"bytes_max\":\(Self.json(bytes: bytesMax))}"
  }

  /// A bound in words; one that 64 bits do not hold is none.
  static func text(bytes: Int) -> String {
    bytes == .max ? "grows with keys" : "at most \(ExplanationCosts.bytes(bytes))"
  }

  static func json(bytes: Int) -> String { bytes == .max ? "null" : "\(bytes)" }
}
