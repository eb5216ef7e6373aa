public import DataModel
public import Kernels

/// One operator of `FOREACH … GENERATE`: everything that any stage needs to know of it.
///
/// Operators are values in ``OperatorCatalogue/all``. Parser, type checker, placement, EXPLAIN,
/// `Docs/Operators.md` and the law tests learn an operator from its entry; no other place names it.
public protocol StreamOperator: Sendable {
  /// The name in query text.
  var name: String { get }
  /// Other spellings, such as SAL's `ehsum`.
  var aliases: [String] { get }
  /// What other languages call it: not accepted, but what a message about the name suggests.
  var foreignNames: [String] { get }
  /// One sentence: what it computes.
  var summary: String { get }
  /// The arguments in order.
  var parameters: [Parameter] { get }
  /// The bound of its error in words with its source; "exact" where there is none.
  var boundSummary: String { get }
  /// An example statement that a test runs.
  var example: String { get }

  /// The type of the result for checked arguments.
  func resultType(_ call: OperatorCall) -> ScalarType
  /// What state the call needs.
  func state(_ call: OperatorCall) -> StateForm
  /// What the host keeps of a tally's items, where not all of them are wanted; nil where all are.
  func summary(_ call: OperatorCall) -> TallySummary?
  /// What the answer reads of a tally.
  func reading(_ call: OperatorCall) -> TallyReading
  /// Whether the accuracy may be one of ranks, `WITHIN RANK ε`.
  var hasRanks: Bool { get }
  /// The answer out of the state of one key and window.
  func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate
  /// The answer for the window that ends at `end`, for operators that look where in it items fell.
  func evaluate(_ call: OperatorCall, _ state: KeyState, end: Int64) -> Estimate
  /// The answer where values of one numeric field are at hand in ascending order; nil where the
  /// operator wants a tally.
  func evaluate(_ call: OperatorCall, ascending values: UnsafeBufferPointer<Int64>) -> Estimate?
  /// The value of a key that had no tuple: 0 for counts, sums and distinct, else missing.
  func absentValue(_ call: OperatorCall) -> Value
  /// What the ε of `WITHIN ε` is a share of.
  func errorScale(_ call: OperatorCall) -> ErrorScale
  /// Why the accuracy asked for cannot be kept; nil where it can.
  func accuracyProblem(_ call: OperatorCall) -> String?
  /// Whether the first argument may be a column of real numbers, which rows and tables have.
  var takesReals: Bool { get }
  /// The reduction whose word is the answer as it stands, without a bound; nil where the answer is
  /// computed of words, or may be missing.
  func word(_ call: OperatorCall) -> Reduction?
  /// What of n, Σx and Σx² the answer is, with its unit; nil where it is something else. An engine
  /// computes such answers for many rows at once, by the same function as ``evaluate(_:_:)``.
  func moment(_ call: OperatorCall) -> (kind: MomentKind, unit: Double)?
  /// What the answer is of a window's sums that a histogram tells; nil where it is of more.
  func windowEstimate(_ call: OperatorCall) -> WindowEstimate?
  /// What the answer is worth where tuples were lost: `at_least` where more tuples could only
  /// make it larger, else `partial` (language.md §3.6).
  func qualityUnderLoss(_ call: OperatorCall) -> Quality
  /// Whether the call is told its time window, as a last argument.
  var readsWindow: Bool { get }
  /// Whether SAL's form with basic windows, `name(f, N, b, k)`, is the operator's.
  var hasBasicWindows: Bool { get }
  /// Whether the operator compares the older half of its window with the newer one.
  var comparesHalves: Bool { get }
  /// Why the arguments do not fit each other, or the window; nil where they do.
  func argumentProblem(_ call: OperatorCall) -> String?
}

extension StreamOperator {
  /// The example over a stream of another name than `P`.
  public func example(over stream: String) -> String {
    var text = ""
    var word = ""
    for character in example + "\n" {
      if character.isLetter || character.isNumber || character == "_" {
        word.append(character)
        continue
      }
      text += word == "P" ? stream : word
      text.append(character)
      word = ""
    }
    return String(text.dropLast())
  }

