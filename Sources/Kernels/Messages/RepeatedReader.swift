public import DataModel

/// Reads the entries of a group of repeated fields out of a tuple, value by value in lanes.
public final class RepeatedReader {
  /// A value of a column; not valid where it is missing.
  public struct Lanes {
    /// The lanes, the second 0 where the type has one.
    public var lane0: UInt64 = 0
    public var lane1: UInt64 = 0
    /// As in ``TupleColumn/validity``.
    public var validity: UInt8 = 0
  }

  private let group: RepeatedGroup
  /// The members that are asked for, by their place in the group.
  private let wanted: [RepeatedGroup.Member]
  private var values: [Lanes]
  private var text: [UInt8] = []
  private var lacksTexts = false
  /// The columns of the batch at hand that entries are made of.
  private var sources: [TupleColumn] = []

  /// A reader of these members of a group.
  public init(_ group: RepeatedGroup, members: [Int]) {
    self.group = group
    wanted = members.map { group.members[$0] }
    values = [Lanes](repeating: Lanes(), count: members.count)
  }

  /// Turns to the tuples of a batch.
  public func turn(to batch: TupleBatch) {
    let fields =
      switch group.origin {
      case .fields(let fields): fields
      case .dnsQuestions, .dnsRecords: [PacketBytes.dns.field, RepeatedGroup.tcp]
      }
    sources.removeAll(keepingCapacity: true)
    for field in fields {
      guard let column = batch.column(field) else {
        preconditionFailure("the batch has what entries are made of: \(field)")
      }
      sources.append(column)
    }
  }

  /// Hands out the entries of the tuple of a row of the batch turned to, each with the values of
  /// the wanted members; false where something of them was lost: the message is cut off,
  /// contradicts itself, or has a text that finds no room.
  public func read(_ row: Int, _ body: ([Lanes]) -> Void) -> Bool {
    switch group.origin {
    case .fields:
      for column in sources {
        guard column.validity[row] != 0 else { continue }
        let value = Lanes(
          lane0: column.lane0[row],
          lane1: column.lane1 == column.lane0 ? 0 : column.lane1[row],
          validity: column.validity[row])
        for place in values.indices { values[place] = value }
        body(values)
      }
      return true
    case .dnsQuestions: return read(row, records: false, body)
    case .dnsRecords: return read(row, records: true, body)
    }
  }

  /// Whether a text found no room since the last call.
  public func takeLackOfTexts() -> Bool {
    defer { lacksTexts = false }
    return lacksTexts
  }

  private func read(_ row: Int, records: Bool, _ body: ([Lanes]) -> Void) -> Bool {
    let column = sources[0]
    guard column.validity[row] != 0 else { return true }
    var message = DNSMessage(
      UnsafeRawBufferPointer(column.bytes(row)),
      overTCP: sources[1].lane0[row] != 0)
    let told = message
    var isWhole = true
    let isRead = message.forEach(records: records) { entry in
      for (place, member) in wanted.enumerated() {
        guard case .dns(let part) = member.place else { continue }
        values[place] = value(part, of: entry, in: told, isWhole: &isWhole)
      }
      body(values)
    }
    return isRead && isWhole
  }

  private func value(
    _ part: DNSPart, of entry: DNSMessage.Entry, in message: DNSMessage, isWhole: inout Bool
  ) -> Lanes {
    let isOptions = entry.type == DNSType.options
    switch part {
    case .name: return name(entry.name, in: message, isWhole: &isWhole)
    case .nameLength:
      let size = message.sizeOfName(entry.name)
      return Lanes(lane0: UInt64(size.bytes + max(0, size.labels - 1)), validity: 1)
    case .labelCount:
      return Lanes(lane0: UInt64(message.sizeOfName(entry.name).labels), validity: 1)
    case .type: return Lanes(lane0: UInt64(entry.type), validity: 1)
    case .classCode:
      return isOptions ? Lanes() : Lanes(lane0: UInt64(entry.classCode), validity: 1)
    case .timeToLive:
      return isOptions ? Lanes() : Lanes(lane0: UInt64(entry.timeToLive), validity: 1)
    case .dataLength: return Lanes(lane0: UInt64(entry.data.count), validity: 1)
    case .address(let type):
      guard entry.type == type else { return Lanes() }
      switch (type, entry.data.count) {
      case (1, 4): return Lanes(lane0: message.number(entry.data), validity: 1)
      case (28, 16):
        let middle = entry.data.lowerBound + 8
        return Lanes(
          lane0: message.number(entry.data.lowerBound..<middle),
          lane1: message.number(middle..<entry.data.upperBound), validity: 1)
      default: return Lanes()
      }
    case .nameInData(let type, let offset):
      guard entry.type == type, offset < entry.data.count else { return Lanes() }
      return name(entry.data.lowerBound + offset, in: message, isWhole: &isWhole)
    }
  }

  /// The code of a name's text; missing where it is no name.
  private func name(_ start: Int, in message: DNSMessage, isWhole: inout Bool) -> Lanes {
    text.removeAll(keepingCapacity: true)
    guard message.appendName(start, to: &text) else { return Lanes() }
    guard let code = text.withUnsafeBytes({ TextTable.code($0) }) else {
      isWhole = false
      lacksTexts = true
      return Lanes()
    }
    return Lanes(lane0: code, validity: 1)
  }
}
