/// The stable name of a kind of message, such as `SAL0312`; `salc why SAL0312` explains it.
///
/// Each module declares its codes as static constants in an extension, and registers a
/// `DiagnosticExplanation` for each in an array of its own, which the compiler joins into the
/// `DiagnosticCatalogue`. Ranges: 01xx syntax, 02xx–09xx meaning, 1xxx running, 2xxx placement.
public struct DiagnosticCode: Hashable, Sendable {
  /// The code as printed: `SAL` and four digits.
  public let name: String

  /// A code from its printed name.
  public init(_ name: String) {
    self.name = name
  }
}

extension DiagnosticCode: CustomStringConvertible {
  public var description: String { name }
}

/// How much a message matters.
public enum Severity: String, Sendable, CaseIterable {
  /// The program has no meaning; no later stage runs.
  case error
  /// The program runs, but probably not as meant.
  case warning
  /// A fact worth knowing, such as why an operator stayed on the host.
  case note
  /// A way to write it better.
  case hint
}

/// A replacement of a piece of the source text.
public struct TextEdit: Hashable, Sendable {
  /// What is replaced; empty to insert.
  public let range: SourceRange
  /// What comes in its place; empty to delete.
  public let replacement: String

  /// Replaces `range` by `replacement`.
  public init(_ range: SourceRange, _ replacement: String) {
    self.range = range
    self.replacement = replacement
  }

  /// Inserts `text` at `offset`.
  public static func insert(_ text: String, at offset: Int) -> TextEdit {
    TextEdit(SourceRange(at: offset), text)
  }
}

/// A change of the source that would answer a diagnostic.
public struct FixIt: Hashable, Sendable {
  /// What the change does, in the imperative: “insert ‘;’”.
  public let message: String
  /// The change; the edits do not overlap.
  public let edits: [TextEdit]

  /// A change of several places.
  public init(_ message: String, _ edits: [TextEdit]) {
    self.message = shortened(message)
    self.edits = edits
  }

  /// A change of one place.
  public init(_ message: String, replacing range: SourceRange, with replacement: String) {
    self.init(message, [TextEdit(range, replacement)])
  }
}

/// A message to the author of a program: what was found where, and what to do about it.
///
/// Texts are lower case without a full stop; they say what was found, then what is allowed.
public struct Diagnostic: Hashable, Sendable {
  /// A remark that belongs to a diagnostic, with the place it speaks of if there is one.
  public struct Note: Hashable, Sendable {
    /// The remark.
    public let message: String
    /// The place it speaks of.
    public let range: SourceRange?

    /// A remark about `range`.
    public init(_ message: String, at range: SourceRange? = nil) {
      self.message = shortened(message)
      self.range = range
    }
  }

  /// Which kind of message this is.
  public let code: DiagnosticCode
  /// How much it matters.
  public let severity: Severity
  /// What was found, then what is allowed.
  public let message: String
  /// The piece of the text it is about.
  public let range: SourceRange
  /// Remarks, in the order to show them.
  public let notes: [Note]
  /// Changes that would answer it; the first is the likeliest.
  public let fixIts: [FixIt]

  /// A message; `severity` is an error unless said otherwise.
  public init(
    _ code: DiagnosticCode, _ message: String, at range: SourceRange,
    severity: Severity = .error, notes: [Note] = [], fixIts: [FixIt] = []
  ) {
    self.code = code
    self.severity = severity
    self.message = shortened(message)
    self.range = range
    self.notes = notes
    self.fixIts = fixIts
  }
}

/// A message without the middle of what makes it long: a name that it quotes may have a megabyte.
private func shortened(_ message: String) -> String {
  let (most, kept) = (600, 240)
  guard message.utf8.count > most, message.count > most else { return message }
  return "\(message.prefix(kept)) … \(message.suffix(kept))"
}

/// The messages of a run of the compiler, in the order in which they were found.
public struct DiagnosticLog: Sendable {
  /// All messages, oldest first.
  public private(set) var diagnostics: [Diagnostic] = []
  /// Whether any of them is an error; O(1).
  public private(set) var containsError = false
  private var told: Set<Diagnostic> = []

  /// An empty log.
  public init() {}

  /// Adds a message at the end, unless it is there: a piece of text that is lowered to several
  /// conditions is judged with each of them.
  public mutating func report(_ diagnostic: Diagnostic) {
    guard told.insert(diagnostic).inserted else { return }
    diagnostics.append(diagnostic)
    containsError = containsError || diagnostic.severity == .error
  }

  /// The messages in the order of the text they speak of; ties keep the order of finding.
  public var inSourceOrder: [Diagnostic] {
    let ordered = diagnostics.enumerated().sorted {
      ($0.element.range.lowerBound, $0.offset) < ($1.element.range.lowerBound, $1.offset)
    }
    return ordered.map(\.element)
  }
}
