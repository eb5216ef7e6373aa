import DataModel
import Kernels

/// The service of a line that has a protocol and two ports (``RecordColumn/Origin/service``).
struct ServiceFields {
  private let parts: (protocol: RecordColumn, source: RecordColumn, dest: RecordColumn)
  /// The fields of the three in a line; −1 where the line does not have it.
  private let fields: UnsafeMutablePointer<Int>

  init(_ parts: (protocol: RecordColumn, source: RecordColumn, dest: RecordColumn)) {
    self.parts = parts
    fields = .allocate(capacity: 3)
    fields.initialize(repeating: -1, count: 3)
  }

  func deallocate() { fields.deallocate() }

  func place(_ fieldOfColumn: [Int]) {
    fields[0] = fieldOfColumn[parts.protocol.position]
    fields[1] = fieldOfColumn[parts.source.position]
    fields[2] = fieldOfColumn[parts.dest.position]
  }

  /// Reads the services of the lines of a block into the rows from `first` on; what tells none is
  /// missing.
  func read(_ block: LineBlock, into column: TupleColumn, first: Int) {
    for line in 0..<block.count {
      column.setMissing(first + line)
      guard fields[0] >= 0, fields[1] >= 0, fields[2] >= 0 else { continue }
      var parts = ServiceParts()
      for part in ServiceParts.Part.allCases {
        let (at, count) = block.field(fields[part.rawValue], of: line)
        parts.set(part, at, count)
      }
      guard let code = parts.code else { continue }
      column.set(first + line, code)
    }
  }
}

/// What the texts of one record tell of its service: a protocol by its number or its name, and two
/// ports.
struct ServiceParts {
  enum Part: Int, CaseIterable { case protocolNumber, source, dest }

  private var number: UInt8?
  private var source: UInt64?
  private var dest: UInt64?

  /// The code of the service; nil where a part is missing or none.
  var code: UInt64? {
    guard let number, let source, let dest else { return nil }
    return PortService.code(protocol: number, source, dest)
  }

  mutating func set(_ part: Part, _ at: UnsafePointer<UInt8>, _ count: Int) {
    switch part {
    case .protocolNumber: number = Self.protocolNumber(at, count)
    case .source: source = Self.port(at, count)
    case .dest: dest = Self.port(at, count)
    }
  }

  private static func port(_ at: UnsafePointer<UInt8>, _ count: Int) -> UInt64? {
    count > 0 ? FieldText.unsigned(at, count, limit: 65535) : nil
  }

  /// 6 of `6` and `tcp`, 17 of `17` and `UDP`; others have no services.
  private static func protocolNumber(_ at: UnsafePointer<UInt8>, _ count: Int) -> UInt8? {
    guard count > 0 else { return nil }
    if let number = FieldText.unsigned(at, count, limit: 255) { return UInt8(number) }
    guard count == 3 else { return nil }
    let word = UInt32(at[0] | 32) << 16 | UInt32(at[1] | 32) << 8 | UInt32(at[2] | 32)
    switch word {
    case 0x746370: return ProtocolNames.tcp
    case 0x756470: return ProtocolNames.udp
    default: return nil
    }
  }
}
