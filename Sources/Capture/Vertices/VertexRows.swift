import DataModel

/// A table of vertices out of CSV or NDJSON, by address, network or text.
final class VertexRows: VertexAttributes {
  /// The names of all attributes.
  let names: Set<String>
  private let rows: [[String: VertexAttribute]]
  private let texts: [String: Int]
  private let networks: [IPPrefix: Int]
  /// Lengths of the networks that there are, the longest first.
  private let v4Bits: [Int]
  private let v6Bits: [Int]

  init(_ bytes: [UInt8], path: String) throws(CaptureError) {
    let isJSON = bytes.first { $0 > 0x20 } == UInt8(ascii: "{")
    let read = isJSON ? try Self.objects(bytes, path) : try Self.lines(bytes, path)
    rows = read.map(\.attributes)
    var (texts, networks, names): ([String: Int], [IPPrefix: Int], Set<String>) = ([:], [:], [])
    for (index, row) in read.enumerated() {
      names.formUnion(row.attributes.keys)
      if let network = Self.network(row.key) {
        networks[network] = index
      } else {
        texts[row.key] = index
      }
    }
    self.texts = texts
    self.networks = networks
    self.names = names
    func bits(_ family: UInt8) -> [Int] {
      Set(networks.keys.filter { $0.address.family == family }.map(\.bits)).sorted(by: >)
    }
    v4Bits = bits(4)
    v6Bits = bits(6)
  }

  func attribute(_ name: String, of vertex: Value) -> VertexAttribute? {
    guard case .address(let address) = vertex else {
      return texts[vertex.description].flatMap { rows[$0][name] }
    }
    for bits in address.family == 4 ? v4Bits : v6Bits {
      if let row = networks[IPPrefix(address, bits: bits)] { return rows[row][name] }
    }
    return nil
  }

  private typealias Row = (key: String, attributes: [String: VertexAttribute])

  private static func network(_ text: String) -> IPPrefix? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let address = address(parts[0]) else { return nil }
    let most = address.family == 4 ? 32 : 128
    guard parts.count == 2 else { return IPPrefix(address, bits: most) }
    guard let bits = Int(parts[1]), (0...most).contains(bits) else { return nil }
    return IPPrefix(address, bits: bits)
  }

  private static func address(_ text: Substring) -> IPAddress? {
    Array(text.utf8).withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }
      if let v4 = FieldText.ipv4(base, bytes.count) {
        return IPAddress(v4: UInt32(truncatingIfNeeded: v4))
      }
      return FieldText.ipv6(base, bytes.count).map { IPAddress(v6High: $0.0, low: $0.1) }
    }
  }

  // MARK: CSV (RFC 4180)

  private static func lines(_ bytes: [UInt8], _ path: String) throws(CaptureError) -> [Row] {
    var table = records(bytes).filter { $0 != [""] }
    guard !table.isEmpty else { throw CaptureError(path, .unsupportedFormat("has no line")) }
    let header = table.removeFirst()
    guard header.count > 1, network(header[0]) == nil else {
      throw CaptureError(
        path,
        .unsupportedFormat(
          "begins with no header; its first line names the columns, that of the vertex first"))
    }
    var rows: [Row] = []
    for (index, record) in table.enumerated() {
      guard record.count == header.count else {
        throw CaptureError(
          path,
          .unsupportedFormat(
            "record \(index + 2) has \(record.count) fields, the header \(header.count)"))
      }
      var attributes: [String: VertexAttribute] = [:]
      for (name, value) in zip(header, record).dropFirst() where !value.isEmpty {
        attributes[name] = .text(value)
      }
      rows.append((record[0], attributes))
    }
    return rows
  }

  private static func records(_ bytes: [UInt8]) -> [[String]] {
    var (table, record, field): ([[String]], [String], [UInt8]) = ([], [], [])
    var isQuoted = false
    var index = 0
    func text(_ field: [UInt8]) -> String { String(decoding: field, as: UTF8.self) }
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "\""):
        if isQuoted, index < bytes.count, bytes[index] == byte {
          field.append(byte)
          index += 1
        } else {
          isQuoted.toggle()
        }
      case UInt8(ascii: ",") where !isQuoted:
        record.append(text(field))
        field = []
      case UInt8(ascii: "\n") where !isQuoted:
        if field.last == UInt8(ascii: "\r") { field.removeLast() }
        table.append(record + [text(field)])
        (record, field) = ([], [])
      default: field.append(byte)
      }
    }
    if !field.isEmpty || !record.isEmpty { table.append(record + [text(field)]) }
    return table
  }

  // MARK: NDJSON

  private static func objects(_ bytes: [UInt8], _ path: String) throws(CaptureError) -> [Row] {
    var rows: [Row] = []
    var number = 0
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      guard line.contains(where: { $0 > 0x20 }) else { continue }
      guard let members = FlatJSON.members(of: Array(line)), let first = members.first else {
        throw CaptureError(path, .unsupportedFormat("line \(number) is no JSON object"))
      }
      let key: String
      switch first.value {
      case .text(let text): key = text
      case .number(let value): key = Int64(exactly: value).map { "\($0)" } ?? "\(value)"
      }
      let rest = members.dropFirst().map { ($0.name, $0.value) }
      rows.append((key, Dictionary(rest, uniquingKeysWith: { first, _ in first })))
    }
    return rows
  }
}
