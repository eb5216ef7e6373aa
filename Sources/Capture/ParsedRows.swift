internal import CRuntimeBPF
internal import DataModel

/// The rows of a batch whose headers have been found, and the loops that take a field out of them.
///
/// Each loop is free of branches on the data: what is missing is loaded from a block of zeros and
/// masked, so that unpredictable traffic costs what predictable traffic does. A header that no
/// frame of the batch has costs nothing.
struct ParsedRows {
  let layers: UnsafePointer<sal_layers>
  let starts: UnsafePointer<UnsafePointer<UInt8>>
  let count: Int
  private let linkHeaders: UnsafePointer<UInt8>
  /// Every header that the frames announce was read.
  let areAllOk: Bool
  /// Bit i: some frame has layer i.
  private let presentAnywhere: UInt32

  /// Parses `rows` of `frames` into `space`, which has room for them.
  init(
    _ frames: borrowing FrameBatch, _ rows: Range<Int>,
    layers space: UnsafeMutablePointer<sal_layers>
  ) {
    let starts = UnsafePointer(frames.starts + rows.lowerBound)
    let lengths = frames.capturedLengths + rows.lowerBound
    let flags = frames.linkFlags + rows.lowerBound
    var present: UInt32 = 0
    var outcome: UInt8 = 0
    for row in 0..<rows.count {
      sal_parse(starts[row], lengths[row], UInt32(flags[row].rawValue), space + row)
      present |= space[row].present
      outcome |= space[row].outcome
    }
    self.starts = starts
    linkHeaders = UnsafePointer(frames.linkHeaders + rows.lowerBound)
    layers = UnsafePointer(space)
    count = rows.count
    areAllOk = outcome == UInt8(SAL_OK.rawValue)
    presentAnywhere = present
  }

  // MARK: Slices

  /// Takes the first of `slices` that is present, row by row.
  func extract(_ slices: [HeaderSlice], isEitherFamily: Bool, into column: TupleColumn) {
    var isFirst = true
    for slice in slices where presentAnywhere >> UInt32(slice.layer.rawValue) & 1 != 0 {
      // An `ip` column holds (0, IPv4 address) or the halves of an IPv6 address, and the family.
      let mark: UInt8 = isEitherFamily ? (slice.byteWidth == 4 ? 4 : 6) : 1
      if isEitherFamily, slice.byteWidth == 4 {
        if isFirst { column.lane0.update(repeating: 0, count: count) }
        extract(slice, isFirst, mark, lane: column.lane1, column)
      } else {
        extract(slice, isFirst, mark, lane: column.lane0, column)
      }
      isFirst = false
    }
    if isFirst { column.clear(count) }
  }

  private func extract(
    _ slice: HeaderSlice, _ isFirst: Bool, _ mark: UInt8, lane: UnsafeMutablePointer<UInt64>,
    _ column: TupleColumn
  ) {
    let validity = column.validity
    switch slice.byteWidth {
    case 1: extract(slice, isFirst, mark, lane, validity, Load8.self)
    case 2: extract(slice, isFirst, mark, lane, validity, Load16.self)
    case 4: extract(slice, isFirst, mark, lane, validity, Load32.self)
    case 6: extract(slice, isFirst, mark, lane, validity, Load48.self)
    case 16: extractPair(slice, isFirst, mark, lane, column.lane1, validity)
    default: preconditionFailure("a header slice is 1, 2, 4, 6 or 16 bytes wide")
    }
  }

  private func extract<Width: SliceWidth>(
    _ slice: HeaderSlice, _ isFirst: Bool, _ mark: UInt8, _ lane: UnsafeMutablePointer<UInt64>,
    _ validity: UnsafeMutablePointer<UInt8>, _: Width.Type
  ) {
    guard let arithmetic = SliceArithmetic(slice) else {
      extract(slice, isFirst, mark, lane, validity, Width.self, Unchanged())
      return
    }
    extract(slice, isFirst, mark, lane, validity, Width.self, arithmetic)
  }

  @inline(__always)
  private func extract<Width: SliceWidth, Change: SliceChange>(
    _ slice: HeaderSlice, _ isFirst: Bool, _ mark: UInt8, _ lane: UnsafeMutablePointer<UInt64>,
    _ validity: UnsafeMutablePointer<UInt8>, _: Width.Type, _ change: Change
  ) {
    if isFirst {
      forEachRow(slice) { row, address, mask in
        lane[row] = change.apply(Width.load(address)) & mask
        validity[row] = mark & UInt8(truncatingIfNeeded: mask)
      }
    } else {
      forEachRow(slice) { row, address, mask in
        let free = mask & Self.mask(validity[row] == 0)
        lane[row] |= change.apply(Width.load(address)) & free
        validity[row] |= mark & UInt8(truncatingIfNeeded: free)
      }
    }
  }

