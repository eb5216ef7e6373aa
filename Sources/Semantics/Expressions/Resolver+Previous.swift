import Diagnostics
import Plan
import Syntax

extension Resolver {
  /// The most windows that a feature is read back.
  private static let windowsBackMax: UInt64 = 1000

  /// `F.prev(n)`: the value n windows earlier, or of a window of items n tuples of the key earlier;
  /// a feature of the same state.
  mutating func previous(_ base: Name, _ node: MethodCall, in scope: Scope) -> Typed? {
    guard let value = check(.path(Path([base], base.range)), in: scope) else {
      return nil
    }
    if case .current(let index) = value.node { return current(index, before: node) }
    guard case .feature(let index) = value.node else {
      report(
        Diagnostic(
          .unknownMember, "‘\(base.text)’ has no members; it is \(article(value.type))",
          at: node.name.range))
      return nil
    }
    guard let count = back(node, "windows", most: Self.windowsBackMax) else { return nil }
    var earlier = plan.features[index]
    earlier.name = "\(earlier.name).prev(\(count))"
    earlier.back += count
    let known = plan.features.firstIndex(of: earlier)
    if known == nil { plan.features.append(earlier) }
    return Typed(.feature(known ?? plan.features.count - 1), earlier.type, node.range)
  }

  /// The value that a feature of a window of items had some tuples of its key earlier.
  private mutating func current(_ index: Int, before node: MethodCall) -> Typed? {
    guard let count = back(node, "tuples", most: UInt64(ItemFeature.backMax)) else { return nil }
    var earlier = plan.itemFeatures[index]
    earlier.name = "\(earlier.name).prev(\(count))"
    earlier.back += count
    let known = plan.itemFeatures.firstIndex(of: earlier)
    if known == nil { plan.itemFeatures.append(earlier) }
    return Typed(.current(known ?? plan.itemFeatures.count - 1), earlier.type, node.range)
  }

  private mutating func back(_ node: MethodCall, _ what: String, most: UInt64) -> Int? {
    guard node.arguments.count == 1, case .literal(let literal) = node.arguments[0].value,
      case .integer(let count) = literal.value, count > 0, count <= most
    else {
      report(
        Diagnostic(
          .wrongArgument,
          "prev takes how many \(what) earlier, a whole number from 1 to \(most)",
          at: node.arguments.first?.range ?? node.range))
      return nil
    }
    return Int(count)
  }
}
