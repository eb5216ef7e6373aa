import Compiler
import DataModel
import Diagnostics
import Semantics

/// The statements of a session: they accumulate, may be redefined, and what depended on a
/// redefined one is checked again. Pure.
///
/// The order is that of a program: a redefinition takes the place of the statement that it
/// replaces. Only one that mentions its own name is added behind, as in a file, where a use means
/// the latest assignment above it.
struct Workspace: Sendable {
  /// A statement that is kept.
  struct Statement: Sendable {
    var piece: Piece
    /// Why it no longer holds, where a redefinition broke it.
    var isBroken = false

    /// What it gives a meaning: its name, or for an output what it prints.
    var name: String? {
      switch piece.kind {
      case .definition(let name), .setting(let name): name
      default: nil
      }
    }
  }

  /// Looks at a file whose columns a statement leaves to be found out; nil where nobody does.
  let schemaOf: (@Sendable (SchemaQuestion) -> SchemaAnswer)?

  /// What adding statements came to.
  struct Change: Sendable {
    /// Messages about the statements themselves; errors where they were not taken.
    var diagnostics: [LocatedDiagnostic] = []
    /// Whether the statements were taken.
    var isAccepted = false
    /// Names that had a meaning before and have a new one now.
    var redefined: [String] = []
    /// Names that depend on a redefined one and still hold.
    var sound: [String] = []
    /// Names that no longer hold, with the messages that say why; none where the reason is
    /// another name of this list.
    var broken: [(name: String, diagnostics: [LocatedDiagnostic])] = []
    /// Names that were broken and hold again.
    var mended: [String] = []
  }

  /// The texts that statements stand in.
  private(set) var texts: [InputText] = []
  private(set) var statements: [Statement] = []
  /// The text of statements that nobody gave.
  private var builtInText: Int?

  /// An empty session.
  init(schemaOf: (@Sendable (SchemaQuestion) -> SchemaAnswer)? = nil) { self.schemaOf = schemaOf }

  /// Adds a text to take statements from; the result is its index.
  mutating func addText(named name: String) -> Int {
    texts.append(InputText(name: name))
    return texts.count - 1
  }

  /// Works on a text: appends lines, takes pieces.
  mutating func withText<Result>(_ index: Int, _ body: (inout InputText) -> Result) -> Result {
    body(&texts[index])
  }

  /// Takes the whole statements of a text.
  mutating func takePieces(from text: Int) -> [Piece] {
    texts[text].takePieces().map { piece in
      var piece = piece
      piece.text = text
      return piece
    }
  }

  /// Takes what a text ends in without its `;`.
  mutating func takeRest(from text: Int) -> Piece? {
    var piece = texts[text].takeRest()
    piece?.text = text
    return piece
  }

  // MARK: What there is

  /// Names of streams, features and settings, in the order of the program.
  var names: [String] {
    var seen: Set<String> = []
    return statements.compactMap(\.name).filter { seen.insert($0).inserted }
  }

  /// Whether a stream or feature has this name.
  func defines(_ name: String) -> Bool {
    statements.contains { $0.piece.kind == .definition(name) }
  }

  /// Whether a redefinition broke what this name means.
  func isBroken(_ name: String) -> Bool {
    statements.contains { $0.name == name && $0.isBroken }
  }

  /// What the session prints where nothing is named: its OUTPUT statements.
  var outputs: [Piece] {
    statements.map(\.piece).filter { if case .output = $0.kind { true } else { false } }
  }

  /// The OUTPUT statement for a stream, the latest.
  func output(of name: String) -> Piece? { outputs.last { $0.kind == .output(name) } }

  /// The statements that define a name, as they were given.
  func definition(of name: String) -> String? {
    let pieces = statements.filter { $0.name == name }.map(\.piece)
    guard !pieces.isEmpty else { return nil }
    return pieces.map { String(decoding: $0.utf8, as: UTF8.self) }.joined(separator: "\n")
  }

  /// The whole session as a program that `salc run` takes.
  var programText: String {
    let used = closure(of: Set(givenNames))
    return statements.filter { !isBuiltIn($0) || used.contains($0.name ?? "") }
      .map { String(decoding: $0.piece.utf8, as: UTF8.self) + "\n" }.joined()
  }

  /// The names that somebody gave; all where there are no others.
  var givenNames: [String] {
    let given = statements.filter { !isBuiltIn($0) }.compactMap(\.name)
    return given.isEmpty ? names : given
  }

  private func isBuiltIn(_ statement: Statement) -> Bool { statement.piece.text == builtInText }

  // MARK: Change

  /// Defines a name for the user, in a text of its own; not where the user has defined it.
  mutating func defineBuiltIn(_ line: String, text: Int) {
    builtInText = text
    texts[text].append(line)
    for piece in takePieces(from: text) {
      guard case .definition(let name) = piece.kind else { continue }
      let isTaken = statements.contains { $0.name == name && !isBuiltIn($0) }
      if !isTaken { place(piece, behind: false) }
    }
  }

  /// Adds statements that came together, all or none of them.
  mutating func define(_ pieces: [Piece]) -> Change {
    var candidate = self
    var change = Change()
    let isBatch = pieces.count > 1
    for (index, piece) in pieces.enumerated() {
      let again = pieces[..<index].contains { $0.kind == piece.kind }
      candidate.place(piece, behind: isBatch && again)
    }
    let used = pieces.reduce(into: Set<String>()) { $0.formUnion($1.words) }
    let log = candidate.check(candidate.program(of: used, with: pieces))
    change.diagnostics = candidate.wholeMessages(log, of: pieces, with: pieces)
    guard !change.diagnostics.contains(where: { $0.diagnostic.severity == .error }) else {
      return change
    }
    change.isAccepted = true
    let given = Set(pieces.compactMap { Statement(piece: $0).name })
    change.redefined = names.filter(given.contains)
    for index in candidate.statements.indices where candidate.statements[index].name != nil {
      if given.contains(candidate.statements[index].name ?? "") {
        candidate.statements[index].isBroken = false
      }
    }
    candidate.checkDependents(of: given, &change)
    self = candidate
    return change
  }

