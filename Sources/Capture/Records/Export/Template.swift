import DataModel

/// A field of a template: which element, and how many bytes it takes.
struct TemplateField: Equatable {
  let element: FlowElement
  /// ``variable`` where each value carries its own length.
  let length: Int
  /// A scope of NetFlow v9's options, whose numbers are no elements.
  var isScope = false

  static let variable = 0xFFFF
}

/// A template (RFC 7011, section 3.4; RFC 3954, section 5.2), made ready to fill the columns.
final class Template {
  let id: UInt16
  let fields: [TemplateField]
  let isOptions: Bool
  /// Bytes of a record; the least where it has values of variable length.
  let recordBytes: Int
  let isVariable: Bool
  /// Where each field begins in a record without variable lengths.
  let offsets: [Int]
  let timing: RecordTiming
  let sampling: SamplingFields
  /// Indices of source port, destination port and protocol.
  let portFields: (source: Int, destination: Int, number: Int)?
  /// The columns that a field fills, by place in the decoder's columns: its index; -1 for none.
  let fieldOfColumn: [Int]
  /// Elements that no column names.
  let unknown: [FlowElement]

  init(
    id: UInt16, fields: [TemplateField], isOptions: Bool, columns: [ExportedColumn],
    known: Set<FlowElement>
  ) {
    self.id = id
    self.fields = fields
    self.isOptions = isOptions
    var offsets: [Int] = []
    var at = 0
    var isVariable = false
    for field in fields {
      offsets.append(at)
      isVariable = isVariable || field.length == TemplateField.variable
      at += field.length == TemplateField.variable ? 1 : field.length
    }
    self.offsets = offsets
    self.isVariable = isVariable
    recordBytes = at
    var places: [FlowElement: Int] = [:]
    for (index, field) in fields.enumerated() where !field.isScope {
      if places[field.element] == nil { places[field.element] = index }
    }
    timing = RecordTiming(places)
    sampling = SamplingFields(places)
    fieldOfColumn = columns.map { column in
      switch column.value {
      case .elements(let elements), .estimated(.elements(let elements)):
        elements.lazy.compactMap { places[$0] }.first ?? -1
      default: -1
      }
    }
    portFields =
      if let source = places[FlowElement(7)], let destination = places[FlowElement(11)],
        let number = places[FlowElement(4)]
      { (source, destination, number) } else { nil }
    unknown = isOptions ? [] : fields.map(\.element).filter { !known.contains($0) }
  }

  /// Finds the values of a record with variable lengths at `at`: writes where each begins and how
  /// long it is; the bytes of the record, or nil where it does not lie within `bytes`.
  func locate(
    in bytes: Octets, at: Int, starts: UnsafeMutablePointer<Int>,
    lengths: UnsafeMutablePointer<Int>
  ) -> Int? {
    var place = at
    for (index, field) in fields.enumerated() {
      var length = field.length
      if length == TemplateField.variable {
        guard bytes.has(place, 1) else { return nil }
        length = Int(bytes.u8(place))
        place += 1
        if length == 255 {
          guard bytes.has(place, 2) else { return nil }
          length = Int(bytes.u16(place))
          place += 2
        }
      }
      guard bytes.has(place, length) else { return nil }
      starts[index] = place
      lengths[index] = length
      place += length
    }
    return place - at
  }
}

/// A record whose values have been found.
struct LocatedRecord {
  let bytes: Octets
  let starts: UnsafePointer<Int>
  let lengths: UnsafePointer<Int>
  /// What `starts` count from.
  let origin: Int

  /// A number of at most 8 bytes; nil for an index of no field, and for a value of no bytes.
  func number(_ field: Int) -> UInt64? {
    guard field >= 0, 1...8 ~= lengths[field] else { return nil }
    return bytes.unsigned(origin + starts[field], lengths[field])
  }
}
