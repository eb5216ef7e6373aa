import DataModel

/// Writes a MaxMind DB by its published format, for tests: a tree of bits and a map a network.
struct MaxMindWriter {
  private enum Child {
    case nothing
    case node(Int)
    case data(Int)
  }

  private var nodes: [[Child]] = [[.nothing, .nothing]]
  private var data: [UInt8] = []
  private let recordBits: Int

  init(recordBits: Int) { self.recordBits = recordBits }

  /// Adds a network; longer ones come after those that hold them.
  mutating func add(_ network: IPPrefix, _ fields: [(String, Any)]) {
    let offset = data.count
    data += Self.encode(fields)
    let isV4 = network.address.family == 4
    let bits = isV4 ? network.bits + 96 : network.bits
    var node = 0
    for index in 0..<bits {
      let fromRight = UInt64(127 - index)
      let bit =
        fromRight >= 64
        ? network.address.high >> (fromRight - 64) & 1 : network.address.low >> fromRight & 1
      if index == bits - 1 {
        nodes[node][Int(bit)] = .data(offset)
        return
      }
      if case .node(let next) = nodes[node][Int(bit)] {
        node = next
      } else {
        let held = nodes[node][Int(bit)]
        nodes.append([held, held])
        nodes[node][Int(bit)] = .node(nodes.count - 1)
        node = nodes.count - 1
      }
    }
  }

  /// The whole file.
  var bytes: [UInt8] {
    var result: [UInt8] = []
    for node in nodes {
      let pair = node.map { child -> Int in
        switch child {
        case .nothing: nodes.count
        case .node(let index): index
        case .data(let offset): nodes.count + 16 + offset
        }
      }
      func low(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(value >> (8 * (count - 1 - $0)) & 255) }
      }
      switch recordBits {
      case 24: result += low(pair[0], 3) + low(pair[1], 3)
      case 28:
        result += low(pair[0], 3) + [UInt8((pair[0] >> 24) << 4 | pair[1] >> 24)] + low(pair[1], 3)
      default: result += low(pair[0], 4) + low(pair[1], 4)
      }
    }
    result += [UInt8](repeating: 0, count: 16) + data
    result += [0xAB, 0xCD, 0xEF] + Array("MaxMind.com".utf8)
    return result
      + Self.encode([
        ("binary_format_major_version", 2), ("ip_version", 6), ("node_count", nodes.count),
        ("record_size", recordBits), ("database_type", "Test"),
      ])
  }

  private static func head(_ type: Int, _ size: Int) -> [UInt8] {
    let (low, extra): (Int, [UInt8]) =
      size < 29 ? (size, []) : (29, [UInt8(size - 29)])
    return type < 8
      ? [UInt8(type << 5 | low)] + extra : [UInt8(low), UInt8(type - 7)] + extra
  }

  private static func encode(_ value: Any) -> [UInt8] {
    switch value {
    case let fields as [(String, Any)]:
      return head(7, fields.count) + fields.flatMap { encode($0.0) + encode($0.1) }
    case let text as String: return head(2, text.utf8.count) + Array(text.utf8)
    case let number as Int:
      return head(6, 4) + (0..<4).map { UInt8(number >> (24 - 8 * $0) & 255) }
    case let number as Double:
      return head(3, 8) + (0..<8).map { UInt8(number.bitPattern >> UInt64(56 - 8 * $0) & 255) }
    case let flag as Bool: return head(14, flag ? 1 : 0)
    default: preconditionFailure("tests write no \(value)")
    }
  }
}