  public var aliases: [String] { [] }
  public var foreignNames: [String] { [] }
  public var boundSummary: String { "exact" }
  public func absentValue(_ call: OperatorCall) -> Value { .missing }
  public func summary(_ call: OperatorCall) -> TallySummary? { nil }
  public func reading(_ call: OperatorCall) -> TallyReading { .items }
  public var hasRanks: Bool { false }
  public func evaluate(_ call: OperatorCall, _ state: KeyState, end: Int64) -> Estimate {
    evaluate(call, state)
  }
  public func evaluate(
    _ call: OperatorCall, ascending values: UnsafeBufferPointer<Int64>
  ) -> Estimate? { nil }
  public func errorScale(_ call: OperatorCall) -> ErrorScale { .value }
  public func accuracyProblem(_ call: OperatorCall) -> String? { nil }
  public var takesReals: Bool { false }
  public func word(_ call: OperatorCall) -> Reduction? { nil }
  public func moment(_ call: OperatorCall) -> (kind: MomentKind, unit: Double)? { nil }
  public func qualityUnderLoss(_ call: OperatorCall) -> Quality { .partial }
  public var readsWindow: Bool { false }
  public var hasBasicWindows: Bool { false }
  public var comparesHalves: Bool { false }
  public func argumentProblem(_ call: OperatorCall) -> String? { nil }
}

/// One argument of an operator.
public struct Parameter: Hashable, Sendable {
  /// What may stand there.
  public enum Kind: Hashable, Sendable {
    /// A numeric expression over the tuple.
    case expression
    /// One or several fields of any type; only as the first parameter.
    case fields
    /// One numeric field, whose values are counted.
    case values
    /// A positive integer constant within a range.
    case integer(ClosedRange<Int64>)
    /// A constant from 0 to 1.
    case share
    /// One of these words.
    case choice([String])
  }

  /// The name in documentation and diagnostics.
  public let name: String
  /// What may stand there.
  public let kind: Kind
  /// Whether it may be left out.
  public let isOptional: Bool

  /// Creates a parameter.
  public init(_ name: String, _ kind: Kind, isOptional: Bool = false) {
    self.name = name
    self.kind = kind
    self.isOptional = isOptional
  }
}

/// A checked call of an operator: arguments bound to parameters, accuracy as asked for.
public struct OperatorCall: Hashable, Sendable {
  /// A checked argument.
  public enum Argument: Hashable, Sendable {
    case expression(TupleExpression, type: ScalarType)
    case fields([KeyComponent])
    case integer(Int64)
    /// A quotient of two constants, the second positive.
    case share(Int64, Int64)
    case choice(String)
    /// The time window, which nobody writes: its length and slide in nanoseconds, and the field
    /// of the tuples' times, where tuples have one.
    case window(length: Int64, slide: Int64, time: FieldID?)
  }

  /// The operator's name (``StreamOperator/name``).
  public let name: String
  /// Arguments in parameter order; optional ones at the end may be absent.
  public let arguments: [Argument]
  /// `WITHIN ε CONFIDENCE p`, or the operator's default.
  public let accuracy: Accuracy

  /// Creates a call.
  public init(name: String, arguments: [Argument], accuracy: Accuracy = .standard) {
    self.name = name
    self.arguments = arguments
    self.accuracy = accuracy
  }

  /// The operand of the first argument, where that is an expression.
  public var operand: TupleExpression? {
    if case .expression(let expression, _)? = arguments.first { expression } else { nil }
  }

  /// The fields of the first argument, where it is some.
  public var fields: [KeyComponent]? {
    if case .fields(let fields)? = arguments.first { fields } else { nil }
  }

  /// The time window of an operator that reads it; nil in windows of items.
  public var window: (length: Int64, slide: Int64, time: FieldID?)? {
    if case .window(let length, let slide, let time)? = arguments.last {
      (length, slide, time)
    } else {
      nil
    }
  }

  /// The whole number of an argument, where it was given.
  func integer(_ index: Int) -> Int64? {
    guard index < arguments.count, case .integer(let value) = arguments[index] else { return nil }
    return value
  }

