public import DataModel

/// The most frequent values of fields as an Apache DataSketches frequent-items sketch of strings.
///
/// All values are in it while they fit; else the largest counts, each stored less the largest
/// count that was left out, which is the sketch's stated uncertainty: its lower and upper bounds
/// hold for every value, also for absent ones.
/// - Source: Anderson et al., *A High-Performance Algorithm for Identifying Frequent Items in Data
///   Streams*, IMC 2017; image: DataSketches, `frequent_items_sketch`, serial version 1.
public struct FrequentSketch: StreamOperator {
  public let name = "frequentsketch"
  public let summary =
    "How often the most frequent values occur, or the sum of a weight for each, as an Apache "
    + "DataSketches frequent-items sketch of strings, in base64."
  public let parameters = [
    Parameter("field", .fields), Parameter("size", .integer(8...65536), isOptional: true),
    Parameter("weight", .expression, isOptional: true),
  ]
  public let boundSummary =
    "the reader's: exact up to 3/4 size values, then each count within the largest left out"
  public let example =
    "F = FOREACH (STREAM P BY SourceIp) GENERATE frequentsketch(DestPort, 1024) WINDOW 60s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { .string }

  public func state(_ call: OperatorCall) -> StateForm { Tally.state(call, weight: 2) }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    var size: Int64 = 1024
    if call.arguments.count > 1, case .integer(let wanted) = call.arguments[1] { size = wanted }
    // The table of readers: a power of two, three quarters full at most.
    let logSize = 64 - (size - 1).leadingZeroBitCount
    let room = (1 << logSize) / 4 * 3
    // The library takes only positive weights.
    var items = Tally.items(state).items.filter { $0.count > 0 }
    items.sort { a, b in
      a.count != b.count ? a.count > b.count : a.item.lexicographicallyPrecedes(b.item)
    }
    let total = items.reduce(Int64(0)) { $0.addingReportingOverflow($1.count).partialValue }
    let offset = items.count > room ? items[room].count : 0
    // Readers take a sketch without values for one of no stream, and would forget the offset. So
    // where all counts are equal one value is kept, less nothing: its bounds are wide, but true.
    var kept = items.prefix { $0.count > offset }.map { (item: $0.item, count: $0.count - offset) }
    if kept.isEmpty { kept = Array(items.prefix(1)) }
    var image = SketchImage([
      kept.isEmpty ? 1 : 4, 1, 10, UInt8(logSize), UInt8(logSize), kept.isEmpty ? 5 : 0, 0, 0,
    ])
    if !kept.isEmpty {
      image.append(UInt32(kept.count))
      image.append(UInt32(0))
      image.append(total)
      image.append(offset)
      for entry in kept { image.append(entry.count) }
      for entry in kept {
        let text = SketchItem.text(entry.item)
        image.append(UInt32(text.count))
        image.append(text)
      }
    }
    return Estimate(image.value)
  }
}
