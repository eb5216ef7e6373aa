/// The words of the language; the raw value is the canonical spelling.
///
/// Only the first five are reserved. The others count as keywords only where the grammar has a
/// place for them, so that a field may be called `window` or `top`. Case never matters.
enum Keyword: String, CaseIterable, Sendable {
  case and = "AND"
  case or = "OR"
  case not = "NOT"
  case `in` = "IN"
  case by = "BY"

  case after = "AFTER"
  case anti = "ANTI"
  case `as` = "AS"
  case before = "BEFORE"
  case between = "BETWEEN"
  case collapse = "COLLAPSE"
  case confidence = "CONFIDENCE"
  case contains = "CONTAINS"
  case distinct = "DISTINCT"
  case `else` = "ELSE"
  case every = "EVERY"
  case exact = "EXACT"
  case `false` = "false"
  case filter = "FILTER"
  case `for` = "FOR"
  case foreach = "FOREACH"
  case generate = "GENERATE"
  case hash = "HASH"
  case items = "ITEMS"
  case join = "JOIN"
  case left = "LEFT"
  case on = "ON"
  case outer = "OUTER"
  case output = "OUTPUT"
  case partition = "PARTITION"
  case per = "PER"
  case rank = "RANK"
  case slide = "SLIDE"
  case source = "source"
  case stream = "STREAM"
  case subgraph = "SUBGRAPH"
  case target = "target"
  case to = "TO"
  case top = "TOP"
  case transform = "TRANSFORM"
  case `true` = "true"
  case union = "UNION"
  case vertexInfo = "VertexInfo"
  case window = "WINDOW"
  case with = "WITH"
  case within = "WITHIN"

  /// Whether the word can never be a name.
  var isReserved: Bool {
    switch self {
    case .and, .or, .not, .in, .by: true
    default: false
    }
  }

  /// Whether the word opens a statement's right side.
  var opensStream: Bool {
    switch self {
    case .collapse, .distinct, .filter, .foreach, .join, .stream, .subgraph, .top, .union: true
    default: false
    }
  }

  /// Whether the word opens a statement that has no name.
  var opensStatement: Bool {
    switch self {
    case .hash, .output, .partition, .subgraph: true
    default: false
    }
  }

  private static let longest = allCases.map(\.rawValue.utf8.count).max() ?? 0
  private static let byLowercase = Dictionary(
    uniqueKeysWithValues: allCases.map { ($0.rawValue.lowercased(), $0) })

  /// The keyword that `text` spells, in any case.
  init?(_ text: some Collection<UInt8>) {
    guard text.count <= Self.longest else { return nil }
    let lowercase = text.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    guard let keyword = Self.byLowercase[String(decoding: lowercase, as: UTF8.self)] else {
      return nil
    }
    self = keyword
  }
}

/// The words of the language in their canonical spelling, for completion.
public let keywordSpellings: [String] = Keyword.allCases.map(\.rawValue)

/// The words that open a statement's right side, in capitals.
public let keywordsOpeningStreams: Set<String> = Set(
  Keyword.allCases.filter(\.opensStream).map(\.rawValue))
