import DataModel

/// A column of a batch's rows, ready to be written without a ``Value`` of each cell.
struct CSVColumn {
  private enum Form: UInt8 { case real, integer, time, address, other }

  /// The column's place in the output.
  let index: Int
  private let form: Form
  private let lane0: UnsafePointer<UInt64>?
  private let lane1: UnsafePointer<UInt64>?
  private let validity: UnsafePointer<UInt8>?
  private let reals: UnsafePointer<Double>?
  private let present: UnsafePointer<UInt64>?
  private let stride: Int
  private let bit: UInt64

  init(_ column: TupleRows.Column, index: Int) {
    self.index = index
    var form = Form.other
    var lanes: (UnsafePointer<UInt64>, UnsafePointer<UInt64>)?
    var (validity, reals): (UnsafePointer<UInt8>?, RealColumn?)
    switch column {
    case .lanes(let column, let type):
      form =
        switch type {
        case .unsigned, .signed: .integer
        case .time: .time
        case .ip: .address
        default: .other
        }
      lanes = (UnsafePointer(column.lane0), UnsafePointer(column.lane1))
      validity = UnsafePointer(column.validity)
    case .integers(let values, let valid, let type):
      if case .signed = type { form = .integer }
      if case .unsigned = type { form = .integer }
      let words = UnsafeRawPointer(values).assumingMemoryBound(to: UInt64.self)
      (lanes, validity) = ((words, words), valid)
    case .reals(let column): (form, reals) = (.real, column)
    case .estimates, .shared: break
    }
    self.form = form
    (lane0, lane1) = (lanes?.0, lanes?.1)
    self.validity = validity
    self.reals = reals?.values
    present = reals?.present
    stride = reals?.stride ?? 0
    bit = reals?.bit ?? 0
  }

  /// Writes the cell of a row of the batch; false where it is none of the simple kinds.
  @inline(__always)
  func put(_ row: Int, to out: ByteWriter) -> Bool {
    if form == .real, let reals, let present {
      if present[row] & bit != 0 { out.put(real: reals[row &* stride]) }
      return true
    }
    guard form != .other, let lane0, let lane1, let validity else { return false }
    let kind = validity[row]
    if kind == 0 { return true }
    switch form {
    case .integer: out.put(integer: Int64(bitPattern: lane0[row]))
    case .time: out.put(time: Int64(bitPattern: lane0[row]))
    default:
      out.put(
        address: kind == 6
          ? IPAddress(v6High: lane0[row], low: lane1[row])
          : IPAddress(v4: UInt32(truncatingIfNeeded: lane1[row])))
    }
    return true
  }
}
