import CRuntimeBPF
import DataModel

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
      let (name, nameLength) = block.field(fields[0], of: line)
      let (source, sourceLength) = block.field(fields[1], of: line)
      let (dest, destLength) = block.field(fields[2], of: line)
      guard
        let code = Self.code(
          UnsafeBufferPointer(start: name, count: nameLength),
          UnsafeBufferPointer(start: source, count: sourceLength),
          UnsafeBufferPointer(start: dest, count: destLength))
      else { continue }
      column.set(first + line, code)
    }
  }

  /// The code of the service that these texts tell: a protocol by its number or its name, and two
  /// ports.
  static func code(
    _ name: UnsafeBufferPointer<UInt8>, _ source: UnsafeBufferPointer<UInt8>,
    _ dest: UnsafeBufferPointer<UInt8>
  ) -> UInt64? {
    guard let number = protocolNumber(name), let from = port(source), let to = port(dest) else {
      return nil
    }
    return service(number, from, to)
  }

  private static func port(_ text: UnsafeBufferPointer<UInt8>) -> UInt64? {
    guard let at = text.baseAddress, !text.isEmpty else { return nil }
    return FieldText.unsigned(at, text.count, limit: 65535)
  }

  /// 6 of `6` and `tcp`, 17 of `17` and `UDP`; others have no services.
  private static func protocolNumber(_ text: UnsafeBufferPointer<UInt8>) -> UInt8? {
    guard let at = text.baseAddress, !text.isEmpty else { return nil }
    if let number = FieldText.unsigned(at, text.count, limit: 255) { return UInt8(number) }
    guard text.count == 3 else { return nil }
    let word = UInt32(at[0] | 32) << 16 | UInt32(at[1] | 32) << 8 | UInt32(at[2] | 32)
    switch word {
    case 0x746370: return 6
    case 0x756470: return 17
    default: return nil
    }
  }
}
