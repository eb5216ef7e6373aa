public import DataModel
public import Diagnostics
public import Plan
public import Syntax

/// Says what a program means: names, types, units, keys and windows, as a plan.
///
/// Pure: the answer hangs on the tree alone. Returns nil where `log` holds an error afterwards;
/// several independent errors are found in one run.
///
/// Where the program is to be given packets (`takesPackets`), a source of records stands for the
/// flow records that are made of them. `bindings` are places that sources read instead of those
/// that the program names, by the name of the source, and `recordPlace` is that of a source of
/// records which names none. `schemas` are the columns that a look at files has told.
/// - Source: `Docs/Language.md`; each method of ``Resolver`` is one statement of it.
public func resolve(
  _ tree: SyntaxTree, takesPackets: Bool = false, bindings: [String: String] = [:],
  recordPlace: String? = nil, schemas: [SchemaQuestion: SchemaAnswer] = [:],
  reportingTo log: inout DiagnosticLog
) -> LogicalPlan? {
  var resolver = Resolver(tree, log)
  resolver.takesPackets = takesPackets
  resolver.bindings = bindings
  resolver.recordPlace = recordPlace
  resolver.schemas = schemas
  resolver.resolveProgram()
  log = resolver.log
  guard !log.containsError else { return nil }
  let plan = resolver.plan
  PlanVerifier.check(plan)
  return plan
}

/// The files whose columns the program leaves to be found out, in the order of their use.
public func schemaQuestions(
  of tree: SyntaxTree, bindings: [String: String] = [:], recordPlace: String? = nil
) -> [SchemaQuestion] {
  var resolver = Resolver(tree, DiagnosticLog())
  resolver.bindings = bindings
  resolver.recordPlace = recordPlace
  resolver.resolveProgram()
  return resolver.questions
}

/// Turns statements into a plan, each name on first use.
struct Resolver {
  let tree: SyntaxTree
  var log: DiagnosticLog
  var plan = LogicalPlan()
  var names: NameTable
  /// Whether sources of records stand for flows made of packets.
  var takesPackets = false
  /// Places that sources read instead of those that the program names.
  var bindings: [String: String] = [:]
  /// What the source of records reads that names no place.
  var recordPlace: String?
  /// The columns of files that were looked at, and the files that still have to be.
  var schemas: [SchemaQuestion: SchemaAnswer] = [:]
  var questions: [SchemaQuestion] = []
  /// Index of the statement at hand; a use means the latest assignment above it.
  var statement = 0
  /// Name of the statement at hand, for nodes that have none of their own.
  var statementName = ""
  /// Names that wait for each other's meaning, by statement; bounds the recursion.
  var waiting: [Int] = []
  /// Settings and how often they were given.
  var settings: [String: SourceRange] = [:]
  /// What the TRANSFORM at hand reads of earlier tuples; nil outside.
  var transformScope: TransformScope?
  /// The field beside which the operand at hand stands; tells what an unknown word may mean.
  var besideField: FieldID?
  /// Columns that nodes give names to which mean them there, whatever else has that name.
  var boundColumns: [Int: [String: FieldID]] = [:]
  /// By node of a condition beside tuples, what IN asks instead where that is not the condition.
  var memberConditions: [Int: RowExpression] = [:]
  /// Nodes of rows as tuples by relation and features, so that equal ones are one node.
  var rowViews: [[Int]: Int] = [:]
  /// Derived columns so far.
  var derivedCount = 0
  /// Defaults of item windows that the preamble sets.
  var itemDefaults: [String: Int] = [:]
  /// Names read without regard to case of which a note was given already.
  var notedSpellings: Set<String> = []
  /// Tuple views of row streams by relation, so that equal views are one node.
  var tupleViews: [Int: Int] = [:]
  /// The value that each repeated field stands for in the comparison at hand.
  var chosenValues: [String: FieldID] = [:]
  /// The columns of each group of repeated fields, by its name.
  var groupColumns: [String: [FieldID]] = [:]
  /// What conditions ask of entries, in the order of their columns.
  var examinations: [Examination] = []
  /// Whether the condition at hand is a filter's, which can ask entries.
  var mayExamine = false
  /// Sets that were asked for while the rows that feed them were still being resolved.
  var pendingSets: [PendingSet] = []
  /// The bound of patterns that have none of their own, nanoseconds.
  var patternWindow: Int64 = 100_000_000_000

  /// Names that may wait for each other; a chain of uses before their lines is as deep.
  static let depthLimit = 256

  init(_ tree: SyntaxTree, _ log: DiagnosticLog) {
    self.tree = tree
    self.log = log
    names = NameTable(tree.program)
  }

  mutating func resolveProgram() {
    reportNames()
    let statements = tree.program.statements
    for case .setting(let setting) in statements { resolve(setting) }
    for (index, node) in statements.enumerated() { resolve(node, at: index) }
    feedPendingSets()
    finishOutputs()
    plan.settleTicks()
  }

  private mutating func resolve(_ node: Statement, at index: Int) {
    statement = index
    statementName = ""
    switch node {
    case .setting, .invalid: break
    case .assignment: _ = meaning(ofStatement: index)
    case .partition(let partition): check(partition)
    case .hash(let directive): check(directive)
    case .subgraph(let subgraph): outputMatches(of: subgraph)
    case .output(let output): resolve(output)
    }
  }

  /// PARTITION is a hint on one host: its names are checked, the answer does not change.
  private mutating func check(_ node: Partition) {
    if let stream = tupleStream(node.input, for: "PARTITION") { _ = keys(node.keys, of: stream) }
  }

  /// HASH names a function for a partition key; it never changes the answer either.
  private mutating func check(_ node: HashDirective) {
    _ = keys([node.key], of: TupleStream(node: 0, key: nil))
  }

  // MARK: Reporting

  mutating func report(_ diagnostic: Diagnostic) { log.report(diagnostic) }

  /// The text of a piece of the program, on one line.
  func text(_ range: SourceRange) -> String {
    tree.source[range].split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// The one clear answer to what the language has and this compiler has not.
  mutating func notSupported(
    _ what: String, _ range: SourceRange, notes: [Diagnostic.Note] = []
  ) {
    report(Diagnostic(.notSupportedYet, "not supported yet: \(what)", at: range, notes: notes))
  }

  /// The word before a clause's value, such as the `SLIDE` of `SLIDE 5s`.
  func word(before range: SourceRange) -> SourceRange {
    tree.tokens.last { $0.range.upperBound <= range.lowerBound }?.range ?? range
  }

  /// The word after a value, such as the `ITEMS` of `100 ITEMS`.
  func word(after range: SourceRange) -> SourceRange {
    tree.tokens.first { $0.range.lowerBound >= range.upperBound }?.range ?? range
  }

  /// The range of the first word of a statement, such as `SUBGRAPH`.
  func keyword(of range: SourceRange) -> SourceRange {
    let bytes = tree.source.utf8[range.lowerBound..<range.upperBound]
    let word = bytes.prefix { ($0 | 32) >= UInt8(ascii: "a") && ($0 | 32) <= UInt8(ascii: "z") }
    return word.isEmpty ? range : SourceRange(range.lowerBound, range.lowerBound + word.count)
  }
}
