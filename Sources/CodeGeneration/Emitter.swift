import BPFModel
import DataModel
import Plan

/// Builds the tree of one program: parse once, then each node's condition and what hangs on it.
struct Emitter {
  let reach: DataPathReach
  let options: EmitOptions
  let tableSets: Int
  let fields: FieldTable
  let keys: KeyLowering
  let reductions: ReductionLowering
  let setLowering: SetLowering
  var predicates: PredicateLowering
  var half = HalfBuilder()
  /// Structures, declared before `struct sal_half`.
  var structures: [CDeclaration] = []
  /// Functions of tables, declared behind the maps.
  var functions: [CDeclaration] = []
  var costs: [PartCost] = []
  /// The condition of each node that has been emitted.
  var passes: [Int: Mask] = [:]
  /// Nodes with a counter of the tuples that reach them.
  var countedNodes: Set<Int> = []
  /// Keys whose words and hash stand before all conditions, with the number in their names.
  var sharedKeys: [KeyCode: Int] = [:]
  var keyCount = 0
  /// Words of `half->keys` in use, where keys do not stand in locals.
  var keyWordCount = 0
  /// Where each key and its hash stand in `half->keys`.
  var keyPlaces: [Int] = []
  var hashPlaces: [Int] = []

  init(_ reach: DataPathReach, options: EmitOptions, tableSets: Int) {
    self.reach = reach
    self.options = options
    self.tableSets = tableSets
    fields = FieldTable(reach.fields, keyWords: reach.keyWords, needsOrder: reach.needsOrder)
    keys = KeyLowering(fields: fields)
    reductions = ReductionLowering(fields: fields)
    setLowering = SetLowering(reach.plan.sets.map(\.types))
    predicates = PredicateLowering(
      fields: fields, sets: setLowering, isSearchedFirst: reach.valueFields)
  }

  /// SAL_LAYERS_WORDS of `sal/parse.h`, which asserts that it is enough for `struct sal_layers`.
  private static let layersWords = 16

  /// The name that `#line` returns to; `ClangJob`'s default.
  static let fileName = "query.bpf.c"

  var tableBits: Int { tableSets.trailingZeroBitCount }
  var firstSeenSets: Int { TargetProfile.firstSeenShare * tableSets }
  var firstSeenBits: Int { firstSeenSets.trailingZeroBitCount }

  // MARK: the program

  mutating func program() -> EmittedProgram {
    let parsing = Parsing(fields: fields)
    structures.append(.structure("sal_tuple", parsing.tupleMembers))
    structures.append(.blank)
    half.addScratch("sal_tuple", "tuple", words: parsing.tupleMembers.count)
    if !fields.searches.isEmpty { half.addScratch(Search.buffer, words: Search.bufferWords) }
    // In the half and not on the stack: what is loaded from there is unknown to the verifier, so
    // paths through the parser become one (without CAP_PERFMON it would walk too many).
    half.addScratch("layers", words: Self.layersWords)
    if fields.isWide { half.addScratch("keys", words: reach.keyWords + 1) }
    placeCounters()
    let parse = prologue + parsing.statements + predicates.searchedFirst
    note(.parse, parse + Self.body(parsing.generalFunction))
    var body: [CStatement] = []
    let shared = shareKeys()
    for node in reach.nodes { body += block(node) }
    let layout = half.finish(sets: setLowering.layout)
    let main = CDeclaration.function(
      prefix: "SEC(\"xdp\")", .int, "salc_main",
      [CParameter(.pointer(.structure("xdp_md")), Names.frame)],
      parse + shared + body + [.return(.name("XDP_PASS"))])
    let file = CFile(
      name: Self.fileName,
      declarations: head + structures + halfDeclaration + functions
        + fields.searches.flatMap(Search.function)
        + [.blank, .comment("Frames that the fast path does not take."), parsing.generalFunction]
        + [.blank, main])
    return EmittedProgram(
      source: CPrinter.print(file, lineMarks: !options.texts.isEmpty), layout: layout,
      costs: costs)
  }

  private var head: [CDeclaration] {
    var result: [CDeclaration] = [
      .comment("Emitted by salc; do not edit.\n" + summary)
    ]
    for name in headers { result.append(.include("sal/\(name).h")) }
    return result + [.blank]
  }

  /// The headers that the program stands on, those of its own operators behind the common ones.
  private var headers: [String] {
    var names = ["arith", "fast", "hash", "mask", "parse", "program"]
    for table in half.tables {
      let name: String
      switch table.form {
      case .partials(_, let keyWords, _, _, _):
        if keyWords == 0 { continue }
        name = "table"
      case .firstSeen: name = "firstseen"
      case .registers: name = "hll"
      }
      if !names.contains(name) { names.append(name) }
    }
    if !reach.sets.isEmpty { names.append("set") }
    for location in fields.fields.map(\.field.location) {
      let name: String
      switch location {
      case .service: name = "service"
      case .payloadLength, .payloadContains, .bytes: name = "payload"
      default: continue
      }
      if !names.contains(name) { names.append(name) }
    }
    let squares = reach.aggregations.contains {
      reach.plan.aggregations[$0].accumulators.reductions.contains {
        if case .sumOfSquares = $0 { true } else { false }
      }
    }
    return names + (squares ? ["sumsq"] : [])
  }

