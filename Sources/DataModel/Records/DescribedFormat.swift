/// A source of records whose columns the program names, `CsvStream("f", SCHEMA(…))`; a new one is
/// a case here.
public enum DescribedFormat: String, Sendable, CaseIterable {
  /// Lines of fields between separators.
  case lines = "CsvStream"
  /// A JSON object a line.
  case objects = "JsonStream"

  /// How the records are written; nil where a separator is given that the format has not.
  public func encoding(separator: UInt8?) -> RecordEncoding? {
    switch self {
    case .lines: .delimited(separator: separator ?? UInt8(ascii: ","), optional: 0)
    case .objects: separator == nil ? .json : nil
    }
  }
}