  /// The operand of an argument, where that is an expression and there.
  func expression(_ index: Int) -> TupleExpression? {
    guard index < arguments.count, case .expression(let expression, _) = arguments[index] else {
      return nil
    }
    return expression
  }

  /// The unit of real results: operators see durations, which are nanoseconds, as seconds.
  var unit: Double { operandType == .duration || fields?.first?.type == .duration ? 1e9 : 1 }

  /// The type of the first argument, where that is an expression.
  public var operandType: ScalarType? {
    if case .expression(_, let type)? = arguments.first { type } else { nil }
  }
}

/// How exact an answer has to be.
public enum Accuracy: Hashable, Sendable {
  /// The operator's own default.
  case standard
  /// Relative to the truth: `WITHIN ε CONFIDENCE p`.
  case within(epsilon: Double, confidence: Double)
  /// Of ranks, relative to the number of tuples: `WITHIN RANK ε CONFIDENCE p`.
  case rank(epsilon: Double, confidence: Double)
  /// `EXACT`: exact state under a declared limit.
  case exact
}

/// What the ε of `WITHIN ε` is a share of: the most that an answer may be off.
public enum ErrorScale: Hashable, Sendable {
  /// The answer itself: a relative error.
  case value
  /// The sum of all counts or weights of the key.
  case total
  /// The answer's unit, such as a bit of entropy: an absolute error.
  case unit
}

/// What state a call keeps for each key and window.
public enum StateForm: Hashable, Sendable {
  /// Fixed words in the key's table entry.
  case words([Reduction])
  /// The set of the distinct items of a key: exact up to `exactItems`, then HyperLogLog.
  case distinct(items: [KeyComponent], precision: Int)
  /// Exact counts (or sums of `weight`) for each item of a key.
  case tally(items: [KeyComponent], weight: TupleExpression?)
}

/// The state of one key and window, as ``StreamOperator/evaluate(_:_:)`` sees it.
public enum KeyState {
  /// Accumulator words under their layout.
  case words(UnsafePointer<UInt64>, AccumulatorLayout)
  /// Number of distinct items: exact below the sketch's threshold, else the estimate.
  case distinct(estimate: Double, isExact: Bool, precision: Int)
  /// Items and their counts, in no order, with the total.
  case tally(items: [(item: [Value], count: Int64)], total: Int64)
  /// Sums over a tally's items, for operators that read only these (``TallyReading/norms``).
  case norms(TallyNorms)
  /// How many items of a tally have each count, ascending (``TallyReading/counts``).
  case counts([ItemsOfCount])
  /// What a summary folded, and the items that it keeps beside, with the total of all.
  case summary(any ItemReduction, items: [(item: [Value], count: Int64)], total: Int64)
}

extension KeyState {
  /// A word of a reduction that the call asked for.
  func word(_ reduction: Reduction, _ index: Int = 0) -> Int64 {
    guard case .words(let words, let layout) = self, let offset = layout.offset(of: reduction)
    else { preconditionFailure("\(reduction) is not part of the state") }
    return Int64(bitPattern: words[offset + index])
  }
}

/// All operators.
public enum OperatorCatalogue {
  /// One line an operator.
  public static let all: [any StreamOperator] = [
    Average(), Count(), CountDistinct(), Descents(), Entropy(), Ewma(), First(), FlowSet(),
    FrequentSketch(), HLLSketch(), Histogram(), KLLSketch(), KMedians(), Last(), Maximum(),
    Median(), Minimum(), Norm(), Quantile(), Rarity(), Rate(), Sample(), Similarity(),
    StandardDeviation(), Sum(), ThetaSketch(), TopK(), Variance(),
  ]

  /// Finds an operator by name or alias, in any case.
  public static func named(_ name: String) -> (any StreamOperator)? {
    let wanted = name.lowercased()
    return all.first { $0.name == wanted || $0.aliases.contains(wanted) }
  }

  /// The operator of a checked call.
  public static func operation(of call: OperatorCall) -> any StreamOperator {
    guard let found = all.first(where: { $0.name == call.name }) else {
      preconditionFailure("a checked call names a catalogued operator, not \(call.name)")
    }
    return found
  }
}
