public import DataModel

/// What was wrong with the records of a source, so far.
public struct RecordIssues: Sendable, Equatable {
  /// Lines or datagrams that were no record.
  public var malformed: UInt64 = 0
  /// The first of them, with its line number and what is wrong with it.
  public var firstMalformed: String?
  /// Bytes of a file that are datagrams, and those between them that are none.
  public var datagramBytes: UInt64 = 0
  public var rubbishBytes: UInt64 = 0
  /// Fields that could not be read and count as missing.
  public var unreadable: UInt64 = 0
  /// The first of them.
  public var firstUnreadable: String?
  /// Texts that found no room in the table of texts (``TextTable``) and count as missing.
  public var textsWithoutRoom: UInt64 = 0
  /// The first of them, and why there was none.
  public var firstWithoutRoom: String?
  /// Sets of records whose template was not known.
  public var withoutTemplate: UInt64 = 0
  /// The first of them.
  public var firstWithoutTemplate: String?
  /// Records, or datagrams where the protocol counts those, that were sent and never came.
  public var gaps: UInt64 = 0
  /// The first of them.
  public var firstGap: String?
  /// Datagrams that found no room in the socket's buffer; the gaps have what was in them.
  public var socketDrops: UInt64 = 0
  /// Datagrams that had come and were not read when the run ended.
  public var unread: UInt64 = 0
  /// How often a connection broke and was made again.
  public var reconnections: UInt64 = 0
  /// Sequences that began anew.
  public var restarts: UInt64 = 0
  /// Values of elements that no column names, and the first of the elements.
  public var skippedValues: UInt64 = 0
  public var skippedElements: [String] = []
  /// Records of options of NetFlow v9 and IPFIX, which say something of the exporter.
  public var optionRecords: UInt64 = 0
  /// Samples of an interface's counters in sFlow, which are no packets.
  public var counterSamples: UInt64 = 0
  /// Samples of sFlow in formats that sflow.org does not define.
  public var unknownSamples: UInt64 = 0

  /// What a capture holds instead of datagrams, where it holds none.
  public var foreign: String?

  /// How many elements are named.
  static let elementsMax = 8

  mutating func noteMalformed(_ what: @autoclosure () -> String, count: UInt64 = 1) {
    malformed += count
    if firstMalformed == nil { firstMalformed = what() }
  }

  mutating func noteUnreadable(_ count: Int, _ column: String) {
    unreadable += UInt64(count)
    if firstUnreadable == nil { firstUnreadable = column }
  }

  mutating func noteWithoutRoom(_ count: Int, _ column: String) {
    textsWithoutRoom += UInt64(count)
    if firstWithoutRoom == nil { firstWithoutRoom = "\(column); \(TextTable.whyFull)" }
  }

  mutating func noteGap(_ count: UInt64, _ what: @autoclosure () -> String) {
    gaps += count
    if firstGap == nil { firstGap = what() }
  }

  mutating func noteWithoutTemplate(_ count: UInt64, _ what: @autoclosure () -> String) {
    withoutTemplate += count
    if firstWithoutTemplate == nil { firstWithoutTemplate = what() }
  }

  /// What never became a tuple, by cause, and the first of each in words.
  public var losses: [(cause: LossCause, count: UInt64, first: String)] {
    [
      (.malformed, malformed, firstMalformed.map { "the first malformed: \($0)" } ?? ""),
      (.template, withoutTemplate, firstWithoutTemplate ?? ""),
      (.gap, gaps, firstGap ?? ""),
    ]
  }

  /// Why a source that has ended gave no record; nil where there was nothing to read.
  var whyNoRecord: String? {
    // What exporters sent before and after a capture leaves a gap, and is no fault of the capture.
    let lost = losses.first { $0.count > 0 && $0.cause != .gap }
    return foreign ?? lost.map { "\($0.cause.text($0.count)), \($0.first)" }
  }

  /// What of a source that gave so many records could not be read, where it is most of it.
  func unreadShare(records: UInt64) -> String? {
    func share(_ bad: UInt64, _ good: UInt64, _ unit: String) -> String? {
      guard bad > good else { return nil }
      return "\(bad) of \(bad + good) \(unit) (\(Int(100 * Double(bad) / Double(bad + good))) %)"
    }
    return share(malformed, records, "records") ?? share(rubbishBytes, datagramBytes, "bytes")
  }

  /// What to tell at the end of a run; empty where all was well.
  public var remarks: [String] {
    var result: [String] = []
    if malformed > 0 {
      result.append("\(malformed) malformed, the first: \(firstMalformed ?? "unknown")")
    }
    if rubbishBytes > 0 {
      result.append("\(rubbishBytes) of \(rubbishBytes + datagramBytes) bytes are no datagrams")
    }
    if unreadable > 0 {
      result.append(
        "\(unreadable) fields could not be read and are missing, the first: "
          + (firstUnreadable ?? "unknown"))
    }
    if textsWithoutRoom > 0 {
      result.append(
        "\(textsWithoutRoom) texts found no room and are missing, the first: "
          + (firstWithoutRoom ?? "unknown"))
    }
    if withoutTemplate > 0 {
      result.append(
        "\(withoutTemplate) sets of records came without their template, the first: "
          + (firstWithoutTemplate ?? "unknown"))
    }
    if gaps > 0 {
      result.append("\(gaps) missing by the exporters' sequence numbers: \(firstGap ?? "")")
    }
    if socketDrops > 0 {
      result.append(
        "\(socketDrops) datagrams found no room in the socket's buffer; "
          + "sysctl net.core.rmem_max=67108864 allows a larger one")
    }
    if unread > 0 {
      result.append("\(unread) datagrams had come and were not read when the run ended")
    }
    if reconnections > 0 {
      result.append(
        "the connection broke \(reconnections) times and was made again; what was sent meanwhile "
          + "is missing")
    }
    result += passedOver
    if restarts > 0 { result.append("\(restarts) sequences of exporters began anew") }
    if skippedValues > 0 {
      result.append(
        "\(skippedValues) values of elements without a column were skipped: "
          + skippedElements.joined(separator: ", "))
    }
    return result
  }

  /// What exporters sent that is no flow and no packet, and so no tuple.
  private var passedOver: [String] {
    [
      (counterSamples, "samples of counters are no packets, and were passed over"),
      (unknownSamples, "samples of an unknown format were passed over"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
  }

  func with(reconnections: UInt64) -> RecordIssues {
    var result = self
    result.reconnections = reconnections
    return result
  }

  static func + (a: RecordIssues, b: RecordIssues) -> RecordIssues {
    var sum = a
    sum.malformed += b.malformed
    sum.firstMalformed = a.firstMalformed ?? b.firstMalformed
    sum.datagramBytes += b.datagramBytes
    sum.rubbishBytes += b.rubbishBytes
    sum.socketDrops += b.socketDrops
    sum.unread += b.unread
    sum.foreign = a.foreign ?? b.foreign
    return sum
  }
}