  /// IPv6 addresses.
  private func extractPair(
    _ slice: HeaderSlice, _ isFirst: Bool, _ mark: UInt8, _ high: UnsafeMutablePointer<UInt64>,
    _ low: UnsafeMutablePointer<UInt64>, _ validity: UnsafeMutablePointer<UInt8>
  ) {
    if isFirst {
      forEachRow(slice) { row, address, mask in
        high[row] = Load64.load(address) & mask
        low[row] = Load64.load(address + 8) & mask
        validity[row] = mark & UInt8(truncatingIfNeeded: mask)
      }
    } else {
      forEachRow(slice) { row, address, mask in
        let free = mask & Self.mask(validity[row] == 0)
        high[row] |= Load64.load(address) & free
        low[row] |= Load64.load(address + 8) & free
        validity[row] |= mark & UInt8(truncatingIfNeeded: free)
      }
    }
  }

  /// Calls `store` for each row with the slice's address and all ones, or with that of zeros and no
  /// ones where the whole slice is not there.
  @inline(__always)
  private func forEachRow(
    _ slice: HeaderSlice, _ store: (_ row: Int, _ address: UnsafeRawPointer, _ mask: UInt64) -> Void
  ) {
    let layer = UInt32(slice.layer.rawValue)
    let begin = UInt(slice.byteOffset)
    let length = UInt(slice.byteWidth)
    let zeros = zeroBlock
    let starts = starts
    let layers = layers
    for row in 0..<count {
      let parsed = layers + row
      let at = UInt(sal_offset(parsed, layer)) &+ begin
      let isThere = 0 &- UInt((parsed.pointee.present >> layer) & 1)
      let mask = isThere & UInt(Self.mask(at &+ length <= UInt(parsed.pointee.cap_len)))
      let address = zeros ^ ((zeros ^ (UInt(bitPattern: starts[row]) &+ at)) & mask)
      store(row, UnsafeRawPointer(bitPattern: address).unsafelyUnwrapped, UInt64(mask))
    }
  }

  /// All ones for true; without a branch.
  @inline(__always)
  private static func mask(_ condition: Bool) -> UInt64 {
    0 &- UInt64(unsafeBitCast(condition, to: UInt8.self))
  }

  // MARK: Other locations

  func presence(of layer: Layer, into column: TupleColumn) {
    let shift = UInt32(layer.rawValue)
    column.fill(count) { UInt64((layers[$0].present >> shift) & 1) }
  }

  func capturedLengths(into column: TupleColumn) {
    // As the capture has them, whose link header may be another than the one presented.
    let header = UInt32(ethernetHeaderLength)
    column.fill(count) { UInt64(layers[$0].cap_len &- header &+ UInt32(linkHeaders[$0])) }
  }

  /// Missing where there is no IP header.
  func transportProtocols(into column: TupleColumn) {
    let none = UInt16(SAL_PROTOCOL_NONE)
    for row in 0..<count {
      let number = layers[row].protocol
      let mask = Self.mask(number != none)
      column.lane0[row] = UInt64(number) & mask
      column.validity[row] = UInt8(truncatingIfNeeded: mask & 1)
    }
  }

  /// Missing where there is no IPv6 header.
  func extensionCounts(into column: TupleColumn) {
    for row in 0..<count {
      let isThere = UInt8(
        truncatingIfNeeded: layers[row].present >> UInt32(Layer.ipv6.rawValue) & 1)
      column.lane0[row] = UInt64(layers[row].extensions)
      column.validity[row] = isThere
    }
  }
}

extension TupleColumn {
  /// Fills a column of one lane that is never missing.
  @inline(__always)
  func fill(_ count: Int, _ value: (Int) -> UInt64) {
    for row in 0..<count { lane0[row] = value(row) }
    validity.update(repeating: 1, count: count)
  }

  /// Makes every row missing.
  func clear(_ count: Int) {
    lane0.update(repeating: 0, count: count)
    if lane1 != lane0 { lane1.update(repeating: 0, count: count) }
    validity.update(repeating: 0, count: count)
  }
}
