import DataModel

/// How many values the columns of a relation's key can have, and how many rows there may be.
struct KeyCounts {
  /// Of each column; infinite where nothing bounds them.
  var values: [Double]
  /// Rows of a window.
  private(set) var rows: Double

  /// All combinations of values.
  init(_ values: [Double]) { (self.values, rows) = (values, values.reduce(1, *)) }

  /// Every value of a key.
  init(of key: [KeyComponent]) { self.init(key.map(\.valueCount)) }

  mutating func lowerRows(to limit: Double) { rows = min(rows, limit) }
}

extension LogicalPlan {
  /// How many values each key column of a relation can have, and how many rows a window.
  func keyCounts(of relation: Int) -> KeyCounts {
    relations[relation].operation.facts.keyCounts(of: relations[relation], in: self)
  }
}

extension KeyComponent {
  /// How many values the component can have; infinite for times, lengths and texts.
  fileprivate var valueCount: Double {
    func power(_ bits: Int) -> Double {
      bits < 1000 ? (0..<bits).reduce(1) { x, _ in x * 2 } : .infinity
    }
    switch type {
    case .bool: return 2
    case .unsigned(let bits): return power(bits)
    case .ipv4: return power(mask?.v4Bits ?? 32)
    case .ipv6: return power(mask?.v6Bits ?? 128)
    case .ip: return power(mask?.v4Bits ?? 32) + power(mask?.v6Bits ?? 128)
    case .mac: return power(48)
    // A name for each of the ports that have one.
    case .service: return power(16)
    case .signed, .float, .time, .duration, .string, .text, .ranking: return .infinity
    }
  }
}
