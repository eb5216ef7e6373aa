import Compiler
import DataModel
import Diagnostics
import Plan
import Semantics
import Syntax

extension Workspace {
  /// What is to be run or explained.
  enum Target: Sendable {
    /// A stream as it was typed.
    case piece(Piece)
    /// A stream or feature by its name, with the columns of its OUTPUT where it has one.
    case name(String)
    /// Everything that the session puts out.
    case outputs

    /// The words of the command that names a target: a name, or nothing for all outputs.
    init(_ argument: String?) { self = argument.map { .name($0) } ?? .outputs }
  }

  /// A target, compiled.
  struct Compilation: Sendable {
    /// What is run, in few words: `Victims`.
    var title: String
    /// The query; nil where there are errors.
    var query: CompiledQuery?
    /// Errors and warnings.
    var diagnostics: [LocatedDiagnostic]
  }

  /// Compiles a target with what it needs of the session, and nothing else of it.
  func compile(_ target: Target, _ options: CompileOptions) -> Compilation {
    let (text, title) = program(for: target)
    var log = DiagnosticLog()
    let query = Compiler.compile(
      text.source, options: self.options(for: text, options), reportingTo: &log)
    let all = located(log, text).filter { $0.diagnostic.code != .unusedName }
    // Warnings about other statements were given when those came.
    if case .piece(let piece) = target, case .query = piece.kind {
      let messages = wholeMessages(all, of: [piece], with: [], query: piece)
      return Compilation(title: title, query: query, diagnostics: messages)
    }
    return Compilation(
      title: title, query: query, diagnostics: all.filter { $0.diagnostic.severity == .error })
  }

  /// The options under which a text is compiled: with the columns of the files that it leaves to
  /// be found out.
  func options(
    for text: ComposedText, _ options: CompileOptions = CompileOptions()
  ) -> CompileOptions {
    guard let schemaOf else { return options }
    var options = options
    options.findSchemas(of: text.source, by: schemaOf)
    return options
  }

  /// The program that prints a target, and the target in few words.
  func program(for target: Target) -> (ComposedText, title: String) {
    switch target {
    case .outputs:
      let pieces = outputs
      var text = program(
        of: pieces.isEmpty ? Set(givenNames) : pieces.reduce(into: []) { $0.formUnion($1.words) },
        with: pieces)
      if pieces.isEmpty && text.utf8.isEmpty { text.add(text: "\n") }
      let titles = pieces.compactMap { piece in
        if case .output(let name?) = piece.kind { name } else { nil }
      }
      return (text, titles.isEmpty ? "session" : titles.joined(separator: ", "))
    case .name(let name):
      if let output = output(of: name) {
        return (program(of: output.words, with: [output]), name)
      }
      var text = program(of: [name], with: [])
      text.add(text: "OUTPUT \(name);\n")
      return (text, name)
    case .piece(let piece):
      if case .query(let name?) = piece.kind, let output = output(of: name) {
        return (program(of: output.words, with: [output]), name)
      }
      var text = program(of: piece.words, with: [])
      var title = String(decoding: piece.utf8, as: UTF8.self)
        .split(whereSeparator: \.isWhitespace).joined(separator: " ")
      while title.last == ";" || title.last == "&" || title.last == " " { title.removeLast() }
      switch piece.kind {
      case .output(let name):
        text.add(piece)
        return (text, name ?? title)
      default:
        text.add(piece, prefix: "OUTPUT ")
        return (text, title)
      }
    }
  }
}

/// What a name stands for, for people.
struct NameDescription: Sendable {
  /// The name.
  var name: String
  /// Source, stream, keyed stream, feature or rows.
  var kind: String
  /// The columns of its rows or tuples; none where it does not hold.
  var columns: [DataModel.OutputColumn] = []
  /// The key as it was written, for keyed streams.
  var key = ""
  /// The window in words, where there is one.
  var window = ""
  /// The statement as it was given.
  var definition: String
}

extension Workspace {
  /// What a name of the session stands for; nil where it has no such name.
  func describe(_ name: String) -> NameDescription? {
    guard let definition = definition(of: name) else { return nil }
    guard let statement = statements.last(where: { $0.name == name }) else { return nil }
    if case .setting = statement.piece.kind {
      return NameDescription(name: name, kind: "setting", definition: definition)
    }
    var result = NameDescription(name: name, kind: "stream", definition: definition)
    var text = program(of: [name], with: [])
    text.add(text: "OUTPUT \(name);\n")
    var log = DiagnosticLog()
    guard let plan = Compiler.check(text.source, options: options(for: text), reportingTo: &log),
      let output = plan.outputs.first
    else {
      result.kind = "broken"
      return result
    }
    result.columns = output.schema.columns
    switch output.content {
    case .rows(let relation, _):
      result.kind = statement.piece.opening == "FOREACH" ? "feature" : "rows"
      result.window = Timestamp.durationText(plan.relations[relation].window.length)
    case .tuples(let node, _):
      if case .source = plan.nodes[node].operation { result.kind = "source" }
      result.window = plan.nodes[node].operation.window.map(\.description) ?? ""
    }
    if statement.piece.opening == "STREAM" {
      result.kind = "keyed stream"
      result.key = key(of: statement.piece)
    }
    return result
  }

  /// The keys of `Name = STREAM … BY keys;` as they were written.
  private func key(of piece: Piece) -> String {
    var log = DiagnosticLog()
    let tree = parse(SourceText(name: "", utf8: piece.utf8), reportingTo: &log)
    guard case .assignment(let node)? = tree.program.statements.first,
      case .keyed(let keyed) = node.value
    else { return "" }
    return keyed.keys.map { tree.source[$0.range] }.joined(separator: ", ")
  }
}
