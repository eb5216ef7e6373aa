import BPFModel
import DataModel
import Plan

extension ExplanationCosts {
  /// In what form an aggregation keeps the state of each key, against a sketch a key.
  ///
  /// The data path has one table for all keys. A sketch in each entry would take a table's worth
  /// of sketches whether keys fill them or not; so what crosses is counted or first seen, exactly,
  /// and sketches are made on the host, of the keys that there are.
  func form(of aggregation: Aggregation, isInDataPath: Bool) -> String {
    switch aggregation.form {
    case .words: return ""
    case .distinct(_, let precision):
      let bytes = 1 << precision
      let registers = "2^\(precision) registers (\(Self.bytes(bytes)))"
      if aggregation.key.isEmpty {
        return registers + (isInDataPath ? " of each CPU, merged on the host" : " on the host")
      }
      return choice(
        "first-seen pairs to the host", registers, bytes, aggregation, isInDataPath)
    case .tally:
      guard let summary = aggregation.summary else {
        return "exact counts of key and item"
          + (isInDataPath ? "; the host adds those of all CPUs and what was evicted" : "")
      }
      return choice(
        "exact counts of key and item to the host",
        "\(summary.text) (\(Self.bytes(summary.byteCount)))", summary.byteCount, aggregation,
        isInDataPath)
    }
  }

  private func choice(
    _ form: String, _ sketch: String, _ bytes: Int, _ aggregation: Aggregation,
    _ isInDataPath: Bool
  ) -> String {
    let kept = "at most \(sketch) a key, exact while items are few"
    guard isInDataPath else { return "on the host \(kept)" }
    let target = query.options.target
    let keys = aggregation.key.isEmpty ? 1 : target.tableEntries
    let needed = keys * bytes
    let verdict = needed > target.halfBytesMax ? "of only" : "of"
    return "\(form), there \(kept); a sketch a key in the data path would take "
      + "\(Self.bytes(needed)) \(verdict) \(Self.bytes(target.halfBytesMax)) a CPU and epoch"
  }
}
