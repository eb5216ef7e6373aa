import DataModel

extension TupleColumn {
  /// Writes a value of the column's type, of one lane.
  func set(_ value: Value, at row: Int) {
    validity[row] = 1
    switch value {
    case .missing: validity[row] = 0
    case .bool(let flag): lane0[row] = flag ? 1 : 0
    case .integer(let number), .time(let number), .duration(let number):
      lane0[row] = UInt64(bitPattern: number)
    case .real(let number): lane0[row] = number.bitPattern
    case .address(let address):
      lane0[row] = address.high
      lane1[row] = address.low
      if lane1 == lane0 {
        lane0[row] = address.low
      } else {
        validity[row] = address.family == 4 ? 4 : 6
      }
    case .mac(let number): lane0[row] = number
    case .text, .ranking: preconditionFailure("columns hold no texts and rankings")
    }
  }
}
