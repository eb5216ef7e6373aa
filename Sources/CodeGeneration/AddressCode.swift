import BPFModel
import DataModel

/// An address as the data path has it: families as masks, halves in host order.
struct AddressCode {
  var v4: Mask
  var v6: Mask
  /// 0 for IPv4 and where the address is missing.
  var high: CExpression
  var low: CExpression

  init(v4: Mask, v6: Mask, high: CExpression, low: CExpression) {
    self.v4 = v4
    self.v6 = v6
    self.high = high
    self.low = low
  }

  /// A constant.
  init(_ address: IPAddress) {
    v4 = address.family == 4 ? .always : .never
    v6 = address.family == 6 ? .always : .never
    high = .hex(address.high)
    low = .hex(address.low)
  }

  /// Whether there is an address.
  var valid: Mask { v4 | v6 }
}
