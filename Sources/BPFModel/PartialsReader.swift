extension ProgramLayout.Table {
  /// Ways of a set; `SAL_TABLE_WAYS`.
  public static let ways = 4

  /// Hands over the used entries of a table of partials, in blocks of at most 1024 records: key
  /// words, then accumulator words, one record behind the other.
  ///
  /// `half` is the start of an idle half. Tables of other forms have no entries.
  public func gather(
    from half: UnsafeRawPointer, into body: (_ records: UnsafePointer<UInt64>, _ count: Int) -> Void
  ) {
    guard
      case .partials(
        let sets, let keyWords, let accumulatorWords, let setStride, let countShift) = form
    else { return }
    let start = unsafe half + offset
    if keyWords == 0 {
      let entry = unsafe start.assumingMemoryBound(to: UInt64.self)
      if unsafe entry[0] != 0 { unsafe body(entry, 1) }
      return
    }
    let width = keyWords + accumulatorWords
    // Words of an entry behind its key words in the table: without the count where it is packed.
    let stored = countShift == nil ? accumulatorWords : accumulatorWords - 1
    let capacity = 1024
    let records = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity * width)
    defer { unsafe records.deallocate() }
    var count = 0
    for set in 0..<sets {
      let keys = unsafe (start + set &* setStride).assumingMemoryBound(to: UInt64.self)
      let accumulators = unsafe keys + Self.ways &* keyWords
      for way in 0..<Self.ways {
        let last = unsafe keys[way &* keyWords &+ keyWords &- 1]
        let tuples = unsafe countShift.map { last >> UInt64($0) } ?? accumulators[way &* stored]
        if tuples == 0 { continue }
        let record = unsafe records + count &* width
        unsafe record.update(from: keys + way &* keyWords, count: keyWords)
        unsafe (record + width - stored).update(from: accumulators + way &* stored, count: stored)
        if let countShift {
          unsafe record[keyWords &- 1] = last & ((1 << UInt64(countShift)) - 1)
          unsafe record[keyWords] = tuples
        }
        count &+= 1
        if count == capacity {
          unsafe body(records, count)
          count = 0
        }
      }
    }
    if count > 0 { unsafe body(records, count) }
  }
}