  /// The outputs of the data path in words.
  private var summary: String {
    let aggregations = reach.aggregations.map { describe(reach.plan.aggregations[$0]) }
    let exports = reach.placed.exports.map {
      "tuples of \(reach.plan.nodes[$0.node].name) for the host"
    }
    return (aggregations + exports).map { "- \($0)" }.joined(separator: "\n")
  }

  private var halfDeclaration: [CDeclaration] {
    var result: [CDeclaration] = [
      .comment("One CPU's state of one epoch; the host knows these offsets."),
      .structure(HalfBuilder.name, half.members),
    ]
    result += half.assertions + [.blank]
    result += setLowering.declarations(used: reach.sets)
    for (number, values) in predicates.lists.enumerated() {
      let count = PredicateLowering.paddedCount(values.count)
      let last = values.last ?? 0
      let padded = values + [Int64](repeating: last, count: count - values.count)
      result.append(
        .variable(
          prefix: "static const", .u64, PredicateLowering.listName(number), counts: [count],
          .list(padded.map { .signed($0) })))
    }
    result += fields.searches.flatMap(Search.needle)
    return result + [.invocation("SAL_PROGRAM_MAPS", [], terminated: false)]
  }

  private var prologue: [CStatement] {
    let frame = CExpression.name(Names.frame)
    let data = CExpression.name(Names.data)
    let end = CExpression.name(Names.end)
    var result: [CStatement] = [
      .declare(.pointer(.constant(.u8)), Names.data, .call("SAL_DATA", [frame])),
      .declare(.pointer(.constant(.u8)), Names.end, .call("SAL_DATA_END", [frame])),
      .declare(
        .structure("sal_length"), Names.length, .call("SAL_LENGTH", [frame, data, end])),
      .declare(.structure("sal_turn"), Names.turn, nil),
      // Where it is not opened the compiler may still save its words: they have to be written. And
      // what opening writes without CAP_PERFMON must be the same, or the offset would be variable.
      .declare(
        .structure("sal_fast"), Names.fast, .list([.binary(.add, data, .integer(14)), 0, 0])),
      .declare(
        .pointer(.structure(HalfBuilder.name)), Names.half,
        .call("sal_half_of", [.unary(.address, .name(Names.turn))])),
      .declare(.int, "opened", nil),
      .blank,
      .branch(.unary(.not, .name(Names.half)), [.return(.name("XDP_PASS"))], []),
      .update(.member(Names.outcomes, "packets"), .add, 1),
      .assign(
        .name("opened"),
        .binary(
          .logicalAnd, .unary(.not, .member(.name(Names.length), "cut")),
          .call("sal_fast_open", [.unary(.address, .name(Names.fast)), data, end]))),
    ]
    result += fields.giving
    if usesHashes && !fields.isWide {
      result.append(.declare(.u64, Names.seed, .name("sal_seed")))
    }
    return result
  }

  private var usesHashes: Bool {
    if !reach.sets.isEmpty { return true }
    let hashes = reach.aggregations.contains {
      let aggregation = reach.plan.aggregations[$0]
      return aggregation.tableLayout.wordCount > 0
    }
    return hashes
      || reach.nodes.contains { reach.plan.nodes[$0].operation.window != nil }
  }

  // MARK: costs

  mutating func note(
    _ part: PartCost.Part, _ statements: [CStatement], stateBytes: Int = 0, recordWords: Int = 0
  ) {
    costs.append(
      PartCost(
        part: part, instructions: CostModel.instructions(statements), stateBytes: stateBytes,
        recordBytes: recordWords * 8))
  }

  /// Puts a consumer into a function of its own, where the program is wide, and calls it; one that
  /// reads the frame gets it too.
  mutating func outlined(
    _ name: String, _ number: Int, readsFrame: Bool = false, _ body: [CStatement]
  ) -> [CStatement] {
    guard fields.isWide else { return body }
    let function = CIdentifier(sanitizing: "\(name)_\(number)")
    var parameters = [CParameter(.pointer(.structure(HalfBuilder.name)), Names.half)]
    var arguments: [CExpression] = [.name(Names.half)]
    if readsFrame {
      parameters += [
        CParameter(.pointer(.structure("xdp_md")), Names.frame),
        CParameter(.structure("sal_length"), Names.length),
      ]
      arguments += [.name(Names.frame), .name(Names.length)]
    }
    functions += [.blank, .function(prefix: "SAL_NOINLINE", .void, function, parameters, body)]
    return [.expression(.call(function, arguments))]
  }

  static func body(_ declaration: CDeclaration) -> [CStatement] {
    if case .function(_, _, _, _, let body) = declaration { body } else { [] }
  }

  // MARK: places in the text

  /// Wraps statements in `#line` directives, where the options have lines.
  func located(_ offset: Int, _ statements: [CStatement]) -> [CStatement] {
    guard let place = options.place(of: offset), !statements.isEmpty else { return statements }
    return [.from(COrigin(file: place.name, line: place.line), statements)]
  }
}
