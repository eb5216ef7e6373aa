/// Where rows of an output go: a sink of the catalogue and its target, as `csv("rows.csv")`.
public struct SinkTarget: Hashable, Sendable {
  /// The sink's name in ``SinkCatalogue``.
  public let sink: String
  /// The file, the address to listen on; empty for a sink that takes none.
  public let target: String

  /// Rows go to `sink`, which writes to `target`.
  public init(sink: String, target: String) {
    self.sink = sink
    self.target = target
  }

  /// The run's own output: standard output, in the format of `--format`.
  public static let standardOutput = SinkTarget(sink: "stdout", target: "")

  /// The same with `{output}` in the target replaced by an output's name.
  public func forOutput(named name: String) -> SinkTarget {
    let placeholder = "{output}"
    var result = ""
    var rest = target[...]
    while let open = rest.firstIndex(of: "{") {
      result += rest[..<open]
      rest = rest[open...]
      if rest.hasPrefix(placeholder) {
        result += name
        rest = rest.dropFirst(placeholder.count)
      } else {
        result.append(rest.removeFirst())
      }
    }
    return SinkTarget(sink: sink, target: result + rest)
  }

  /// Reads `csv("f")`, as in a query, or `csv:f`, which needs no quotes in a shell; nil where the
  /// text is neither.
  public init?(_ text: String) {
    let name = text.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    let rest = text.dropFirst(name.count)
    guard !name.isEmpty else { return nil }
    if rest.isEmpty {
      self.init(sink: String(name), target: "")
    } else if rest.hasPrefix(":") {
      self.init(sink: String(name), target: String(rest.dropFirst()))
    } else if rest.hasPrefix("(\""), rest.hasSuffix("\")"), rest.count >= 4 {
      self.init(sink: String(name), target: String(rest.dropFirst(2).dropLast(2)))
    } else {
      return nil
    }
  }
}

extension SinkTarget: CustomStringConvertible {
  /// `csv("rows.csv")`, as a query spells it.
  public var description: String { target.isEmpty ? sink : "\(sink)(\"\(target)\")" }
}
