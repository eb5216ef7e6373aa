/// A column that a TRANSFORM adds to its tuples, or a value of a key's earlier tuple.
public struct DerivedColumn: Hashable, Sendable {
  /// Its place among the derived columns of a program.
  public let place: Int
  /// The name in the program.
  public let name: String
  /// The type of its values, of one lane.
  public let type: ScalarType

  /// Creates a column.
  public init(place: Int, name: String, type: ScalarType) {
    precondition(type.laneCount == 1, "derived columns have one lane")
    self.place = place
    self.name = name
    self.type = type
  }

  /// The field that expressions and keys name.
  public var id: FieldID { FieldID(derived: self) }
}
