/// What `salc why CODE` prints: the meaning of a code, with an example.
public struct DiagnosticExplanation: Sendable, Hashable {
  /// The code explained.
  public let code: DiagnosticCode
  /// A few words: “missing ‘;’”.
  public let title: String
  /// Why it is reported and what to do, in whole sentences.
  public let text: String
  /// A piece of a program that causes it.
  public let example: String

  /// An explanation of `code`.
  public init(_ code: DiagnosticCode, _ title: String, _ text: String, example: String) {
    self.code = code
    self.title = title
    self.text = text
    self.example = example
  }
}

extension DiagnosticExplanation: CustomStringConvertible {
  public var description: String {
    let quoted = example.split(separator: "\n", omittingEmptySubsequences: false)
      .map { "    \($0)" }.joined(separator: "\n")
    return "\(code): \(title)\n\n\(text)\n\nFor example:\n\n\(quoted)\n"
  }
}

/// Every code that a build of the compiler can print, joined from the lists of its modules.
public struct DiagnosticCatalogue: Sendable {
  /// All explanations, in the order of their codes.
  public let explanations: [DiagnosticExplanation]

  private let byName: [String: DiagnosticExplanation]

  /// Joins the lists of several modules; a code that occurs twice is a bug of the modules.
  public init(_ explanations: [DiagnosticExplanation]) {
    self.explanations = explanations.sorted { $0.code.name < $1.code.name }
    byName = Dictionary(
      explanations.map { ($0.code.name, $0) },
      uniquingKeysWith: { first, _ in
        preconditionFailure("\(first.code) is declared by two modules")
      })
  }

  /// The explanation of a code as a user types it (`SAL0312`, `sal0312`, `0312`, `312`).
  public func explain(_ code: String) -> DiagnosticExplanation? { byName[Self.fullName(code)] }

  private static func fullName(_ code: String) -> String {
    let upper = code.uppercased()
    let digits = upper.hasPrefix("SAL") ? String(upper.dropFirst(3)) : upper
    let padding = String(repeating: "0", count: max(0, 4 - digits.utf8.count))
    return "SAL" + padding + digits
  }

  /// What to say about a code that no diagnostic has: the codes next to it, or those whose titles
  /// have the words, a line each.
  public func answer(toUnknown code: String) -> String {
    let word = code.lowercased()
    let titled = explanations.filter { $0.title.lowercased().contains(word) }
    let number = Int(Self.fullName(code).dropFirst(3))
    let near = number.map { number in
      // Neighbours in number, which are kin: SAL01.. is syntax, SAL02.. meaning, SAL03.. sinks.
      explanations.sorted { distance($0, number) < distance($1, number) }.prefix(3)
        .sorted { $0.code.name < $1.code.name }
    }
    let lines = (number == nil ? titled : near ?? []).map { "  \($0.code)  \($0.title)\n" }
    return lines.isEmpty ? "" : "the nearest:\n" + lines.joined()
  }

  private func distance(_ explanation: DiagnosticExplanation, _ number: Int) -> Int {
    abs((Int(explanation.code.name.dropFirst(3)) ?? 0) - number)
  }

  /// The explanation of a code.
  public func explain(_ code: DiagnosticCode) -> DiagnosticExplanation? {
    byName[code.name]
  }
}
