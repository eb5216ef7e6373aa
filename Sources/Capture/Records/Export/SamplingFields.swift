import DataModel

/// Where a template says how packets were sampled.
///
/// Source: RFC 5477 (selectors), IANA's registry: elements 34, 50, 305 and 306; 48 and 302 name the
/// sampler that options describe.
struct SamplingFields {
  private let interval: Int
  private let space: Int
  private let sampler: Int

  /// Elements that this reads.
  static let elements: [FlowElement] = [34, 50, 305, 306, 48, 302, 35, 49, 304].map {
    FlowElement($0)
  }

  init(_ places: [FlowElement: Int]) {
    func place(_ ids: UInt16...) -> Int {
      ids.lazy.compactMap { places[FlowElement($0)] }.first ?? -1
    }
    interval = place(34, 50, 305)
    space = places[FlowElement(305)] == nil ? -1 : place(306)
    sampler = place(48, 302)
  }

  var isEmpty: Bool { interval < 0 && sampler < 0 }

  /// One packet in so many, as the record itself says.
  func rate(_ record: LocatedRecord) -> UInt32? {
    guard let count = record.number(interval), count > 0 else { return nil }
    guard space >= 0 else { return UInt32(exactly: count) }
    // So many packets in a row are taken, so many passed over.
    guard let passed = record.number(space) else { return nil }
    let (sum, overflow) = count.addingReportingOverflow(passed)
    return overflow ? nil : UInt32(exactly: sum / count)
  }

  /// The sampler that the record names.
  func sampler(_ record: LocatedRecord) -> UInt64? { record.number(sampler) }
}
