/// Bytes that a state may still take.
public final class MemoryBudget {
  /// What is left.
  public private(set) var left: Int

  /// A budget of so many bytes.
  public init(bytes: Int) { left = bytes }

  /// Takes bytes; false where there are not as many.
  public func take(_ bytes: Int) -> Bool {
    guard bytes <= left else { return false }
    left -= bytes
    return true
  }
}
