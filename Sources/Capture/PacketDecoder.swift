internal import CRuntimeBPF
public import DataModel

/// Turns frames into tuples of the projected fields.
///
/// The headers are found by the parser of the data path (`sal_parse`), once a frame; then each
/// field is one loop over the batch, as its row in `PacketFields` says. Missing values have zero
/// lanes.
public struct PacketDecoder: ~Copyable {
  /// The projected fields, in column order.
  public let fields: [FieldID]
  /// How parsing ended, over all frames decoded so far.
  public private(set) var outcomes = ParseOutcomes()
  /// The place in the order of arrival that the next frame gets; counts from 0.
  public var nextOrder: UInt64 = 0

  private let layers: UnsafeMutablePointer<sal_layers>
  private let locations: [(location: FieldLocation, isEitherFamily: Bool)]

  /// A decoder of these fields.
  public init(fields: [FieldID]) {
    self.fields = fields
    locations = fields.map { ($0.field.location, $0.field.type == .ip) }
    layers = .allocate(capacity: FrameBatch.capacity)
    layers.initialize(repeating: sal_layers(), count: FrameBatch.capacity)
  }

  deinit { layers.deallocate() }

  /// Decodes `rows` of `frames` into `tuples`, all of which are selected. The tuples' fields must
  /// be the decoder's. Rows are to be decoded in order and each once: their order of arrival is
  /// counted.
  public mutating func decode(
    _ frames: borrowing FrameBatch, rows: Range<Int>, into tuples: TupleBatch
  ) {
    precondition(tuples.fields == fields, "a decoder fills the columns it was made for")
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= frames.count, "rows of the batch are decoded")
    let count = rows.count
    let first = rows.lowerBound
    let parsed = ParsedRows(frames, rows, layers: layers)
    outcomes.add(parsed)
    tuples.times.update(from: frames.times + first, count: count)
    for row in 0..<count { tuples.orders[row] = nextOrder &+ UInt64(row) }
    nextOrder += UInt64(count)

    for (index, step) in locations.enumerated() {
      let column = tuples.columns[index]
      switch step.location {
      case .slices(let slices):
        parsed.extract(slices, isEitherFamily: step.isEitherFamily, into: column)
      case .presence(let layer): parsed.presence(of: layer, into: column)
      case .capturedLength: parsed.capturedLengths(into: column)
      case .transportProtocol: parsed.transportProtocols(into: column)
      case .extensionCount: parsed.extensionCounts(into: column)
      case .record: column.clear(count)
      case .service: parsed.services(into: column)
      case .payloadLength(let isUDPToo): parsed.payloadLengths(isUDPToo: isUDPToo, into: column)
      case .derived: preconditionFailure("nodes make derived columns, no decoder")
      case .bytes(let bytes): parsed.copyBytes(bytes, into: column)
      case .payloadContains(let needle): parsed.searchPayloads(for: needle, into: column)
      case .wireLength:
        let wire = frames.wireLengths + first
        column.fill(count) { UInt64(wire[$0]) }
      case .time:
        let times = frames.times + first
        column.fill(count) { UInt64(bitPattern: times[$0]) }
      }
    }
    tuples.count = count
    tuples.selectAll()
  }
}
