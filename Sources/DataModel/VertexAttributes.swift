/// What a table says of a vertex under one name.
public enum VertexAttribute: Hashable, Sendable {
  case text(String)
  case number(Double)

  /// The number that it is, also as a text.
  public var number: Double? {
    switch self {
    case .text(let text): Double(text)
    case .number(let number): number
    }
  }

  /// The order of two attributes: of numbers where both are, else of texts; nil where only one is
  /// a number.
  ///
  /// - Returns: negative, zero or positive.
  public static func order(_ a: VertexAttribute, _ b: VertexAttribute) -> Int? {
    if let x = a.number, let y = b.number { return x < y ? -1 : x > y ? 1 : 0 }
    guard case .text(let x) = a, case .text(let y) = b else { return nil }
    return x < y ? -1 : x > y ? 1 : 0
  }
}

/// A table of vertices that was read: `VertexInfo`.
public protocol VertexAttributes: AnyObject, Sendable {
  /// What it says of a vertex under a name, nil where it says nothing.
  func attribute(_ name: String, of vertex: Value) -> VertexAttribute?
}
