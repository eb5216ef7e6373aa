import DataModel

/// How rows stand in NDJSON, on whichever thread: it changes nothing.
struct NDJSONText {
  private let schemas: [OutputSchema]
  private let fixed: [FixedText]

  /// What every row of an output repeats, escaped once.
  private struct FixedText {
    /// Up to the opening quote of the first time.
    var head: [UInt8]
    /// The name of each column as a member's name: `"DestIp":`, with a comma in front but for the
    /// first.
    var columns: [[UInt8]]
  }

  init(_ schemas: [OutputSchema]) {
    self.schemas = schemas
    fixed = schemas.map(Self.fixedText)
  }

  func put(_ row: Row, to out: ByteWriter) throws(SinkError) {
    let fixed = fixed[row.output]
    out.put(bytes: fixed.head)
    out.put(time: row.start)
    if schemas[row.output].isWindowed {
      out.put(#"","window_end":""#)
      out.put(time: row.end)
    }
    out.put(#"","fields":{"#)
    for index in fixed.columns.indices {
      out.put(bytes: fixed.columns[index])
      out.put(json: row.values[index])
    }
    out.put("}")
    if !row.bounds.isEmpty {
      out.put(#","bounds":"#)
      out.put(json: row.bounds, schemas[row.output])
    }
    out.put(#","quality":""#)
    out.put(text: row.quality.rawValue)
    out.put(row.isUncertain ? "\",\"uncertain\":true}\n" : "\"}\n")
    try out.endRow()
  }

  private static func fixedText(_ schema: OutputSchema) -> FixedText {
    let time = schema.isWindowed ? "window_start" : "time"
    let head =
      Array(#"{"type":"row","output":"#.utf8) + ByteWriter.quoted(schema.name)
      + Array(#","\#(time)":""#.utf8)
    let columns = schema.columns.enumerated().map { index, column in
      (index > 0 ? [UInt8(ascii: ",")] : []) + ByteWriter.quoted(column.name) + [UInt8(ascii: ":")]
    }
    return FixedText(head: head, columns: columns)
  }
}
