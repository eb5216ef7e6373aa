public import DataModel

/// Why rows of an output cannot go to a sink.
public enum SinkObstacle: Hashable, Sendable {
  /// The sink shows windows, and the output is a stream of tuples.
  case tuples
  /// The key may have more values than the sink has room for; the column that has most, and up to
  /// how many rows a window may have (infinite where types set no limit).
  case manyKeys(column: String, rows: Double)
  /// The sink shows numbers, and this column is none.
  case notANumber(column: String, type: ScalarType)
  /// The file holds another output already.
  case taken(by: String)
}

extension SinkObstacle {
  /// What is wrong, and what to write instead.
  public func text(output: String, _ target: SinkTarget) -> (message: String, remedy: String) {
    switch self {
    case .tuples:
      (
        "\(target.sink) shows values of windows, and ‘\(output)’ is a stream of tuples",
        "aggregate it: FOREACH … GENERATE count() WINDOW 10s"
      )
    case .manyKeys(let column, let rows):
      (
        "‘\(output)’ may have \(Self.text(rows)) series in \(target.sink), one for each "
          + "‘\(column)’",
        "bounded are TOP n, listed keys, ports, protocols, and addresses masked to few bits, of "
          + "up to 65536 series together"
      )
    case .notANumber(let column, let type):
      (
        "\(target.sink) shows numbers, and ‘\(column)’ is of type \(type)",
        "list the columns to show: OUTPUT \(output) (…) TO \(target)"
      )
    case .taken(let other):
      (
        "the output ‘\(other)’ has \(target), and a \(target.sink) file holds one table",
        "\(target.sink)(\"{output}.\(target.sink)\") is a file for each"
      )
    }
  }

  private static func text(_ rows: Double) -> String {
    guard rows < 1e18 else { return "endlessly many" }
    return "up to \(UInt64(rows))"
  }
}

extension LogicalPlan {
  /// Rows that one window of an output may have in a sink that makes a series of each: as many as
  /// there are ports.
  public static let seriesMax = 65_536.0

  /// Why an output's rows cannot go to a target; nil where they can.
  public func obstacle(toSending index: Int, to target: SinkTarget) -> SinkObstacle? {
    guard let sink = SinkCatalogue.named(target.sink) else { return nil }
    if !sink.isShared,
      let other = outputs.indices.first(where: {
        $0 != index && outputs[$0].targets.contains(target)
      })
    {
      return .taken(by: outputs[other].name)
    }
    guard sink.needsFewKeys else { return nil }
    guard case .rows(let relation, let expressions) = outputs[index].content else { return .tuples }
    let key = relations[relation].key
    for (column, expression) in zip(outputs[index].schema.columns, expressions) {
      if case .key = expression { continue }
      guard column.type.isNumeric || column.type == .ranking else {
        return .notANumber(column: column.name, type: column.type)
      }
    }
    let counts = keyCounts(of: relation)
    guard counts.rows > Self.seriesMax else { return nil }
    let widest = key.indices.max { counts.values[$0] < counts.values[$1] } ?? 0
    return .manyKeys(column: key[widest].name, rows: counts.rows)
  }
}