  /// Forgets what a name means; what depended on it is broken then. False where it means nothing.
  mutating func forget(_ name: String) -> Change? {
    guard statements.contains(where: { $0.name == name }) else { return nil }
    statements.removeAll { $0.name == name || $0.piece.kind == .output(name) }
    var change = Change()
    change.isAccepted = true
    checkDependents(of: [name], &change)
    return change
  }

  /// Puts a statement where the program has it.
  private mutating func place(_ piece: Piece, behind: Bool) {
    let statement = Statement(piece: piece)
    switch piece.kind {
    case .definition(let name), .setting(let name):
      let earlier = statements.indices.filter { statements[$0].name == name }
      guard let first = earlier.first, !behind, !piece.mentionsItself else { break }
      statements[first] = statement
      for index in earlier.dropFirst().reversed() { statements.remove(at: index) }
      return
    case .output(let name?):
      if let index = statements.firstIndex(where: { $0.piece.kind == .output(name) }) {
        statements[index] = statement
        return
      }
    case .empty, .query: return
    case .output, .directive: break
    }
    statements.append(statement)
  }

  private mutating func checkDependents(of names: Set<String>, _ change: inout Change) {
    var reached = names
    var dependents: [String] = []
    var grew = true
    while grew {
      grew = false
      for statement in statements where !statement.piece.words.isDisjoint(with: reached) {
        guard let name = statement.name, reached.insert(name).inserted else { continue }
        dependents.append(name)
        grew = true
      }
    }
    for name in self.names where isBroken(name) && !dependents.contains(name) {
      if !names.contains(name) { dependents.append(name) }
    }
    for name in dependents {
      let wasBroken = isBroken(name)
      let log = check(program(of: [name], with: []))
      let errors = log.filter { $0.diagnostic.severity == .error }
      for index in statements.indices where statements[index].name == name {
        statements[index].isBroken = !errors.isEmpty
      }
      let own = errors.filter { error in
        statements.contains { $0.name == name && $0.piece.holds(error) }
      }
      if errors.isEmpty {
        if wasBroken { change.mended.append(name) } else { change.sound.append(name) }
      } else if !wasBroken {
        change.broken.append((name, own))
      }
    }
  }

  // MARK: Programs

  /// Warnings that hang on what else is in a file, and mean nothing here.
  private static let sessionCodes: Set<DiagnosticCode> = [
    .unusedName, .nothingToDo, .reassignedName,
  ]

  /// The program of everything that these names need, with outputs and directives of `pieces`.
  func program(of names: Set<String>, with pieces: [Piece]) -> ComposedText {
    let needed = closure(of: names)
    var text = ComposedText()
    for statement in statements {
      switch statement.piece.kind {
      case .setting: text.add(statement.piece)
      case .definition(let name) where needed.contains(name): text.add(statement.piece)
      default: if pieces.contains(statement.piece) { text.add(statement.piece) }
      }
    }
    return text
  }

  /// The names together with everything that they use, directly or not.
  private func closure(of names: Set<String>) -> Set<String> {
    var reached = names
    var waiting = Array(names)
    while let name = waiting.popLast() {
      for statement in statements where statement.piece.kind == .definition(name) {
        for word in statement.piece.words where reached.insert(word).inserted {
          waiting.append(word)
        }
      }
    }
    return reached
  }

  private func check(_ text: ComposedText) -> [LocatedDiagnostic] {
    var log = DiagnosticLog()
    _ = Compiler.check(text.source, options: options(for: text), reportingTo: &log)
    return located(log, text).filter { !Self.sessionCodes.contains($0.diagnostic.code) }
  }

  /// The messages about statements that were just given, out of those about a program that holds
  /// no more than they need. Errors are looked up once more in the whole session, where
  /// suggestions know all names.
  func wholeMessages(
    _ log: [LocatedDiagnostic], of given: [Piece], with pieces: [Piece], query: Piece? = nil
  ) -> [LocatedDiagnostic] {
    func own(_ log: [LocatedDiagnostic]) -> [LocatedDiagnostic] {
      log.filter { message in given.contains { $0.holds(message) } }
    }
    let isError: (LocatedDiagnostic) -> Bool = { $0.diagnostic.severity == .error }
    guard log.contains(where: isError) else { return own(log) }
    var text = program(of: Set(names), with: pieces)
    if let query { text.add(query, prefix: "OUTPUT ") }
    let whole = own(check(text))
    let mine = own(log)
    if mine.contains(where: isError), whole.count(where: isError) == mine.count(where: isError) {
      return whole
    }
    return log.filter { isError($0) || mine.contains($0) }
  }

  func located(_ log: DiagnosticLog, _ text: ComposedText) -> [LocatedDiagnostic] {
    log.inSourceOrder.map { text.original($0, in: texts) }
  }
}

extension Piece {
  /// Whether a message is about this statement.
  func holds(_ message: LocatedDiagnostic) -> Bool {
    message.text == text && message.diagnostic.range.lowerBound >= range.lowerBound
      && message.diagnostic.range.lowerBound <= range.upperBound
  }
}
