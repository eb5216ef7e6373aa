import Diagnostics
import Syntax

/// The names of a program and which assignment a use means.
struct NameTable {
  /// Statement indices of each name's assignments, ascending.
  private(set) var assignments: [String: [Int]] = [:]
  /// What statements turned out to mean.
  var meanings: [Int: Meaning] = [:]
  /// Statements whose value something else uses.
  var consumed: Set<Int> = []
  /// All names, in the order of the text.
  private(set) var ordered: [String] = []

  init(_ program: Program) {
    for (index, node) in program.statements.enumerated() {
      guard case .assignment(let assignment) = node, !assignment.name.isMissing else { continue }
      let name = assignment.name.text
      if assignments[name] == nil { ordered.append(name) }
      assignments[name, default: []].append(index)
    }
  }

  /// Whether a later statement assigns the name.
  func isAssignedAgain(_ name: String, after statement: Int) -> Bool {
    assignments[name]?.contains { $0 > statement } ?? false
  }

  /// The statement that a use in `statement` means: the only assignment, or the latest above.
  func statement(of name: String, usedIn statement: Int) -> Int? {
    guard let found = assignments[name] else { return nil }
    return found.count == 1 ? found[0] : found.last { $0 < statement }
  }
}
