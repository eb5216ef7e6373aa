import TestSupport

/// Exact answers about the captures, from `SALC_TEST_DATA/oracle`.
enum Oracle {
  /// The answers of profile `vlan` (which looks through VLAN tags only) for a capture.
  static func answers(of capture: String) -> JSON? {
    guard let data = Repository.testData,
      let bytes = FileBytes.read(data + "/oracle/" + capture + ".json"),
      let file = JSON(String(decoding: bytes, as: UTF8.self))
    else { return nil }
    return file["profiles"]?["vlan"]?["answers"]
  }

  /// The rows of a ranking: the key's text and its value.
  static func rows(_ ranking: JSON?) -> [(key: String, value: Int64)] {
    (ranking?["rows"]?.elements ?? []).compactMap { row in
      guard row.elements.count == 2, let key = row.elements[0].string,
        let value = row.elements[1].integer
      else { return nil }
      return (key, value)
    }
  }
}

extension Oracle {
  /// Whether windows may be asked of a capture: its times ascend. Late tuples are not counted, and
  /// the oracle counts them.
  static func isOrdered(_ capture: String) -> Bool {
    answers(of: capture)?["timestamps_monotonic"] == .bool(true)
  }
}
