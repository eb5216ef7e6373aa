import DataModel

/// The metrics of an output: which columns are labels, which are metrics, and what they are called.
///
/// Names follow Prometheus' customs: words in lower case, joined by `_`, and units at the end.
/// Metrics of queries begin with `sal_`, those of the run itself with `salc_`.
struct MetricNames {
  struct Metric {
    let column: Int
    let name: String
    let unit: String?
    let isRanking: Bool
  }

  let output: OutputSchema
  let labels: [(column: Int, name: String)]
  let metrics: [Metric]
  /// What tells of the rows' quality.
  let base: String

  init(_ output: OutputSchema) {
    self.output = output
    base = "sal_" + Self.words(output.name)
    let columns = Array(output.columns.enumerated())
    let isLabel = columns.map { index, column in
      index < output.keyCount || !(column.type.isNumeric || column.type == .ranking)
    }
    labels = columns.compactMap { index, column in
      isLabel[index] ? (index, Self.labelName(column.name)) : nil
    }
    var metrics: [Metric] = []
    for (index, column) in columns where !isLabel[index] {
      let unit: String? =
        switch column.type {
        case .time, .duration: "seconds"
        default: nil
        }
      var name = base
      if column.name != output.name { name += "_" + Self.words(column.name) }
      metrics.append(
        Metric(
          column: index, name: Self.ended(name, column.type), unit: unit,
          isRanking: column.type == .ranking))
    }
    self.metrics = metrics
  }

  /// All families, to find names that two columns share.
  var families: [String] {
    metrics.flatMap { metric in
      metric.isRanking
        ? [metric.name, metric.name + "_share"]
        : [metric.name, metric.name + "_low", metric.name + "_high"]
    } + [base + "_quality", base + "_uncertain"]
  }

  /// The labels that series of the output may have.
  var labelNames: [String] {
    labels.map(\.name) + (metrics.contains { $0.isRanking } ? ["item"] : []) + ["quality"]
  }

  /// The labels of a row.
  func labels(of row: Row) -> [UInt8] {
    var text: [UInt8] = []
    for (place, label) in labels.enumerated() {
      if place > 0 { text.append(UInt8(ascii: ",")) }
      let value = row.values[label.column]
      text += Exposition.label(label.name, value == .missing ? "" : value.description)
    }
    return text
  }

  /// `DestPort` as `dest_port`, `frame.len` as `frame_len`, `TCPFlags` as `tcp_flags`.
  static func words(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    func isUpper(_ index: Int) -> Bool {
      scalars.indices.contains(index) && ("A"..."Z").contains(scalars[index])
    }
    func isLower(_ index: Int) -> Bool {
      guard scalars.indices.contains(index) else { return false }
      return ("a"..."z").contains(scalars[index]) || ("0"..."9").contains(scalars[index])
    }
    var result = ""
    for index in scalars.indices {
      if isUpper(index) {
        let begins = isLower(index - 1) || (isUpper(index - 1) && isLower(index + 1))
        result += (begins ? "_" : "") + String(scalars[index]).lowercased()
      } else {
        result += isLower(index) ? String(scalars[index]) : "_"
      }
    }
    return result
  }

  private static func labelName(_ column: String) -> String {
    let name = words(column)
    // Labels may not begin with a digit; those that begin with two underscores are Prometheus' own.
    guard let first = name.first, first != "_", !first.isNumber else { return "key_" + name }
    return name
  }

  private static func ended(_ name: String, _ type: ScalarType) -> String {
    switch type {
    case .time where !name.hasSuffix("_timestamp_seconds"): return name + "_timestamp_seconds"
    case .duration where !name.hasSuffix("_seconds"): return name + "_seconds"
    default: break
    }
    // These ends belong to samples of counters, histograms and infos.
    let taken = ["_total", "_count", "_sum", "_bucket", "_info", "_created"]
    return taken.contains { name.hasSuffix($0) } ? name + "_value" : name
  }
}
