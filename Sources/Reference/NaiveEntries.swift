import DataModel
import Plan

// Fields that a packet has several times, written from RFC 1035, 4343 and 6891 and from
// `Docs/Language.md`, "Fields with several values"; not from the code of the engines.
extension NaiveEvaluator {
  /// Runs a tuple for each entry of what passed in front of an UNFOLD.
  mutating func unfold(_ packet: NaivePacket, _ passed: [Bool], mayBeLate: Bool) {
    for (index, node) in plan.nodes.enumerated() {
      guard case .unfold(let entries) = node.operation, let input = node.input, passed[input] else {
        continue
      }
      for entry in NaiveEntries.entries(of: entries, in: packet) {
        run(entry, from: index, mayBeLate: mayBeLate)
      }
    }
  }

  /// Whether one of the entries satisfies the condition.
  mutating func anyEntry(of packet: NaivePacket, satisfies examination: Examination) -> Bool {
    for entry in NaiveEntries.entries(of: examination.entries, in: packet)
    where satisfies(examination.condition, entry) {
      return true
    }
    return false
  }
}

enum NaiveEntries {
  /// The packet once for each entry, with the entry's fields.
  static func entries(of unfolding: Unfolding, in packet: NaivePacket) -> [NaivePacket] {
    values(of: unfolding.group, in: packet).filter { values in
      unfolding.named.isEmpty || unfolding.named.contains { values[$0] != .missing }
    }.map { values in
      var copy = packet
      for (column, value) in zip(unfolding.columns, values) { copy.derived[column] = value }
      return copy
    }
  }

  private static func values(of group: RepeatedGroup, in packet: NaivePacket) -> [[Value]] {
    switch group.origin {
    case .fields(let fields):
      return fields.map { [packet.value($0)] }.filter { $0 != [.missing] }
    case .dnsQuestions, .dnsRecords:
      guard let bytes = packet.message(.dns) else { return [] }
      let message = NaiveDNS(bytes, overTCP: packet.offset(of: .tcp) != nil)
      let entries = group.origin == .dnsQuestions ? message.questions : message.records
      return entries.map { entry in
        group.members.map { member in
          guard case .dns(let part) = member.place else { return .missing }
          return message.value(part, of: entry)
        }
      }
    }
  }
}

/// A DNS message, taken apart with no thought of speed.
private struct NaiveDNS {
  struct Entry {
    var name: [[UInt8]]
    var type: UInt16
    var classCode: UInt16
    var timeToLive: UInt32 = 0
    var dataAt = 0
    var dataLength = 0
  }

  private(set) var questions: [Entry] = []
  private(set) var records: [Entry] = []
  private let bytes: [UInt8]

  init(_ payload: [UInt8], overTCP: Bool) {
    var bytes = payload
    if overTCP {
      let length = payload.count < 2 ? 0 : Int(payload[0]) * 256 + Int(payload[1])
      bytes = Array(payload.dropFirst(2).prefix(length))
    }
    self.bytes = bytes
    guard bytes.count >= 12 else { return }
    var at = 12
    for _ in 0..<Self.number(bytes, 4, 2) {
      guard let (name, behind) = name(at), behind + 4 <= bytes.count else { return }
      questions.append(
        Entry(
          name: name, type: UInt16(Self.number(bytes, behind, 2)),
          classCode: UInt16(Self.number(bytes, behind + 2, 2))))
      at = behind + 4
    }
    let promised =
      Self.number(bytes, 6, 2) + Self.number(bytes, 8, 2) + Self.number(bytes, 10, 2)
    for _ in 0..<promised {
      guard let (name, behind) = name(at), behind + 10 <= bytes.count else { return }
      let length = Self.number(bytes, behind + 8, 2)
      guard behind + 10 + length <= bytes.count else { return }
      records.append(
        Entry(
          name: name, type: UInt16(Self.number(bytes, behind, 2)),
          classCode: UInt16(Self.number(bytes, behind + 2, 2)),
          timeToLive: UInt32(Self.number(bytes, behind + 4, 4)), dataAt: behind + 10,
          dataLength: length))
      at = behind + 10 + length
    }
  }

  private static func number(_ bytes: [UInt8], _ at: Int, _ width: Int) -> Int {
    bytes[at..<at + width].reduce(0) { $0 * 256 + Int($1) }
  }

  /// The labels of the name at a place, and the byte behind it there.
  private func name(_ start: Int) -> (labels: [[UInt8]], behind: Int)? {
    var labels: [[UInt8]] = []
    var at = start
    var earliest = start
    var behind: Int?
    while at < bytes.count {
      let length = Int(bytes[at])
      if length == 0 { return (labels, behind ?? at + 1) }
      if length >= 192 {
        guard at + 1 < bytes.count else { return nil }
        behind = behind ?? at + 2
        at = (length - 192) * 256 + Int(bytes[at + 1])
        guard at < earliest else { return nil }
        earliest = at
      } else {
        guard length < 64, at + 1 + length <= bytes.count else { return nil }
        labels.append(Array(bytes[at + 1...at + length]))
        guard labels.reduce(1, { $0 + 1 + $1.count }) <= 255 else { return nil }
        at += 1 + length
      }
    }
    return nil
  }

  private static func text(_ labels: [[UInt8]]) -> String {
    if labels.isEmpty { return "." }
    return labels.map { label in
      label.map { byte -> String in
        let character = Character(UnicodeScalar(byte))
        if character == "." || character == "\\" { return "\\\(character)" }
        if byte > 32 && byte < 127 { return character.lowercased() }
        let digits = String(byte)
        return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
      }.joined()
    }.joined(separator: ".")
  }

  func value(_ part: DNSPart, of entry: Entry) -> Value {
    let isOptions = entry.type == 41
    switch part {
    case .name: return .text(Self.text(entry.name))
    case .nameLength:
      return .integer(Int64(entry.name.map(\.count).reduce(0, +) + max(0, entry.name.count - 1)))
    case .labelCount: return .integer(Int64(entry.name.count))
    case .type: return .integer(Int64(entry.type))
    case .classCode: return isOptions ? .missing : .integer(Int64(entry.classCode))
    case .timeToLive: return isOptions ? .missing : .integer(Int64(entry.timeToLive))
    case .dataLength: return .integer(Int64(entry.dataLength))
    case .address(let type):
      guard entry.type == type else { return .missing }
      if type == 1, entry.dataLength == 4 {
        return .address(IPAddress(v4: UInt32(Self.number(bytes, entry.dataAt, 4))))
      }
      guard type == 28, entry.dataLength == 16 else { return .missing }
      let halves = [0, 8].map { offset in
        bytes[entry.dataAt + offset..<entry.dataAt + offset + 8].reduce(UInt64(0)) {
          $0 << 8 | UInt64($1)
        }
      }
      return .address(IPAddress(v6High: halves[0], low: halves[1]))
    case .nameInData(let type, let offset):
      guard entry.type == type, offset < entry.dataLength,
        let (labels, _) = name(entry.dataAt + offset)
      else { return .missing }
      return .text(Self.text(labels))
    }
  }
}
