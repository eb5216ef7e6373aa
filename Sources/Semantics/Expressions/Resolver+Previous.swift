import Diagnostics
import Plan
import Syntax

extension Resolver {
  /// The most windows that a feature is read back.
  private static let windowsBackMax: UInt64 = 1000

  /// `F.prev(n)`: the value n windows earlier, a feature of the same state.
  mutating func previous(_ base: Name, _ node: MethodCall, in scope: Scope) -> Typed? {
    guard let value = check(.path(Path([base], base.range)), in: scope) else {
      return nil
    }
    guard case .feature(let index) = value.node else {
      report(
        Diagnostic(
          .unknownMember, "‘\(base.text)’ has no members; it is \(article(value.type))",
          at: node.name.range))
      return nil
    }
    guard node.arguments.count == 1, case .literal(let literal) = node.arguments[0].value,
      case .integer(let count) = literal.value, count > 0, count <= Self.windowsBackMax
    else {
      report(
        Diagnostic(
          .wrongArgument,
          "prev takes how many windows earlier, a whole number from 1 to \(Self.windowsBackMax)",
          at: node.arguments.first?.range ?? node.range))
      return nil
    }
    var earlier = plan.features[index]
    earlier.name = "\(earlier.name).prev(\(count))"
    earlier.back += Int(count)
    let known = plan.features.firstIndex(of: earlier)
    if known == nil { plan.features.append(earlier) }
    return Typed(.feature(known ?? plan.features.count - 1), earlier.type, node.range)
  }
}
