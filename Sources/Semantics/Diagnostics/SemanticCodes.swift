public import Diagnostics

extension DiagnosticCode {
  /// Unknown stream.
  public static let unknownStream = DiagnosticCode("SAL0201")
  /// Unknown field or feature.
  public static let unknownField = DiagnosticCode("SAL0202")
  /// Unknown source.
  public static let unknownSource = DiagnosticCode("SAL0203")
  /// Unknown operator.
  public static let unknownOperator = DiagnosticCode("SAL0204")
  /// Unknown setting.
  public static let unknownSetting = DiagnosticCode("SAL0205")
  /// Unknown function.
  public static let unknownFunction = DiagnosticCode("SAL0206")
  /// Unknown member.
  public static let unknownMember = DiagnosticCode("SAL0207")
  /// A text that is compared with `ApplicationProtocol` and no name of a service.
  public static let unknownService = DiagnosticCode("SAL0209")
  /// Field name in other case.
  public static let caseOfField = DiagnosticCode("SAL0208")
  /// Used before its first assignment.
  public static let usedBeforeAssignment = DiagnosticCode("SAL0211")
  /// Assigned again.
  public static let reassignedName = DiagnosticCode("SAL0212")
  /// Defined by itself.
  public static let circularName = DiagnosticCode("SAL0213")
  /// Hides a protocol.
  public static let hiddenProtocol = DiagnosticCode("SAL0214")
  /// Field or name of the program.
  public static let ambiguousName = DiagnosticCode("SAL0215")
  /// Never used.
  public static let unusedName = DiagnosticCode("SAL0216")
  /// Names wait too deeply.
  public static let usesTooDeep = DiagnosticCode("SAL0217")
  /// Nothing to print.
  public static let nothingToDo = DiagnosticCode("SAL0218")
  /// A field of records that packets do not tell.
  public static let untoldField = DiagnosticCode("SAL0219")
  /// Wrong type.
  public static let wrongType = DiagnosticCode("SAL0221")
  /// Values of different kinds.
  public static let incomparable = DiagnosticCode("SAL0222")
  /// Not a condition.
  public static let notACondition = DiagnosticCode("SAL0223")
  /// Number too large.
  public static let numberTooLarge = DiagnosticCode("SAL0224")
  /// May leave 64 bits.
  public static let leavesRange = DiagnosticCode("SAL0225")
  /// A fraction where whole numbers are needed.
  public static let realInTuple = DiagnosticCode("SAL0226")
  /// Never true.
  public static let neverTrue = DiagnosticCode("SAL0227")
  /// Always true.
  public static let alwaysTrue = DiagnosticCode("SAL0228")
  /// A feature out of place.
  public static let featureOutOfPlace = DiagnosticCode("SAL0230")
  /// A stream is no value.
  public static let streamIsNoValue = DiagnosticCode("SAL0231")
  /// Rows do not have the field.
  public static let fieldNotInRows = DiagnosticCode("SAL0232")
  /// Keys do not meet.
  public static let keysDoNotMeet = DiagnosticCode("SAL0233")
  /// Missing window.
  public static let missingWindow = DiagnosticCode("SAL0241")
  /// Window without length.
  public static let emptyWindow = DiagnosticCode("SAL0242")
  /// Set lag beyond the window.
  public static let lagBeyondWindow = DiagnosticCode("SAL0243")
  /// Set asked with another key.
  public static let wrongKeyOfSet = DiagnosticCode("SAL0244")
  /// No set.
  public static let notASet = DiagnosticCode("SAL0245")
  /// Setting without effect.
  public static let settingWithoutEffect = DiagnosticCode("SAL0246")
  /// Set again.
  public static let repeatedSetting = DiagnosticCode("SAL0247")
  /// Wrong argument.
  public static let wrongArgument = DiagnosticCode("SAL0251")
  /// Wrong number of arguments.
  public static let wrongArgumentCount = DiagnosticCode("SAL0252")
  /// Accuracy out of reach.
  public static let accuracyOutOfReach = DiagnosticCode("SAL0253")
  /// A server that is not asked.
  public static let serverNotAsked = DiagnosticCode("SAL0254")
  /// A key is a field.
  public static let keyIsNoField = DiagnosticCode("SAL0261")
  /// Two components of one name.
  public static let duplicateKey = DiagnosticCode("SAL0262")
  /// Impossible prefix.
  public static let maskedField = DiagnosticCode("SAL0263")
  /// TOP without keys.
  public static let topNeedsKeys = DiagnosticCode("SAL0264")
  /// TOP without a feature.
  public static let topNeedsFeature = DiagnosticCode("SAL0265")
  /// Two columns of one name.
  public static let duplicateColumn = DiagnosticCode("SAL0266")
  /// JOIN of what has no rows by keys.
  public static let joinNeedsRows = DiagnosticCode("SAL0271")
  /// JOIN of rows of different windows.
  public static let windowsDoNotMeet = DiagnosticCode("SAL0272")
  /// A slide that does not divide its window.
  public static let slideDoesNotDivide = DiagnosticCode("SAL0273")
  /// COLLAPSE without features of its stream.
  public static let collapseNeedsFeatures = DiagnosticCode("SAL0274")
  /// Times of a pattern that no match can keep.
  public static let patternContradiction = DiagnosticCode("SAL0291")
  /// A pattern without a bound of time.
  public static let patternWithoutBound = DiagnosticCode("SAL0292")
  /// A pattern of too many edges.
  public static let patternTooLarge = DiagnosticCode("SAL0293")
  /// A name that the pattern does not have.
  public static let unknownPatternName = DiagnosticCode("SAL0294")
  /// What is no condition of a pattern.
  public static let patternCondition = DiagnosticCode("SAL0295")
  /// Unknown sink.
  public static let unknownSink = DiagnosticCode("SAL0311")
  /// Too many keys for the sink.
  public static let unboundedKey = DiagnosticCode("SAL0312")
  /// A sink that is refused.
  public static let refusedSink = DiagnosticCode("SAL0313")
  /// A sink that cannot take the output.
  public static let unfitForSink = DiagnosticCode("SAL0314")
  /// Named twice.
  public static let repeatedSink = DiagnosticCode("SAL0315")
  /// Not supported yet.
  public static let notSupportedYet = DiagnosticCode("SAL0901")
}

extension Diagnostic {
  /// A message that is no error, its severity beside its code.
  init(
    _ code: DiagnosticCode, _ severity: Severity, _ message: String, at range: SourceRange,
    notes: [Note] = [], fixIts: [FixIt] = []
  ) {
    self.init(code, message, at: range, severity: severity, notes: notes, fixIts: fixIts)
  }
}
