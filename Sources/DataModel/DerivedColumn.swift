/// A column that a TRANSFORM adds to its tuples, a value of a key's earlier tuple, or one of a row
/// that is used as a tuple.
public struct DerivedColumn: Hashable, Sendable {
  /// Its place among the derived columns of a program.
  public let place: Int
  /// The name in the program.
  public let name: String
  /// The type of its values.
  public let type: ScalarType

  /// Creates a column.
  public init(place: Int, name: String, type: ScalarType) {
    precondition(type != .ranking && type != .string, "a column holds lanes")
    self.place = place
    self.name = name
    self.type = type
  }

  /// The field that expressions and keys name.
  public var id: FieldID { FieldID(derived: self) }
}
