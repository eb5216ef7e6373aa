import DataModel

extension TupleColumn {
  /// Writes a value of the column's type.
  func set(_ value: Value, of type: ScalarType, at row: Int) {
    validity[row] = 1
    switch value {
    case .missing: validity[row] = 0
    case .bool(let flag): lane0[row] = flag ? 1 : 0
    case .integer(let number), .time(let number), .duration(let number):
      lane0[row] = UInt64(bitPattern: number)
    case .real(let number): lane0[row] = number.bitPattern
    case .address(let address) where type.laneCount == 1: lane0[row] = address.low
    case .address(let address):
      lane0[row] = address.high
      lane1[row] = address.low
      if type == .ip { validity[row] = UInt8(address.family) }
    case .mac(let number): lane0[row] = number
    case .text(let text):
      let code = type == .service ? Services.code(text).map { UInt64($0) } : TextTable.code(text)
      lane0[row] = code ?? 0
      validity[row] = code == nil ? 0 : 1
    case .ranking: preconditionFailure("columns hold no rankings")
    }
  }
}
