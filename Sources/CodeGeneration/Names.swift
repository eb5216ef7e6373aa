import BPFModel

/// Names that the emitted program uses for its own things.
enum Names {
  static let frame: CIdentifier = "frame"
  static let half: CIdentifier = "half"
  static let turn: CIdentifier = "turn"
  static let fast: CIdentifier = "fast"
  static let length: CIdentifier = "length"
  static let data: CIdentifier = "data"
  static let end: CIdentifier = "end"
  static let seed: CIdentifier = "seed"
  static let order: CIdentifier = "order"
  static let payload: CIdentifier = "payload_place"
  static let wireLength: CIdentifier = "wire_len"
  static let capturedLength: CIdentifier = "captured_len"
  /// `half->tuple`
  static let tuple = CExpression.arrow(.name(half), "tuple")
  /// `half->layers`
  static let layers = CExpression.arrow(.name(half), "layers")
  /// `half->keys`, in wide programs
  static let keys = CExpression.arrow(.name(half), "keys")
  /// `half->outcomes`
  static let outcomes = CExpression.arrow(.name(half), "outcomes")
}
